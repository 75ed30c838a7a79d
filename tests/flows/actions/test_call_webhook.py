"""Answers of webhooks that cannot be kept."""

from __future__ import annotations

from typing import Any

import pytest

from flows.engine.engine import Engine
from flows.model.contact import Contact
from flows.model.events import MsgCreated
from flows.model.session import Message, Session, WebhookAnswer
from flows.play.standalone import StandaloneServices
from tests.flows.building import export_of


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, MsgCreated)]


@pytest.mark.parametrize("kept", [[1, {"a": [2]}], "x"])
@pytest.mark.parametrize("hostile", [10**30, float("nan"), "\ud800", {1: 2}, "a" * 300_000, None])
def test_an_answer_that_cannot_be_stored_is_a_failure(kept: Any, hostile: Any) -> None:
    deep: Any = 1
    for _ in range(50):
        deep = [deep]
    answers = [kept, deep if hostile is None else hostile]
    hook = {"url": "f", "result_name": "r", "body": ""}
    nodes = [
        {"id": "hook", "webhook": hook, "success": "hear", "failure": "no"},
        {"id": "hear", "wait": {}, "else": "hook"},
        {"id": "no", "send": "failed", "to": "hear"},
    ]
    services = StandaloneServices(functions=lambda *_: WebhookAnswer(200, {"a": answers.pop(0)}))
    services.add(export_of([{"uuid": "f", "nodes": nodes}]))
    engine, someone = Engine(services), Session(Contact("7"))
    assert texts(engine.start(someone, "f")) == []
    assert someone.runs[0].results["r"]["a"] == kept
    assert texts(engine.receive(someone, Message(text="again"))) == ["failed"]
    assert "r" not in someone.runs[0].results
