"""Sarvam: its client, over every transport."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook import errors
from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.model_client import (
    ModerationRequest,
    SpeechRequest,
    TranscriptionRequest,
    Usage,
)
from flowhook.providers.mp3_frames import counted_frames, read_frame
from flowhook.providers.steps import StillAtWork
from flowhook.providers.websocket import ConversingTransport
from tests.fakes.openai import sounds
from tests.fakes.sarvam import BATCH, KEY, STORAGE, FakeSarvam
from tests.flowhook.providers.asking import question

RATE = 8_000


class KnownJobs:
    """Remembers jobs as the service does."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def find(self, what: str) -> str | None:
        return self.known.get(what)

    def keep(self, what: str, job: str) -> None:
        self.known[what] = job

    def forget(self, what: str) -> None:
        self.known.pop(what, None)


def client_of(sarvam: FakeSarvam, transport: ConversingTransport, **more: Any) -> AccountClient:
    jobs = more.pop("jobs", None)
    known = {
        "api_key": KEY,
        "base_url": sarvam.url,
        "default_model": "sarvam-105b",
        "provider": "sarvam",
        "speech_model": "bulbul:v3",
        "transcription_model": "saaras:v3",
        **more,
    }
    return AccountClient(Account(**known), transport, sleep=lambda seconds: None, jobs=jobs)


def recording(seconds: float) -> tuple[str, bytes, str]:
    return "speech.wav", sounds.wav(bytes(round(seconds * RATE) * 2), RATE), "audio/wav"


# --- speaking ---


def test_a_text_is_spoken(sarvam: FakeSarvam, transport: ConversingTransport) -> None:
    client = client_of(sarvam, transport)
    speech = client.speak(SpeechRequest("नमस्ते जी", "ritu", "Marathi", pace=0.9))
    asked = sarvam.asked("/text-to-speech")[0]
    assert asked.headers["api-subscription-key"] == KEY
    assert "Authorization" not in asked.headers
    assert asked.body == {
        "text": "नमस्ते जी",
        "target_language_code": "mr-IN",
        "model": "bulbul:v3",
        "output_audio_codec": "mp3",
        "speaker": "ritu",
        "pace": 0.9,
    }
    assert (speech.content_type, speech.content[:3]) == ("audio/mpeg", b"ID3")
    assert client.usage.input_tokens > 0
    assert client.model == "bulbul:v3"


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("ନମସ୍କାର", "Odia", "od-IN"),
        ("ନମସ୍କାର", None, "od-IN"),
        ("Hello 2 you", None, "en-IN"),
        ("ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ।", None, "pa-IN"),
        ("नमस्ते", "Nepali", "hi-IN"),
        ("নমস্কাৰ", "Assamese", "bn-IN"),
    ],
)
def test_the_language_is_that_given_or_that_of_the_script(
    sarvam: FakeSarvam, transport: ConversingTransport, text: str, language: str | None, code: str
) -> None:
    client_of(sarvam, transport).speak(SpeechRequest(text, language=language))
    assert sarvam.asked("/text-to-speech")[0].body["target_language_code"] == code


