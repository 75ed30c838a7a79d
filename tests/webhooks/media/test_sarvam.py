"""Functions that speak and hear with Sarvam, through the front door."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import redis

from flowhook.backoff import Backoff
from flowhook.jobs import job_runner
from flowhook.media import samples
from flowhook.providers.sarvam import batch
from tests.fakes.openai import FakeOpenAI, sounds
from tests.fakes.sarvam import BATCH, KEY, STORAGE, FakeSarvam
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.knowledge import FEES, vector_store
from tests.web.visitor import signed_in

THIRTY_ONE_SECONDS = sounds.wav(bytes(2 * 8_000 * 31), 8_000)
LONG = "data:audio/wav;base64," + base64.b64encode(THIRTY_ONE_SECONDS).decode()
TO_SARVAM = {"provider": "sarvam"}
OF_GLIFIC = ["openai", "gemini", "google-aistudio", "@results.who", "", None]


def with_sarvam(service: Service, openai: FakeOpenAI, **settings: Any) -> Service:
    """An organisation with an account at each."""
    service.organisation(openai, **settings)
    assert service.operator("PUT", "/settings/acme/sarvam", {"api_key": KEY}).status == 201
    return service


def test_a_text_is_spoken_as_mp3(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    body = {"text": "ନମସ୍କାର", "language": "Odia", "voice": "Ritu", "pace": "1.2"}
    answer = sarvam_service.call("text_to_speech", body | TO_SARVAM).json
    assert answer["success"] is True
    [asked] = sarvam.asked("/text-to-speech")
    assert (asked.body["target_language_code"], asked.body["speaker"]) == ("od-IN", "ritu")
    assert asked.body["pace"] == 1.2
    served = sarvam_service.request("GET", "/media/" + answer["media_url"].rpartition("/")[2])
    assert served.headers["Content-Type"] == "audio/mpeg"
    assert openai.requests == []


@pytest.mark.parametrize("voice", ["Kore", "alloy", "", None])
def test_another_providers_voice_gives_way_to_sarvams_own(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam, voice: str | None
) -> None:
    with_sarvam(sarvam_service, openai)
    body = {"text": "Hello", "provider": "Sarvam", "voice": voice}
    assert sarvam_service.call("text_to_speech", body).status == 200
    assert "speaker" not in sarvam.requests[0].body


def test_a_recording_is_heard_and_its_language_named(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    sarvam.say_transcript("ସ୍କୁଲ", "od-IN")
    body = {"speech": samples.SPEECH, "language": "auto", "provider": "sarvam"}
    answer = sarvam_service.call("speech_to_text", body).json
    assert answer == {
        "success": True, "response": "ସ୍କୁଲ", "message": "ସ୍କୁଲ", "language": "Odia",
    }  # fmt: skip
    assert openai.requests == []


def test_amr_of_old_phones_is_heard_by_sarvam_alone(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    note = "data:audio/amr;base64," + base64.b64encode(b"#!AMR\n" + bytes(40)).decode()
    assert sarvam_service.call("speech_to_text", {"speech": note}).status == 400
    body = {"speech": note, "provider": "sarvam"}
    assert sarvam_service.call("speech_to_text", body).status == 200


def test_a_long_recording_that_failed_goes_on_with_the_same_job(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    sarvam.storage_is_away = True
    body = {"speech": LONG, "provider": "sarvam"}
    answer = sarvam_service.call("speech_to_text", body)
    assert (answer.status, answer.error["type"]) == (502, "provider_error")
    assert list(sarvam_service.redis.scan_iter("*provider_job*")) == []
    sarvam.storage_is_away = False
    sarvam.reads_fail = True
    assert sarvam_service.call("speech_to_text", body).error["type"] == "provider_error"
    assert len(list(sarvam_service.redis.scan_iter("*provider_job*"))) == 1
    sarvam.reads_fail = False
    assert sarvam_service.call("speech_to_text", body).json["language"] == "English"
    assert len(sarvam.asked(BATCH)) == 2
    assert list(sarvam_service.redis.scan_iter("*provider_job*")) == []


def test_a_long_recording_as_a_job_goes_on_until_it_is_written_down(
    sarvam_service: Service,
    openai: FakeOpenAI,
    sarvam: FakeSarvam,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_sarvam(sarvam_service, openai)
    monkeypatch.setattr(batch, "MAX_POLLS", 1)
    monkeypatch.setattr(batch, "BACKOFF", Backoff(0, 1, 0))
    monkeypatch.setattr(batch, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(job_runner, "BACKOFF", Backoff(0.01, 1, 0.01))
    sarvam.polls_needed = 5
    jobs = JobsService(sarvam_service)
    jobs.start_worker()
    try:
        job_id = jobs.accept("speech_to_text", {"speech": LONG, "wait_seconds": 0} | TO_SARVAM)
        assert jobs.wait(job_id)["result"]["response"] == "Words."
    finally:
        jobs.stop_worker()
    assert len(sarvam.asked(BATCH)) == 1
    assert len(sarvam.asked(f"{BATCH}/{next(iter(sarvam.jobs))}/status")) == 6


def test_links_to_private_addresses_are_not_followed(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    service = with_sarvam(open_service(fake_redis, sarvam_base_url=sarvam.url), openai)
    answer = service.call("speech_to_text", {"speech": LONG} | TO_SARVAM)
    assert (answer.status, answer.error["type"]) == (503, "provider_unavailable")
    assert "not public" in answer.error["message"]
    assert [one for one in sarvam.requests if one.path.startswith(STORAGE)] == []


def test_sarvam_hears_and_speaks_while_the_account_answers(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    sarvam.say_transcript("When are the fees due?", "en-IN")
    body = {"speech": samples.SPEECH, "vector_store_id": vector_store(openai), "provider": "sarvam"}
    answer = sarvam_service.call("voice-filesearch-gpt", body).json
    assert answer["message"] == FEES
    assert answer["media_url"].endswith(".mp3")
    assert [asked.path for asked in sarvam.requests] == ["/speech-to-text", "/text-to-speech"]
    assert sarvam.requests[1].body["target_language_code"] == "en-IN"
    assert openai.asked("/audio/speech") == openai.asked("/audio/transcriptions") == []


def test_the_language_of_a_recording_is_detected_by_sarvam(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    sarvam.say_transcript("…", "mai-IN")
    body = {"speech": samples.SPEECH, "provider": "sarvam"}
    assert sarvam_service.call("detect_language", body).json["detected_language"] == "Maithili"


def test_usage_is_counted_under_sarvams_models(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    body = {"text": "The school opens at nine.", "provider": "sarvam"}
    assert sarvam_service.call("text_to_speech", body).status == 200
    sarvam_service.flush()
    [row] = sarvam_service.operator("GET", "/usage/acme?by=model").json["usage"]
    assert (row["model"], row["calls"], row["input_tokens"]) == ("bulbul:v3", 1, 6)


# --- who is asked ---


def test_without_a_key_the_settings_are_named(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    sarvam_service.organisation(openai)
    answer = sarvam_service.call("text_to_speech", {"text": "Hello", "provider": "sarvam"})
    assert (answer.status, answer.error["type"]) == (403, "missing_api_key")
    assert "sarvam settings" in answer.error["fix"]
    assert sarvam.requests == openai.requests == []


def test_sarvam_needs_no_openai_account(sarvam_service: Service, sarvam: FakeSarvam) -> None:
    sarvam_service.organisation(is_active=False)
    sarvam_service.operator("PUT", "/settings/acme/sarvam", {"api_key": KEY})
    body = {"text": "Hello", "provider": "sarvam"}
    assert sarvam_service.call("text_to_speech", body).status == 200


def test_a_wrong_key_is_an_error_of_the_admin(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    sarvam.keys.clear()
    answer = sarvam_service.call("text_to_speech", {"text": "Hello", "provider": "sarvam"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_api_key")
    assert KEY not in answer.body.decode()


def test_an_account_at_sarvam_is_tested_and_speaks(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    sarvam_service.organisation(openai)
    settings = {"is_active": True, "provider": "sarvam", "api_key": KEY}
    path = "/settings/acme/openai/accounts/india"
    assert sarvam_service.admin("PUT", path, settings).status == 201
    assert sarvam_service.admin("POST", f"{path}/test").json["models"] == 2
    for body in ({"account": "india"}, {"provider": "india"}, {"account": "india"} | TO_SARVAM):
        answer = sarvam_service.call("text_to_speech", {"text": "Hello", **body})
        assert answer.status == 200, answer.body
    assert len(sarvam.asked("/text-to-speech")) == 3


def test_the_provider_may_be_the_title_of_an_account(
    sarvam_service: Service, openai: FakeOpenAI
) -> None:
    sarvam_service.organisation(openai, speech_model="tts-1")
    other = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    path = "/settings/acme/openai/accounts/Own server"
    sarvam_service.operator("PUT", path, {**other, "speech_model": "tts-1-hd"})
    body = {"text": "Hello", "provider": "Own server", "voice": "af_bella"}
    assert sarvam_service.call("text_to_speech", body).error["type"] == "provider_rejected"
    assert (openai.last.body["model"], openai.last.body["voice"]) == ("tts-1-hd", "af_bella")
    openai.violations.clear()


def test_a_title_goes_before_a_providers_name(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    sarvam_service.organisation(openai)
    settings = {"is_active": True, "provider": "sarvam", "api_key": KEY}
    for title in ("Google", "sarvam 2"):
        path = f"/settings/acme/openai/accounts/{title}"
        assert sarvam_service.operator("PUT", path, settings).status == 201
        body = {"text": "Hello", "provider": f" {title} "}
        assert sarvam_service.call("text_to_speech", body).status == 200
    assert len(sarvam.asked("/text-to-speech")) == 2


@pytest.mark.parametrize("function", ["text_to_speech", "speech_to_text"])
def test_an_unknown_provider_is_named(
    sarvam_service: Service, openai: FakeOpenAI, function: str
) -> None:
    sarvam_service.organisation(openai)
    body = {"text": "Hello"} if function == "text_to_speech" else {"speech": samples.SPEECH}
    answer = sarvam_service.call(function, {**body, "provider": "sarvarn"})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "provider" in answer.error["fields"]


@pytest.mark.parametrize("provider", OF_GLIFIC)
def test_providers_of_glific_are_answered_by_the_account(
    sarvam_service: Service, openai: FakeOpenAI, provider: str | None
) -> None:
    sarvam_service.organisation(openai)
    body = {"text": "Hello", "provider": provider}
    assert sarvam_service.call("text_to_speech", body).status == 200
    assert len(openai.asked("/audio/speech")) == 1


# --- the settings ---


def test_the_key_is_tested_from_the_page_and_the_api(
    sarvam_service: Service, openai: FakeOpenAI, sarvam: FakeSarvam
) -> None:
    with_sarvam(sarvam_service, openai)
    tested = sarvam_service.admin("POST", "/settings/acme/sarvam/test")
    assert tested.json["models"] == 2
    visitor = signed_in(sarvam_service, sarvam_service.tenant.admin_token)
    page = "/organisations/acme/settings/sarvam"
    assert f'formaction="{page}/test"' in visitor.get(page).html
    assert "The key works" in visitor.post(f"{page}/test", {"save": "on"}).text
    wrong = visitor.post(f"{page}/test", {"api_key": "sk_wrong0000000000", "save": "on"})
    assert "does not accept" in wrong.text
    assert "sk_wrong" not in wrong.html


def test_without_a_key_there_is_nothing_to_test(
    sarvam_service: Service, openai: FakeOpenAI
) -> None:
    sarvam_service.organisation(openai)
    assert sarvam_service.admin("POST", "/settings/acme/sarvam/test").status == 404
    sarvam_service.admin("PUT", "/settings/acme/sarvam", {})
    tested = sarvam_service.admin("POST", "/settings/acme/sarvam/test")
    assert (tested.status, tested.error["type"]) == (403, "missing_api_key")
