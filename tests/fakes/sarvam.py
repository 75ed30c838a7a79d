"""A stateful fake of Sarvam's API, served over HTTP on loopback.

    with FakeSarvam() as sarvam:
        sarvam.say_transcript("नमस्ते", "hi-IN")

It takes the key in `api-subscription-key`, and refuses what the real one refuses: texts over 2,500
characters, a missing or unknown language, voices of another model, Opus, recordings over 30 seconds
outside a batch job, steps of a job in the wrong order, names of files that it does not know. The
storage of its batch jobs stands beside it, under links that want no key and must not get it.

Source: https://docs.sarvam.ai; the types of the sarvamai package 0.1.39; the messages as users of
Sarvam quote them.
"""

from __future__ import annotations

import base64
import io
import struct
import uuid
import wave
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import multipart
from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.openai import sounds
from tests.fakes.service import FakeService

KEY = "sk_fake0key0of0sarvam0123456789"
SPOKEN = frozenset(
    f"{code}-IN" for code in ["bn", "en", "gu", "hi", "kn", "ml", "mr", "od", "pa", "ta", "te"]
)
HEARD = SPOKEN | {
    f"{code}-IN"
    for code in ["as", "ur", "ne", "kok", "ks", "sd", "sa", "sat", "mni", "brx", "mai", "doi"]
}
VOICES = {
    "bulbul:v2": ("anushka", "manisha", "vidya", "arya", "abhilash", "karun", "hitesh"),
    "bulbul:v3": ("shubh", "aditya", "ritu", "priya", "neha", "kavitha", "gokul", "anand"),
}
MOST_CHARACTERS = {"bulbul:v2": 1500, "bulbul:v3": 2500}
CODECS = ("mp3", "wav", "aac", "flac", "linear16", "mulaw", "alaw")
SPEECH_FIELDS = frozenset(
    {"text", "target_language_code", "language_code", "model", "speaker", "pace", "temperature"}
    | {"output_audio_codec", "speech_sample_rate"}
)
HEARING_FIELDS = frozenset(
    {"model", "language_code", "mode", "with_timestamps", "input_audio_codec", "keyterms"}
)
MODELS_THAT_HEAR = {"saaras:v3": HEARD, "saaras:v4": HEARD, "saarika:v2.5": SPOKEN}
TOO_LONG = (
    "Audio duration exceeds the maximum limit of 30 seconds. Please use the batch API for longer"
    " audio files."
)
BATCH = "/speech-to-text/job/v1"
STORAGE = "/storage/"


