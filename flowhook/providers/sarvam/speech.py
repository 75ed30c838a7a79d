"""Speech synthesis by Sarvam.

A request takes at most 2,500 characters, so a longer text is spoken in parts, which are joined.
MP3 is asked for: it can be joined, WhatsApp plays it, and Opus is refused by this API.

Source: https://docs.sarvam.ai/api-reference/text-to-speech/convert and the sarvamai package 0.1.39
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace

from flowhook.errors import InvalidResponse, ProviderRejected
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.media_type import sniff
from flowhook.providers.model_client import Speech, SpeechRequest
from flowhook.providers.mp3_frames import joined
from flowhook.providers.sarvam.errors import OLD_LANGUAGE
from flowhook.providers.sarvam.languages import SPOKEN, sarvam_code, spoken_code
from flowhook.providers.transport import HttpReply
from flowhook.sentences import parts
from flowhook.turns import one_by_one

MP3 = "audio/mpeg"
MOST_CHARACTERS = {"bulbul:v2": 1500}
OTHERS_MOST_CHARACTERS = 2500
PACES = (0.5, 2.0)
VOICES = (
    "shubh", "aditya", "ritu", "priya", "neha", "rahul", "pooja", "rohan", "simran", "kavya",
    "amit", "dev", "ishita", "shreya", "ratan", "varun", "manan", "sumit", "roopa", "kabir",
    "aayan", "ashutosh", "advait", "anand", "tanya", "tarun", "sunny", "mani", "gokul", "vijay",
    "shruti", "suhani", "mohit", "kavitha", "rehan", "soham", "rupali",
)  # fmt: skip
"""The voices of bulbul:v3, the model that speaks where none is named; the first is its own."""


def speech_parts(request: SpeechRequest, model: str) -> list[SpeechRequest]:
    """Return the requests that speak a text, all in the language of the whole.

    Raises ProviderRejected if no voice speaks it.
    """
    code = spoken_code(request.language, request.text)
    if code is None:
        raise ProviderRejected(
            "Sarvam has no voice for this language",
            fix=f"It speaks {', '.join(SPOKEN.values())}: translate the text, or leave provider"
            " out.",
        )
    most = MOST_CHARACTERS.get(model, OTHERS_MOST_CHARACTERS)
    return [
        replace(request, text=part, language=SPOKEN[code]) for part in parts(request.text, most)
    ]


def joined_speech(spoken: Sequence[Speech]) -> Speech:
    """Return the parts as one recording. Raises InvalidResponse if another codec came."""
    if any(one.content_type != MP3 for one in spoken):
        raise InvalidResponse("the parts of the speech came in different formats")
    return replace(spoken[0], content=joined(one.content for one in spoken))


def speech_call(request: SpeechRequest, model: str) -> WireCall[Speech]:
    """Build the call that has one part of a text spoken."""
    code = spoken_code(request.language, request.text) or "en"
    body: Body = {
        "text": request.text,
        OLD_LANGUAGE: sarvam_code(code),
        "model": model,
        "output_audio_codec": "mp3",
    }
    if request.voice:
        body["speaker"] = request.voice
    if request.pace is not None:
        body["pace"] = min(max(request.pace, PACES[0]), PACES[1])
    return WireCall("/text-to-speech", body, read_speech)


def read_speech(reply: HttpReply) -> Speech:
    """Read a recording. Raises InvalidResponse if there is none."""
    audios = reply.read_object().get("audios")
    encoded = audios[0] if isinstance(audios, list) and audios else None
    if not isinstance(encoded, str):
        raise InvalidResponse("Sarvam answered without speech")
    try:
        with one_by_one(len(encoded)):
            content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidResponse("Sarvam's speech is not base64") from None
    found = sniff(content)
    return Speech(content, found.mime if found else "")
