"""The webhook function voice-filesearch-gpt through the front door."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fixtures_app import Service
from tests.fixtures_media import Files
from tests.knowledge import FEES, vector_store

QUESTION = "When are the fees due?"


@pytest.fixture
def asking(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    openai.say_transcript(QUESTION)
    return service


def body_for(openai: FakeOpenAI, **more: Any) -> dict[str, Any]:
    return {"speech": samples.SPEECH, "vector_store_id": vector_store(openai), **more}


def test_a_spoken_question_gets_a_spoken_answer(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    openai.say_transcript(QUESTION)
    note = files.add("note", sounds.ogg_opus(3))
    body = body_for(openai, speech=note, source_language="English", target_language="en")
    answer = media_service.call("voice-filesearch-gpt", body).json
    assert answer["message"] == answer["translated_text"] == FEES
    assert answer["thread_id"].startswith("thread_")
    assert "speech_error" not in answer
    assert openai.last.body["input"] == FEES
    assert openai.last.body["instructions"] == "Speak in English."
    sound = media_service.request("GET", answer["media_url"].removeprefix("http://localhost"))
    assert sound.headers["Content-Type"] == "audio/ogg; codecs=opus"
    assert openai.asked("/chat/completions") == []


def test_another_target_language_is_translated_and_spoken(
    asking: Service, openai: FakeOpenAI
) -> None:
    openai.say("Fees are due.", "फीस देनी है।")
    body = body_for(openai, source_language="English", target_language="Hindi")
    answer = asking.call("voice-filesearch-gpt", body).json
    assert answer["message"] == "Fees are due."
    assert answer["translated_text"] == "फीस देनी है।"
    [translation] = openai.asked("/chat/completions")
    assert "Hindi" in translation.body["messages"][0]["content"]
    assert openai.last.body["input"] == "फीस देनी है।"
    assert openai.last.body["instructions"] == "Speak in Hindi."


@pytest.mark.parametrize(
    ("languages", "translations"),
    [
        ({}, 0),
        ({"target_language": "English"}, 0),  # gpt-transcribe tells that it heard English
        ({"target_language": "auto"}, 0),
        ({"source_language": "auto", "target_language": "Tamil"}, 1),
        ({"source_language": "hi", "target_language": "hindi"}, 0),
    ],
)
def test_it_is_translated_only_where_languages_differ(
    asking: Service, openai: FakeOpenAI, languages: dict[str, str], translations: int
) -> None:
    answer = asking.call("voice-filesearch-gpt", body_for(openai, **languages))
    assert answer.status == 200
    assert len(openai.asked("/chat/completions")) == translations


def test_the_conversation_is_remembered_across_voice_and_text(
    asking: Service, openai: FakeOpenAI
) -> None:
    body = body_for(openai, speech_engine="open_ai")
    first = asking.call("voice-filesearch-gpt", body).json
    more = {
        "question": "And then?",
        "vector_store_id": body["vector_store_id"],
        "thread_id": first["thread_id"],
    }
    assert asking.call("filesearch-gpt", more).json["thread_id"] == first["thread_id"]
    said = openai.asked("/responses")[-1].heard[1:]
    assert said == [("user", QUESTION), ("assistant", FEES), ("user", "And then?")]


def test_an_answer_that_cannot_be_spoken_is_still_given(
    asking: Service, openai: FakeOpenAI
) -> None:
    openai.fail(faults.status(400), path="/audio/speech")
    answer = asking.call("voice-filesearch-gpt", body_for(openai))
    assert answer.status == 200
    assert answer.json["message"] == FEES
    assert answer.json["media_url"] == "N/A"
    assert answer.json["speech_error"] == "provider_rejected"


def test_a_long_answer_is_spoken_to_the_end_of_a_sentence(
    asking: Service, openai: FakeOpenAI
) -> None:
    sentence = "Fees are due on the fifth of the month. "
    openai.say(sentence * 200)
    answer = asking.call("voice-filesearch-gpt", body_for(openai)).json
    spoken = openai.last.body["input"]
    assert spoken.endswith("month.")
    assert 4000 < len(spoken) <= 4096
    assert answer["message"] == (sentence * 200).strip()


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ({"speech": ""}, "empty_input", "speech"),
        ({"speech": "@results.note.input"}, "unresolved_variable", "speech"),
        ({"speech": samples.IMAGE}, "invalid_input", "speech"),
        ({"speech": samples.SPEECH, "vector_store_id": ""}, "invalid_input", "vector_store_id"),
    ],
)
def test_what_is_wrong_is_named_before_anybody_is_asked(
    service: Service, openai: FakeOpenAI, body: dict[str, str], kind: str, field: str
) -> None:
    service.organisation(openai)
    answer = service.call("voice-filesearch-gpt", {"vector_store_id": "vs_1", **body})
    assert (answer.status, answer.error["type"]) == (400, kind)
    assert field in answer.error["fields"]
    assert answer.json["message"] == answer.error["message"]
    assert openai.requests == []


def test_silence_is_not_asked_about(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_transcript(" ")
    answer = service.call("voice-filesearch-gpt", body_for(openai))
    assert answer.error["type"] == "empty_input"
    assert openai.asked("/responses") == []


@pytest.mark.parametrize(
    "function", ["speech_to_text", "text_to_speech", "filesearch-gpt", "voice-filesearch-gpt"]
)
def test_the_wait_time_of_glifics_waiting_nodes_is_accepted(
    service: Service, function: str
) -> None:
    service.organisation()
    fields = service.call(function, {"wait_time": "120"}).error["fields"]
    assert "wait_time" not in fields
