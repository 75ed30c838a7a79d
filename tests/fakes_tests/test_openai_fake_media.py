"""Images, speech and transcription of the fake."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import pytest
import requests
from openai import APIStatusError, BadRequestError, NotFoundError, OpenAI

from tests.fakes.openai import FakeOpenAI, pictures, sounds

IMAGE_MODEL = "gpt-image-2.5-flare"


def draw(client: OpenAI, **body: Any) -> Any:
    given: dict[str, Any] = {"model": IMAGE_MODEL, "prompt": "A red field", **body}
    return client.images.generate(**given)


def test_gpt_images_are_base64_pngs_all_different(client: OpenAI) -> None:
    drawn = draw(client, n=2)
    data = [base64.b64decode(image.b64_json) for image in drawn.data]
    assert [pictures.kind_of(one) for one in data] == ["png", "png"]
    assert data[0] != data[1]
    assert drawn.data[0].url is None
    assert drawn.usage.total_tokens > 0


@pytest.mark.parametrize("output_format", ["jpeg", "webp"])
def test_other_formats(client: OpenAI, output_format: Any) -> None:
    drawn = draw(client, output_format=output_format, output_compression=50)
    assert pictures.kind_of(base64.b64decode(drawn.data[0].b64_json)) == output_format


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"response_format": "url"}, "response_format"),
        ({"style": "vivid"}, "style"),
        ({"quality": "hd"}, "quality"),
        ({"size": "1023x1024"}, "size"),
        ({"size": "4096x1024"}, "size"),
        ({"model": "gpt-image-1.5", "size": "1792x1024"}, "size"),
        ({"model": "gpt-image-1.5", "quality": "max"}, "quality"),
    ],
)
def test_what_gpt_images_do_not_take(
    client: OpenAI, openai: FakeOpenAI, body: dict[str, Any], param: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        draw(client, **body)
    assert caught.value.param == param
    assert openai.violations == []


@pytest.mark.parametrize(
    "body",
    [{"size": "1792x1024"}, {"size": "auto", "quality": "max"}, {"background": "transparent"}],
)
def test_what_they_take(client: OpenAI, body: dict[str, Any]) -> None:
    assert draw(client, **body).data


@pytest.mark.parametrize("body", [{"n": 11}, {"prompt": ""}, {"seed": 1}, {"prompt": "a" * 32001}])
def test_malformed_images(client: OpenAI, openai: FakeOpenAI, body: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        given = {"model": IMAGE_MODEL, "prompt": "x", **body}
        client.post("/images/generations", body=given, cast_to=dict)
    assert len(openai.violations) == 1
    openai.violations.clear()


def test_dall_e_is_gone_and_can_be_brought_back(client: OpenAI, openai: FakeOpenAI) -> None:
    with pytest.raises(NotFoundError):
        draw(client, model="dall-e-3")
    openai.revive("dall-e-3")
    drawn = draw(client, model="dall-e-3", style="vivid", quality="hd", size="1792x1024")
    assert drawn.data[0].revised_prompt
    picture = requests.get(drawn.data[0].url, timeout=5)
    assert picture.headers["Content-Type"] == "image/png"
    assert pictures.kind_of(picture.content) == "png"
    assert draw(client, model="dall-e-3", response_format="b64_json").data[0].b64_json
    for refused in ({"n": 2}, {"size": "512x512"}, {"background": "opaque"}):
        with pytest.raises(BadRequestError):
            draw(client, model="dall-e-3", **refused)
    assert requests.get(f"{openai.origin}/pictures/none.png", timeout=5).status_code == 403


MAGIC = {
    "mp3": b"\xff\xfb",
    "opus": b"OggS",
    "aac": b"\xff\xf1",
    "flac": b"fLaC",
    "wav": b"RIFF",
    "pcm": b"\x00\x00",
}


@pytest.mark.parametrize("output_format", MAGIC)
def test_speech(client: OpenAI, output_format: Any) -> None:
    spoken = client.audio.speech.create(
        model="gpt-4o-mini-tts",
        voice="coral",
        input="Namaste Asha",
        response_format=output_format,
        instructions="Warmly",
        speed=1.5,
    )
    assert spoken.content.startswith(MAGIC[output_format])
    expected = sounds.CONTENT_TYPES[output_format]
    assert spoken.response.headers["Content-Type"] == expected


def test_wav_is_playable(client: OpenAI) -> None:
    spoken = client.audio.speech.create(
        model="tts-1", voice="alloy", input="Namaste", response_format="wav"
    )
    with wave.open(io.BytesIO(spoken.content)) as sound:
        assert sound.getframerate() == 24_000
        assert sound.getnframes() > 0


@pytest.mark.parametrize(
    "body", [{"input": "a" * 4097}, {"input": ""}, {"voice": "loud"}, {"speed": 5}, {"lang": "hi"}]
)
def test_malformed_speech(client: OpenAI, openai: FakeOpenAI, body: dict[str, Any]) -> None:
    given = {"model": "tts-1", "voice": "alloy", "input": "x", **body}
    with pytest.raises(BadRequestError):
        client.post("/audio/speech", body=given, cast_to=dict)
    assert len(openai.violations) == 1
    openai.violations.clear()


def test_old_speech_models_know_fewer_voices(client: OpenAI, openai: FakeOpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        client.audio.speech.create(model="tts-1", voice="cedar", input="x")
    assert caught.value.code == "unsupported_value"
    assert openai.violations == []


def test_transcription(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_transcript("Namaste")
    file = ("voice.ogg", sounds.ogg_opus(3), "audio/ogg")
    heard = client.audio.transcriptions.create(
        file=file, model="gpt-transcribe", languages=["hi", "en"], keywords=["millet"]
    )
    assert heard.text == "Namaste"
    assert openai.last.body["languages"] == ["hi", "en"]
    again = client.audio.transcriptions.create(file=file, model="gpt-transcribe", language="hi")
    assert again.text == "These are the words spoken in voice.ogg."


def test_formats_of_whisper(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_transcript(*["Namaste"] * 4)
    said: dict[str, Any] = {
        name: client.audio.transcriptions.create(
            file=("a.wav", sounds.wav(b"\x00\x00")),
            model="whisper-1",
            response_format=name,
            temperature=0.2,
        )
        for name in ("text", "srt", "vtt", "verbose_json")
    }
    assert said["text"].strip() == "Namaste"
    assert said["srt"].startswith("1\n00:00:00,000 -->")
    assert said["vtt"].startswith("WEBVTT")
    assert said["verbose_json"].duration == 2.0


@pytest.mark.parametrize(
    ("file", "options", "words"),
    [
        (("voice", b"OggS"), {}, "Unrecognized file format"),
        (("voice.txt", b"OggS"), {}, "Unrecognized file format"),
        (("voice.mp3", b"<html>"), {}, "corrupted or unsupported"),
        (("a.ogg", b"OggS"), {"response_format": "srt"}, "not compatible with model"),
        (("a.ogg", b"OggS"), {"languages": ["hi"]}, "languages"),
        (("a.ogg", b"OggS"), {"language": "Hindi"}, "pattern"),
        (("a.ogg", b"OggS"), {"language": "or"}, "Language 'or' is not supported"),
        (("a.ogg", b"OggS" + bytes(26_214_400)), {}, "Maximum content size limit"),
    ],
)
def test_bad_transcriptions(
    client: OpenAI, openai: FakeOpenAI, file: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(APIStatusError) as caught:
        client.audio.transcriptions.create(file=file, model="gpt-4o-transcribe", **options)
    assert words in caught.value.message
    openai.violations.clear()