class Refused(Exception):
    """An error as Sarvam's gateway writes it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        error = {"message": message, "code": code, "request_id": str(uuid.uuid4())}
        self.reply = Reply.of_json({"error": error}, status)


def refuse(message: str, status: int = 400) -> Refused:
    return Refused(status, "invalid_request_error", message)


@dataclass
class Job:
    """A batch job: its file is uploaded before it is started, and read after it is completed."""

    parameters: dict[str, Any]
    state: str = "Accepted"
    name: str | None = None
    content: bytes = b""
    polls: int = 0
    result: dict[str, Any] = field(default_factory=dict)


class FakeSarvam(FakeService):
    """`credits` requests are answered (None: all); jobs are over after `polls_needed` polls."""

    def __init__(self) -> None:
        self.keys = {KEY}
        self.credits: int | None = None
        self.polls_needed = 0
        self.fails_jobs = False
        self.storage_is_away = False
        self.reads_fail = False
        self.wants_new_name = False  # language_code in place of target_language_code
        self.jobs: dict[str, Job] = {}
        self._transcripts: deque[tuple[str, str | None]] = deque()
        self._failures: deque[tuple[str, Reply]] = deque()
        super().__init__()
        self.url = self.origin

    def say_transcript(self, text: str, language: str | None = "hi-IN") -> None:
        """What the next recording is heard to say, and in which language."""
        self._transcripts.append((text, language))

    def fail(self, path: str, status: int, code: str, message: str = "It failed.") -> None:
        """The next request to a path is answered with this error."""
        self._failures.append((path, Refused(status, code, message).reply))

    def say_next(self, path: str, body: bytes) -> None:
        """The next request to a path is answered with these bytes."""
        self._failures.append((path, Reply(200, body)))

    def asked(self, path: str) -> list[Asked]:
        return [request for request in self.requests if request.path == path]

    # --- serving ---

    def _serve(self, exchange: Exchange) -> Reply:
        asked = exchange.asked
        with self._lock:
            self.requests.append(asked)
            try:
                return self._route(asked)
            except Refused as refused:
                return refused.reply

    def _route(self, asked: Asked) -> Reply:
        if asked.path.startswith(STORAGE):
            return self._store(asked)
        if self._failures and self._failures[0][0] == asked.path:
            return self._failures.popleft()[1]
        if asked.headers.get("api-subscription-key") not in self.keys:
            raise Refused(403, "invalid_api_key_error", "Invalid API key provided.")
        if asked.method == "POST":
            self._charge()
        routes = {
            ("POST", "/text-to-speech"): self._speak,
            ("POST", "/speech-to-text"): self._hear,
            ("POST", BATCH): self._create,
            ("POST", f"{BATCH}/upload-files"): self._upload_links,
            ("POST", f"{BATCH}/download-files"): self._download_links,
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/chat/completions"): self._chat,
        }
        answer = routes.get((asked.method, asked.path), self._of_job)
        return answer(asked)

    def _charge(self) -> None:
        if self.credits == 0:
            raise Refused(429, "insufficient_quota_error", "Credits exhausted for this account.")
        if self.credits is not None:
            self.credits -= 1

    # --- speech ---

    def _speak(self, asked: Asked) -> Reply:
        body = asked.body if isinstance(asked.body, dict) else {}
        self._know(asked, set(body) - SPEECH_FIELDS)
        model = str(body.get("model", "bulbul:v3"))
        if model not in VOICES:
            raise refuse("body.model : Input should be 'bulbul:v2' or 'bulbul:v3'", 422)
        name = "language_code" if self.wants_new_name else "target_language_code"
        if name not in body:
            raise refuse(f"body.{name} : Field required", 422)
        if body[name] not in SPOKEN:
            raise refuse(f"body.{name} : Input should be one of {sorted(SPOKEN)}", 422)
        text, speaker = str(body.get("text", "")), body.get("speaker")
        if not 0 < len(text) <= MOST_CHARACTERS[model]:
            raise refuse(f"body.text : should have at most {MOST_CHARACTERS[model]} characters")
        if speaker is not None and speaker not in VOICES[model]:
            raise refuse(f"Speaker '{speaker}' is not compatible with model {model}")
        if not 0.5 <= float(body.get("pace", 1)) <= 2:
            raise refuse("body.pace : Input should be between 0.5 and 2.0", 422)
        if body.get("output_audio_codec", "wav") not in CODECS:
            raise refuse("output_audio_codec opus is not supported by this endpoint", 422)
        sound = spoken(text) if body.get("output_audio_codec") == "mp3" else sounds.wav(b"\0\0")
        encoded = base64.b64encode(sound).decode()
        return Reply.of_json({"request_id": str(uuid.uuid4()), "audios": [encoded]})

    # --- hearing ---

    def _hear(self, asked: Asked) -> Reply:
        form = multipart.read(asked.raw, asked.headers.get("Content-Type", ""))
        self._know(asked, set(form.fields) - HEARING_FIELDS)
        upload = form.files.get("file")
        if upload is None or not upload.data:
            raise refuse("file : Field required", 422)
        self._check_hearing(form.fields)
        if length_of(upload.data) > 30:
            raise refuse(TOO_LONG)
        return Reply.of_json(self._heard(form.fields))

    def _check_hearing(self, fields: dict[str, Any]) -> None:
        languages = MODELS_THAT_HEAR.get(str(fields.get("model", "saaras:v3")))
        if languages is None:
            raise refuse("body.model : Input should be 'saaras:v3' or 'saaras:v4'", 422)
        if fields.get("language_code", "unknown") not in languages | {"unknown"}:
            raise refuse("body.language_code : Input should be a supported language", 422)

    def _heard(self, fields: dict[str, Any]) -> dict[str, Any]:
        text, heard = self._transcripts.popleft() if self._transcripts else ("Words.", "en-IN")
        request_id = str(uuid.uuid4())
        return {"request_id": request_id, "transcript": text, "language_code": heard}

    # --- batch jobs ---

    def _create(self, asked: Asked) -> Reply:
        parameters = dict(asked.body["job_parameters"])
        self._know(asked, set(parameters) - HEARING_FIELDS)
        self._check_hearing(parameters)
        job_id = str(uuid.uuid4())
        self.jobs[job_id] = Job(parameters)
        told = told_of(job_id, self.jobs[job_id])
        return Reply.of_json({**told, "job_parameters": parameters}, 202)

    def _upload_links(self, asked: Asked) -> Reply:
        job_id, job = self._job(asked.body["job_id"])
        job.name = asked.body["files"][0]
        links = {job.name: {"file_url": f"{self.url}{STORAGE}in/{job_id}", "file_metadata": None}}
        return Reply.of_json({**told_of(job_id, job), "upload_urls": links})

    def _of_job(self, asked: Asked) -> Reply:
        parts = asked.path.removeprefix(f"{BATCH}/").split("/")
        if not asked.path.startswith(f"{BATCH}/") or len(parts) != 2:
            raise Refused(404, "not_found_error", "Not found.")
        job_id, job = self._job(parts[0])
        if (asked.method, parts[1]) == ("POST", "start"):
            if job.state != "Accepted" or not job.content:
                raise refuse("The job cannot be started: no files were uploaded.")
            job.state = "Pending"
        elif (asked.method, parts[1]) == ("GET", "status"):
            self._advance(job)
        else:
            raise Refused(404, "not_found_error", "Not found.")
        return Reply.of_json(self._status(job_id, job))

    def _advance(self, job: Job) -> None:
        job.polls += 1
        if job.state in ("Pending", "Running"):
            job.state = "Running"
            if job.polls > self.polls_needed:
                job.state = "Failed" if self.fails_jobs else "Completed"
                job.result = self._heard(job.parameters)

    def _status(self, job_id: str, job: Job) -> dict[str, Any]:
        at = "2026-11-28T10:00:00Z"
        status = {**told_of(job_id, job), "created_at": at, "updated_at": at}
        if job.state not in ("Completed", "Failed"):
            return {**status, "total_files": 1, "job_details": []}
        detail: dict[str, Any] = {"inputs": [{"file_name": job.name, "file_id": "0"}]}
        if job.state == "Completed":
            detail |= {"outputs": [{"file_name": "0.json", "file_id": "0"}], "state": "Success"}
        else:
            detail |= {"outputs": None, "state": "API Error", "error_message": "Bad audio."}
        return {**status, "total_files": 1, "job_details": [detail]}

    def _download_links(self, asked: Asked) -> Reply:
        job_id, job = self._job(asked.body["job_id"])
        if job.state != "Completed" or asked.body["files"] != ["0.json"]:
            raise refuse("The job has no such output.")
        links = {"0.json": {"file_url": f"{self.url}{STORAGE}out/{job_id}"}}
        return Reply.of_json({**told_of(job_id, job), "download_urls": links})

    def _job(self, job_id: str) -> tuple[str, Job]:
        if job_id not in self.jobs:
            raise Refused(404, "not_found_error", "The job does not exist.")
        return job_id, self.jobs[job_id]

    def _store(self, asked: Asked) -> Reply:
        if "api-subscription-key" in asked.headers:
            self.violations.append("the storage was sent the key")
        side, _, job_id = asked.path.removeprefix(STORAGE).partition("/")
        job = self.jobs[job_id]
        if self.storage_is_away or (self.reads_fail and side == "out"):
            return Reply(503, b"<Error><Code>ServerBusy</Code></Error>")
        if (asked.method, side) == ("PUT", "in"):
            if asked.headers.get("x-ms-blob-type") != "BlockBlob":
                return Reply(400, b"<Error><Code>MissingRequiredHeader</Code></Error>")
            job.content = asked.raw
            return Reply(201, b"")
        if (asked.method, side) == ("GET", "out") and job.result:
            return Reply.of_json(job.result)
        return Reply(404, b"<Error><Code>BlobNotFound</Code></Error>")

    # --- chat ---

    def _models(self, asked: Asked) -> Reply:
        listed = [{"id": name, "object": "model", "created": 1_780_000_000, "owned_by": "sarvam"}
                  for name in ("sarvam-105b", "sarvam-m")]  # fmt: skip
        return Reply.of_json({"object": "list", "data": listed})

    def _chat(self, asked: Asked) -> Reply:
        message = {"role": "assistant", "content": f"You said: {asked.body['messages'][-1]}"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]}
        return Reply.of_json({**answer, "model": asked.body["model"], "usage": usage})

    def _know(self, asked: Asked, unknown: set[str]) -> None:
        if unknown:
            self.violations.append(f"{asked.path} got {sorted(unknown)}")


def told_of(job_id: str, job: Job) -> dict[str, Any]:
    """What every answer about a job begins with."""
    return {"job_id": job_id, "job_state": job.state, "storage_container_type": "Azure"}


def spoken(text: str) -> bytes:
    """An MP3 as an encoder writes it: a tag, a frame that counts the others, a frame a word."""
    frames = len(text.split())
    silent = sounds.silence("mp3", 1)
    count = b"Info" + struct.pack(">II", 1, frames)
    counting = silent[:21] + count + silent[21 + len(count) :]
    return b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + counting + silent * frames


def length_of(content: bytes) -> float:
    """Seconds, as the header says; a recording that does not tell has none."""
    if content.startswith(b"RIFF"):
        with wave.open(io.BytesIO(content)) as reader:
            return reader.getnframes() / reader.getframerate()
    if content.startswith(b"OggS"):
        page = content.rfind(b"OggS")
        return float(struct.unpack("<q", content[page + 6 : page + 14])[0] / 48_000)
    return 31.0 if b"long" in content else 1.0