def test_a_language_without_a_voice_is_said_before(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    with pytest.raises(errors.ProviderRejected) as refused:
        client_of(sarvam, transport).speak(SpeechRequest("سلام", language="Urdu"))
    assert "Hindi" in refused.value.fix
    assert sarvam.requests == []


def test_a_long_text_is_spoken_in_parts_and_joined(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sentence = "This is one of many sentences. "
    client = client_of(sarvam, transport)
    speech = client.speak(SpeechRequest(sentence * 130))
    texts = [asked.body["text"] for asked in sarvam.asked("/text-to-speech")]
    assert [len(text) <= 2500 and text.endswith("sentences.") for text in texts] == [True, True]
    assert " ".join(texts) == (sentence * 130).strip()
    frames = _frames(speech.content)
    assert frames == 130 * 6  # each word is a frame, and none counts its own part alone
    assert client.usage.input_tokens >= len(sentence) * 130 // 4 - 2


def _frames(content: bytes) -> int:
    at = count = 0
    while at < len(content):
        frame = read_frame(content, at)
        assert frame is not None, f"no frame at {at}"
        assert counted_frames(content, at, frame) is None
        at, count = at + frame.size, count + 1
    return count


def test_the_newer_name_of_the_language_is_learned(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.wants_new_name = True
    client_of(sarvam, transport).speak(SpeechRequest("Hello"))
    names = [set(asked.body) & {"language_code", "target_language_code"} for asked in
             sarvam.asked("/text-to-speech")]  # fmt: skip
    assert names == [{"target_language_code"}, {"language_code"}]


# --- hearing ---


def test_a_short_recording_takes_one_request(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.say_transcript("ସ୍କୁଲ କେବେ ଖୋଲିବ?", "od-IN")
    client = client_of(sarvam, transport)
    heard = client.transcribe(TranscriptionRequest(recording(29.9), "or"))
    assert (heard.text, heard.languages) == ("ସ୍କୁଲ କେବେ ଖୋଲିବ?", ("or",))
    assert sarvam.requests[0].body == {"model": "saaras:v3", "language_code": "od-IN"}
    assert len(sarvam.requests) == 1
    assert client.usage == Usage(299, 11)  # ten tokens a second


@pytest.mark.parametrize(
    ("model", "language", "sent"),
    [
        ("saaras:v3", "kok", "kok-IN"),
        ("saaras:v4", "ur", "ur-IN"),
        ("saarika:v2.5", "hi", "hi-IN"),
        ("saarika:v2.5", "kok", None),
        ("saaras:v3", "fr", None),
        ("saaras:v3", None, None),
    ],
)
def test_a_language_that_the_model_lacks_is_left_out(
    sarvam: FakeSarvam,
    transport: ConversingTransport,
    model: str,
    language: str | None,
    sent: str | None,
) -> None:
    client = client_of(sarvam, transport, transcription_model=model)
    client.transcribe(TranscriptionRequest(recording(1), language))
    assert sarvam.requests[0].body.get("language_code") == sent


def test_a_long_recording_is_a_batch_job(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.polls_needed = 3
    sarvam.say_transcript("A long story.", "en-IN")
    file = recording(31)
    heard = client_of(sarvam, transport).transcribe(TranscriptionRequest(file, "en"))
    assert (heard.text, heard.languages) == ("A long story.", ("en",))
    (job_id,) = sarvam.jobs
    asked = [(one.method, one.path.replace(job_id, "<id>")) for one in sarvam.requests]
    assert asked == [
        ("POST", BATCH),
        ("POST", f"{BATCH}/upload-files"),
        ("PUT", f"{STORAGE}in/<id>"),
        ("POST", f"{BATCH}/<id>/start"),
        *[("GET", f"{BATCH}/<id>/status")] * 4,
        ("POST", f"{BATCH}/download-files"),
        ("GET", f"{STORAGE}out/<id>"),
    ]
    assert sarvam.jobs[job_id].content == file[1]
    assert sarvam.jobs[job_id].parameters == {"model": "saaras:v3", "language_code": "en-IN"}


def test_a_recording_that_hides_its_length_becomes_a_job_when_it_is_refused(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    file = ("speech.webm", b"\x1aE\xdf\xa3 webm, a long one", "audio/webm")
    client_of(sarvam, transport).transcribe(TranscriptionRequest(file))
    assert [one.path for one in sarvam.requests[:2]] == ["/speech-to-text", BATCH]
    assert len(sarvam.jobs) == 1


def test_a_job_that_is_not_over_is_gone_on_with(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.polls_needed = 100
    jobs = KnownJobs()
    request = TranscriptionRequest(recording(40))
    with pytest.raises(StillAtWork) as late:
        client_of(sarvam, transport, jobs=jobs).transcribe(request)
    assert (late.value.type, late.value.status, late.value.retryable) == (
        "provider_timeout", 504, True,
    )  # fmt: skip
    assert not isinstance(late.value, errors.ProviderTimeout)
    polls = len(sarvam.requests)
    assert polls < 100
    heard = client_of(sarvam, transport, jobs=jobs).transcribe(request)
    assert heard.text == "Words."
    assert (len(sarvam.jobs), len(sarvam.asked(BATCH)), jobs.known) == (1, 1, {})


def test_another_recording_is_another_job(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.polls_needed = 1000
    jobs = KnownJobs()
    for seconds, language in ((40, "hi"), (41, "hi"), (40, "ta")):
        with pytest.raises(StillAtWork):
            request = TranscriptionRequest(recording(seconds), language)
            client_of(sarvam, transport, jobs=jobs).transcribe(request)
    assert len(sarvam.jobs) == len(jobs.known) == 3


def test_a_job_that_failed_is_forgotten(sarvam: FakeSarvam, transport: ConversingTransport) -> None:
    sarvam.fails_jobs = True
    jobs = KnownJobs()
    with pytest.raises(errors.ProviderRejected):
        client_of(sarvam, transport, jobs=jobs).transcribe(TranscriptionRequest(recording(40)))
    assert jobs.known == {}


# --- what else it does, and errors ---


def test_its_chat_models_speak_openais_dialect(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    client = client_of(sarvam, transport)
    assert client.chat(question()).first.text.startswith("You said: ")
    assert [model.id for model in client.models()] == ["sarvam-105b", "sarvam-m"]
    assert {one.headers["api-subscription-key"] for one in sarvam.requests} == {KEY}
    with pytest.raises(errors.ProviderRejected):
        client.moderate(ModerationRequest("Hello"))


@pytest.mark.parametrize("end", ["", "/v1"])
def test_the_address_may_be_that_of_the_chat_api(
    sarvam: FakeSarvam, transport: ConversingTransport, end: str
) -> None:
    client = client_of(sarvam, transport, base_url=sarvam.url + end)
    client.speak(SpeechRequest("Hello"))
    client.chat(question())
    assert [one.path for one in sarvam.requests] == ["/text-to-speech", "/v1/chat/completions"]


def test_a_wrong_key_is_named(sarvam: FakeSarvam, transport: ConversingTransport) -> None:
    client = client_of(sarvam, transport, api_key="sk_wrong")
    for ask in (
        lambda: client.speak(SpeechRequest("Hello")),
        lambda: client.transcribe(TranscriptionRequest(recording(1))),
        client.models,
    ):
        with pytest.raises(errors.InvalidApiKey) as refused:
            ask()
        assert "sarvam settings" in refused.value.fix
    assert len(sarvam.requests) == 3


def test_spent_credits_are_named_and_not_asked_for_again(
    sarvam: FakeSarvam, transport: ConversingTransport
) -> None:
    sarvam.credits = 0
    with pytest.raises(errors.InsufficientQuota) as refused:
        client_of(sarvam, transport).speak(SpeechRequest("Hello"))
    assert "dashboard.sarvam.ai" in refused.value.fix
    assert len(sarvam.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (429, "rate_limit_exceeded_error", "Too many.", errors.ProviderRateLimited),
        (503, "rate_limit_exceeded_error", "High load.", errors.ProviderRateLimited),
        (402, "payment_required", "Pay.", errors.InsufficientQuota),
        (401, "unheard_of", "No.", errors.InvalidApiKey),
        (401, "authentication_error", "No.", errors.InvalidApiKey),
        (404, "not_found_error", "Nothing.", errors.ProviderRejected),
        (422, "unprocessable_entity_error", "The words are odd.", errors.ProviderRejected),
        (500, "internal_server_error", "It broke.", errors.ProviderError),
        (504, "gateway_timeout_error", "Slow.", errors.ProviderError),
    ],
)
def test_errors_have_types_and_keep_the_words_to_themselves(
    sarvam: FakeSarvam,
    transport: ConversingTransport,
    status: int,
    code: str,
    message: str,
    expected: type[errors.FlowhookError],
) -> None:
    for _ in range(3):
        sarvam.fail("/text-to-speech", status, code, message)
    with pytest.raises(expected) as refused:
        client_of(sarvam, transport).speak(SpeechRequest("Hello"))
    assert message not in refused.value.message + refused.value.fix


@pytest.mark.parametrize(
    ("request_of", "expected", "fix"),
    [
        (SpeechRequest("Hello", "bob"), errors.ProviderRejected, "voice"),
        (SpeechRequest("Hello", model="gpt-4o-mini-tts"), errors.ModelNotFound, "bulbul:v3"),
    ],
)
def test_what_it_does_not_have_is_named(
    sarvam: FakeSarvam,
    transport: ConversingTransport,
    request_of: SpeechRequest,
    expected: type[errors.FlowhookError],
    fix: str,
) -> None:
    with pytest.raises(expected) as refused:
        client_of(sarvam, transport).speak(request_of)
    assert fix in refused.value.fix


@pytest.mark.parametrize(
    "body", [b"[]", b'{"audios": []}', b'{"audios": ["?"]}', b'{"audios": [5]}', b"x"]
)
def test_answers_that_are_none_are_named(
    sarvam: FakeSarvam, transport: ConversingTransport, body: bytes
) -> None:
    sarvam.say_next("/text-to-speech", body)
    with pytest.raises(errors.InvalidResponse):
        client_of(sarvam, transport).speak(SpeechRequest("Hello"))
