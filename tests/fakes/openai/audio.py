"""POST /v1/audio/speech and /v1/audio/transcriptions."""

from __future__ import annotations

from typing import Any

from tests.fakes.exchange import Reply
from tests.fakes.multipart import Form, Upload
from tests.fakes.openai import rules, sounds, tokens
from tests.fakes.openai.complaints import Complaint, malformed, missing, unsupported_value
from tests.fakes.openai.models import Model
from tests.fakes.openai.routes import Call, route

_OLD_VOICES = ("alloy", "ash", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer")
VOICES = (*_OLD_VOICES, "ballad", "verse", "marin", "cedar")
_EXTENSIONS = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "ogg", "wav", "webm"]
_MAXIMUM_BYTES = 26_214_400

SPEECH = rules.shape(
    {
        "model": rules.text(minimum=1),
        "input": rules.text(4_096, 1),
        "voice": rules.one_of(*VOICES),
        "instructions": rules.text(),
        "response_format": rules.one_of(*sounds.CONTENT_TYPES),
        "speed": rules.number(0.25, 4),
        "stream_format": rules.one_of("audio"),
    },
    ("model", "input", "voice"),
)


@route("POST", "/v1/audio/speech")
def speak(call: Call) -> Reply:
    body = call.body(SPEECH)
    model = call.model(body["model"], "speech")
    if model.id.startswith("tts-1"):
        if body["voice"] not in _OLD_VOICES:
            listed = ", ".join(f"'{voice}'" for voice in _OLD_VOICES)
            raise unsupported_value("voice", body["voice"], f"Supported values are: {listed}.")
        if "instructions" in body:
            raise Complaint("'instructions' does not work with this model.", param="instructions")
    call.asked.heard = [("user", body["input"])]
    wanted = body.get("response_format", "mp3")
    sound = sounds.silence(wanted, frames=1 + len(body["input"].split()))
    return Reply(200, sound, sounds.CONTENT_TYPES[wanted])


_LIST = rules.items(rules.text(minimum=1), 1)
TRANSCRIPTION = rules.shape(
    {
        "model": rules.text(minimum=1),
        "language": rules.text(pattern=r"[a-z]{2,3}"),
        "languages": _LIST,
        "keywords": _LIST,
        "prompt": rules.text(),
        "response_format": rules.one_of(
            "json", "text", "srt", "verbose_json", "vtt", "diarized_json"
        ),
        "temperature": rules.text(pattern=r"0(\.\d+)?|1(\.0+)?"),
        "stream": rules.one_of("false"),
        "chunking_strategy": rules.text(),
        "include": _LIST,
        "timestamp_granularities": rules.items(rules.one_of("word", "segment"), 1),
    },
    ("model",),
)
# Whisper's own, of which Odia is none and Javanese has another code than in ISO 639.
_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he"
    " hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne"
    " nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk"
    " ur uz vi yi yo yue zh"
)
_FORMATS = {
    "whisper-1": ("json", "text", "srt", "verbose_json", "vtt"),
    "gpt-4o-transcribe-diarize": ("json", "text", "diarized_json"),
}


@route("POST", "/v1/audio/transcriptions")
def transcribe(call: Call) -> Reply:
    form = call.form()
    TRANSCRIPTION(form.fields, "")
    upload = form.files.get("file")
    if upload is None:
        raise missing("file")
    model = call.model(str(form.fields["model"]), "transcription")
    _check_file(upload)
    _check_fields(form, model)
    heard = call.world.transcripts
    text = heard.popleft() if heard else f"These are the words spoken in {upload.name}."
    return _written(text, upload, str(form.fields.get("response_format", "json")), form, model)


def _check_file(upload: Upload) -> None:
    extension = upload.name.rpartition(".")[2].lower()
    if "." not in upload.name or extension not in _EXTENSIONS:
        raise malformed(
            f"Unrecognized file format. Supported formats: {_EXTENSIONS}", "file", "invalid_value"
        )
    if len(upload.data) > _MAXIMUM_BYTES:
        raise Complaint(
            f"Maximum content size limit ({_MAXIMUM_BYTES}) exceeded "
            f"({len(upload.data)} bytes read)",
            status=413,
        )
    if not sounds.is_sound(upload.data):
        raise Complaint(
            "Audio file might be corrupted or unsupported", param="file", code="invalid_value"
        )


def _check_fields(form: Form, model: Model) -> None:
    wanted = str(form.fields.get("response_format", "json"))
    formats = _FORMATS.get(model.id, ("json",))
    if wanted not in formats:
        listed = ", ".join(f"'{name}'" for name in formats)
        raise Complaint(
            f"response_format '{wanted}' is not compatible with model '{model.id}'. "
            f"Use one of {listed} instead.",
            param="response_format",
            code="unsupported_value",
        )
    language = form.fields.get("language", "en")
    if language not in _LANGUAGES.split():
        raise Complaint(
            f"Language '{language}' is not supported.",
            param="language",
            code="unsupported_language",
        )
    if model.id != "gpt-transcribe":
        for name in ("languages", "keywords"):
            if name in form.fields:
                raise unsupported_value(name, form.fields[name], "Use gpt-transcribe for it.")
    if "timestamp_granularities" in form.fields and wanted != "verbose_json":
        raise malformed(
            "'timestamp_granularities' needs response_format verbose_json.",
            "timestamp_granularities",
        )


def _written(text: str, upload: Upload, wanted: str, form: Form, model: Model) -> Reply:
    if wanted == "text":
        return Reply(200, f"{text}\n".encode(), "text/plain; charset=utf-8")
    if wanted == "srt":
        cue = f"1\n00:00:00,000 --> 00:00:02,000\n{text}\n\n"
        return Reply(200, cue.encode(), "text/plain; charset=utf-8")
    if wanted == "vtt":
        cue = f"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n{text}\n\n"
        return Reply(200, cue.encode(), "text/plain; charset=utf-8")
    return Reply.of_json(_as_json(text, wanted, form, model))


def _as_json(text: str, wanted: str, form: Form, model: Model) -> dict[str, Any]:
    if model.id == "whisper-1":
        usage: dict[str, Any] = {"type": "duration", "seconds": 2}
    else:
        spoken = tokens.count(text)
        usage = {
            "type": "tokens",
            "input_tokens": 20,
            "input_token_details": {"audio_tokens": 20, "text_tokens": 0},
            "output_tokens": spoken,
            "total_tokens": 20 + spoken,
        }
    answer: dict[str, Any] = {"text": text, "usage": usage}
    if model.id == "gpt-transcribe":
        codes = form.fields.get("languages") or [str(form.fields.get("language", "en"))]
        answer["languages"] = [{"code": code} for code in codes]
    if wanted == "verbose_json":
        answer |= {
            "task": "transcribe",
            "language": form.fields.get("language", "english"),
            "duration": 2.0,
            "segments": [],
        }
    if wanted == "diarized_json":
        segment = {"id": "seg_0", "type": "transcript.text.segment", "speaker": "A"}
        answer |= {
            "task": "transcribe",
            "duration": 2.0,
            "segments": [{**segment, "start": 0.0, "end": 2.0, "text": text}],
        }
    return answer
