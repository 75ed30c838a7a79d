"""The fake's Realtime API refuses what the real one refuses, in its events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from flowhook.providers.model_client import Usage
from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.transport import ConnectionBroken, HttpReply
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai.readings import Reading

MODEL = "gpt-realtime-2.1-mini"
TEXT = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
CREATE = {"type": "response.create", "response": {"conversation": "none", "input": [TEXT]}}
UPDATE = {"type": "session.update", "session": {"type": "realtime"}}


class Says:
    """Sends events once the session is there, and keeps all that comes until one of a type."""

    usage: Usage | None = None

    def __init__(self, *events: dict[str, Any], until: str) -> None:
        self.events = events
        self.until = until
        self.heard: list[dict[str, Any]] = []
        self.reason = ""
        self.reply: HttpReply | None = None

    def begin(self) -> None: ...

    def refuse(self, reply: HttpReply) -> None: ...

    def end(self, reason: str) -> None:
        self.reason = reason

    def hear(self, message: str) -> Iterable[str]:
        event = json.loads(message)
        self.heard.append(event)
        if event["type"] == "session.created":
            yield from map(json.dumps, self.events)
        if event["type"] == self.until:
            self.reply = HttpReply(200, {}, b"")

    @property
    def error(self) -> dict[str, Any]:
        [error] = [event["error"] for event in self.heard if event["type"] == "error"]
        assert isinstance(error, dict)
        return error


def talk(
    openai: FakeOpenAI,
    *events: dict[str, Any],
    until: str = "error",
    model: str = MODEL,
    key: str | None = None,
) -> Says:
    says = Says(*events, until=until)
    url = f"ws{openai.base_url.removeprefix('http')}/realtime?model={model}"
    headers = {"Authorization": f"Bearer {key or openai.key}"}
    PooledTransport().converse(url, headers, says, 5)
    return says


def test_every_event_is_one_of_the_packages(openai: FakeOpenAI) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
    says = talk(openai, UPDATE, CREATE, until="response.done")
    assert len(says.heard) == 8
    for event in says.heard:
        adapter.validate_python(event)
    assert openai.last.body == [UPDATE, CREATE]
    assert openai.last.heard == [("user", "Hello")]


@pytest.mark.parametrize(
    ("event", "param"),
    [
        ({"type": "response.make"}, "type"),
        ({"type": "response.create", "respond": {}}, "respond"),
        ({"type": "response.create", "response": {"modalities": ["audio"]}}, "response.modalities"),
        ({"type": "session.update"}, "event"),
        (
            {"type": "session.update", "session": {"type": "realtime", "voice": "ash"}},
            "session.voice",
        ),
        ({"type": "response.create", "response": {"output_modalities": ["sound"]}}, "event"),
        (
            {"type": "response.create", "response": {"max_output_tokens": 4097}},
            "response.max_output_tokens",
        ),
        (
            {"type": "response.create", "response": {"conversation": "mine"}},
            "response.conversation",
        ),
    ],
)
def test_what_no_event_has_is_refused_and_remembered(
    openai: FakeOpenAI, event: dict[str, Any], param: str
) -> None:
    error = talk(openai, event).error
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert len(openai.violations) == 1
    openai.violations.clear()


def test_a_voice_that_realtime_lacks_is_refused(openai: FakeOpenAI) -> None:
    session = {"type": "realtime", "audio": {"output": {"voice": "nova"}}}
    error = talk(openai, {"type": "session.update", "session": session}).error
    assert error["code"] == "invalid_value"


@pytest.mark.parametrize("model", ["gpt-realtime-9", "tts-1", "gpt-6-luna", ""])
def test_wrong_models_are_told_in_an_error_and_the_close(openai: FakeOpenAI, model: str) -> None:
    says = Says(until="never")
    url = f"ws{openai.base_url.removeprefix('http')}/realtime?model={model}"
    with pytest.raises(ConnectionBroken):
        PooledTransport().converse(url, {"Authorization": f"Bearer {openai.key}"}, says, 5)
    assert says.reason == f"invalid_request_error.{says.error['code']}"
    assert says.error["code"] in ("model_not_found", "invalid_model")


def test_a_wrong_key_is_told_so_too_and_a_missing_one_opens_nothing(openai: FakeOpenAI) -> None:
    assert talk(openai, key="sk-wrong-0123456789").error["code"] == "invalid_api_key"
    url = f"ws{openai.base_url.removeprefix('http')}/realtime?model={MODEL}"
    assert PooledTransport().converse(url, {}, Says(until="never"), 5).status == 401


def test_without_credit_the_response_fails(openai: FakeOpenAI) -> None:
    openai.account(openai.key).quota_tokens = 0
    done = talk(openai, CREATE, until="response.done").heard[-1]["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"]["code"] == "insufficient_quota"


def test_readings_come_in_turn_and_then_word_for_word(openai: FakeOpenAI) -> None:
    openai.read_aloud(Reading(says="Hi"), Reading(has_sound=False))
    kinds = ["response.output_audio_transcript.done"] * 2 + ["response.output_text.done"]
    said = []
    for kind in (kinds[0], kinds[2], kinds[1]):
        event = talk(openai, CREATE, until=kind).heard[-1]
        said.append(event.get("transcript") or event.get("text"))
    assert said == ["Hi", "Hello", "Hello"]
