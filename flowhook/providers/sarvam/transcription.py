"""Transcription by Sarvam: a short recording by one request, a longer one by a batch job.

Source: https://docs.sarvam.ai/api-reference/speech-to-text/transcribe
"""

from __future__ import annotations

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import Transcription, TranscriptionRequest
from flowhook.providers.sarvam.batch import transcribe_in_batch
from flowhook.providers.sarvam.errors import RecordingTooLong
from flowhook.providers.sarvam.languages import is_heard, iso_code, sarvam_code
from flowhook.providers.sound_length import seconds_of
from flowhook.providers.steps import Steps
from flowhook.providers.transport import HttpReply
from flowhook.providers.usage_estimate import heard as estimate_of_hearing

PATH = "/speech-to-text"
MOST_SECONDS = 30.0


def transcription_call(request: TranscriptionRequest, model: str) -> WireCall[Transcription]:
    """Build the call for a transcription; a language that the model lacks is left out."""
    form: Body = {"model": model}
    if request.language and is_heard(request.language, model):
        form["language_code"] = sarvam_code(request.language)

    def carry_out(steps: Steps) -> Transcription:
        name, content, _ = request.file
        length = seconds_of(content, name.rpartition(".")[2])
        if length is None or length <= MOST_SECONDS:
            try:
                return read_transcript(steps.post(PATH, form, request.file), length)
            except RecordingTooLong:  # longer than it tells, or it does not tell it
                pass
        return read_transcript(transcribe_in_batch(steps, form, request.file), length)

    return WireCall(PATH, form, read_transcript, steps=carry_out)


def read_transcript(reply: HttpReply, seconds: float | None = None) -> Transcription:
    """Read a transcript; what a recording of known length used is told by that.

    Raises InvalidResponse if there is no transcript.
    """
    answer = reply.read_object()
    text = answer.get("transcript")
    if not isinstance(text, str):
        raise InvalidResponse("Sarvam answered without a transcript")
    heard = answer.get("language_code")
    languages = (iso_code(heard),) if isinstance(heard, str) and heard else ()
    used = None if seconds is None else estimate_of_hearing(seconds, text)
    return Transcription(text, languages, usage=used)
