"""Speech after the end of /audio/speech: functions, jobs and flows, by way of the Realtime API."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.readings import Reading
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say
from tests.knowledge import FEES, vector_store

MODEL = "gpt-realtime-2.1-mini"
AFTER = datetime.date(2027, 1, 6)
TEXT = {"text": "The school opens at nine."}
SPOKEN: dict[str, Any] = {
    "uuid": "spoken",
    "keywords": ["speak"],
    "nodes": [
        {
            "id": "h",
            "webhook": {
                "url": "text_to_speech",
                "result_name": "voice",
                "body": '{"text": "The school opens at nine."}',
            },
            "success": "yes",
            "failure": "no",
        },
        {"id": "yes", "send": "@results.voice.media_url"},
        {"id": "no", "send": "no voice: @results.voice.media_url"},
    ],
}


@pytest.fixture
def after() -> Iterator[FakeOpenAI]:
    """OpenAI on the day when all models of /audio/speech are gone."""
    with FakeOpenAI(AFTER) as fake:
        yield fake


def roads(openai: FakeOpenAI) -> list[str]:
    return [asked.path.removeprefix("/v1") for asked in openai.requests]


@pytest.mark.parametrize("model", [None, "tts-1", "tts-1-hd", "gpt-4o-mini-tts"])
def test_a_speech_model_that_is_gone_moves_to_realtime_and_stays_there(
    service: Service, after: FakeOpenAI, model: str | None
) -> None:
    service.organisation(after, speech_model=model)
    answer = service.call("text_to_speech", TEXT)
    assert answer.status == 200
    assert answer.json["media_url"].endswith(".mp3")
    assert answer.json["message"] == answer.json["media_url"]
    served = service.request("GET", answer.json["media_url"].removeprefix("http://localhost"))
    assert served.headers["Content-Type"] == "audio/mpeg"
    assert served.body[0] == 0xFF
    assert service.call("text_to_speech", TEXT).status == 200
    assert roads(after) == ["/audio/speech", "/realtime", "/realtime"]
    assert after.last.query == {"model": MODEL}
    [warning] = service.operator("GET", "/settings/acme").json["warnings"]
    assert MODEL in warning["message"]


def test_before_that_day_nothing_changes(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.call("text_to_speech", TEXT).json["media_url"].endswith(".ogg")
    assert roads(openai) == ["/audio/speech"]


def test_a_server_that_has_audio_speech_keeps_its_own_model(
    service: Service, after: FakeOpenAI
) -> None:
    after.add_model("kokoro", "speech")
    service.organisation(after, speech_model="kokoro")
    assert service.call("text_to_speech", TEXT).json["media_url"].endswith(".ogg")
    assert roads(after) == ["/audio/speech"]


def test_an_organisation_that_does_not_allow_the_successor_is_told(
    service: Service, after: FakeOpenAI
) -> None:
    service.organisation(after, allowed_models=["gpt-4o*"])
    assert service.call("text_to_speech", TEXT).error["type"] == "model_not_found"
    assert roads(after) == ["/audio/speech"]


def test_a_chosen_model_goes_its_road_at_once(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {**TEXT, "model": "gpt-realtime-2.1", "voice": "marin", "language": "hi"}
    assert service.call("text_to_speech", body).status == 200
    assert roads(openai) == ["/realtime"]
    assert openai.last.query == {"model": "gpt-realtime-2.1"}


def test_what_is_read_otherwise_is_told(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, speech_model=MODEL)
    said = "Hello, the school opens at nine."
    openai.read_aloud(Reading(says=said), Reading(says=said))
    answer = service.call("text_to_speech", TEXT).json
    assert answer["spoken_text"] == said
    assert "spoken_text" not in service.call("text_to_speech", TEXT).json


@pytest.mark.parametrize(
    ("reading", "error"),
    [
        (Reading(has_sound=False), "invalid_response"),
        (Reading(says="How may I help you today?"), "invalid_response"),
        (Reading(cut_by="content_filter"), "content_filter"),
        (Reading(failure=("insufficient_quota", "insufficient_quota")), "insufficient_quota"),
    ],
)
def test_what_is_no_speech_is_an_error_and_is_not_kept(
    service: Service, openai: FakeOpenAI, reading: Reading, error: str
) -> None:
    service.organisation(openai, speech_model=MODEL)
    openai.read_aloud(reading, reading)
    assert service.call("text_to_speech", TEXT).error["type"] == error
    assert not list(service.redis.scan_iter("*media*"))


def test_what_it_cost_is_counted(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, speech_model=MODEL)
    service.call("text_to_speech", TEXT)
    service.flush()
    [line] = service.admin("GET", "/usage/acme?by=model").json["usage"]
    assert line["model"] == MODEL
    used = openai.account(openai.key).used_tokens
    assert line["input_tokens"] + line["output_tokens"] == used
    cost = (line["input_tokens"] * 0.6 + line["output_tokens"] * 20) / 1e6
    assert line["cost"] == pytest.approx(cost, abs=1e-6)


def test_a_spoken_question_is_answered_aloud(service: Service, after: FakeOpenAI) -> None:
    service.organisation(after)
    after.say_transcript("When are the fees due?")
    body = {"speech": samples.SPEECH, "vector_store_id": vector_store(after)}
    answer = service.call("voice-filesearch-gpt", body).json
    assert answer["message"] == FEES
    assert answer["media_url"].endswith(".mp3")
    assert after.last.heard == [("user", FEES)]
    after.fail(faults.status(400), times=None, path="/realtime")
    after.say_transcript("When are the fees due?")
    answer = service.call("voice-filesearch-gpt", body).json
    assert (answer["media_url"], answer["speech_error"]) == ("N/A", "provider_rejected")


def test_jobs_speak_the_same_way(jobs: JobsService, after: FakeOpenAI) -> None:
    jobs.service.organisation(after)
    done = jobs.wait(jobs.accept("text_to_speech", {**TEXT, "wait_seconds": 0}))
    assert done["status"] == "done"
    assert done["result"]["media_url"].endswith(".mp3")


def test_flows_speak_the_same_way(service: Service, after: FakeOpenAI) -> None:
    service.organisation(after)
    publish(service, SPOKEN)
    [reply] = say(service, "speak").json["messages"]
    assert reply["text"].endswith(".mp3")
    assert after.last.query == {"model": MODEL}
