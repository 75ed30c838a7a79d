"""What the engine promises beyond single conversations."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from flowhook.errors import Conflict, FlowhookError, InvalidInput, NotFound, TooLarge
from flows.definition.reading import read_flow
from flows.engine.engine import Engine
from flows.engine.lifecycle import MAX_RUNS
from flows.model.contact import Contact
from flows.model.events import MsgCreated
from flows.model.session import Message, Session
from flows.play.standalone import StandaloneServices
from tests.flows.building import definition_of, export_of

QUIZ = {
    "uuid": "quiz",
    "nodes": [
        {"id": "ask", "send": "Old question", "to": "hear"},
        {"id": "hear", "wait": {"result": "a"}, "else": "more"},
        {"id": "more", "send": "Old answer", "to": "hear"},
    ],
}


def session() -> Session:
    return Session(Contact(id="7", name="Asha"))


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, MsgCreated)]


def republished() -> Any:
    newer = json.loads(json.dumps(QUIZ).replace("Old", "New").replace('"hear"', '"hear2"'))
    return read_flow(definition_of(newer), revision=2)


def test_a_conversation_keeps_the_revision_it_began_with() -> None:
    services = StandaloneServices()
    services.publish(read_flow(definition_of(QUIZ), revision=1))
    engine, early, late = Engine(services), session(), session()
    engine.start(early, "quiz")
    services.publish(republished())
    assert texts(engine.start(late, "quiz")) == ["New question"]
    assert texts(engine.receive(early, Message(text="x"))) == ["Old answer"]
    assert texts(engine.receive(late, Message(text="x"))) == ["New answer"]


def test_a_revision_that_is_gone_falls_back_to_the_published_one() -> None:
    services = StandaloneServices()
    services.publish(read_flow(definition_of(QUIZ), revision=1))
    engine, lost = Engine(services), session()
    engine.start(lost, "quiz")
    services.publish(republished())
    del services.revisions["quiz", 1]
    events = engine.receive(lost, Message(text="x"))
    assert [one.reason for one in events if one.type == "flow_failed"] == [  # type: ignore[attr-defined]
        "A new flow was published, resetting flows for this contact."
    ]
    assert lost.runs == []


def test_the_keyword_of_a_flow_that_cannot_run_leaves_the_conversation_alone() -> None:
    services = StandaloneServices()
    services.add(export_of([QUIZ, {"uuid": "empty", "keywords": ["empty"], "nodes": []}]))
    engine, one = Engine(services), session()
    engine.start(one, "quiz")
    events = engine.receive(one, Message(text="empty"))
    assert [event.type for event in events] == ["msg_received", "flow_failed"]
    assert texts(engine.receive(one, Message(text="x"))) == ["Old answer"]


def setting(name: str, value: str) -> dict[str, Any]:
    return {"type": "set_run_result", "name": name, "value": value, "category": ""}


def test_labels_of_one_message_are_bounded() -> None:
    label = {"type": "add_input_labels", "labels": [{"uuid": "l", "name": "a" * 100}]}
    pause = {"type": "wait_for_time", "delay": "60"}
    nodes = [
        {"id": "a", "actions": [label], "to": "p"},
        {"id": "p", "actions": [pause], "to": "a"},
    ]
    services = StandaloneServices()
    services.add(export_of([{"uuid": "f", "keywords": ["f"], "nodes": nodes}]))
    engine, one = Engine(services), session()
    engine.receive(one, Message(text="f"))
    for _ in range(100):
        one.runs[0].wakeup_at = services.now()
        engine.wake(one)
    assert 2_000 < len(one.input_labels) < 2_200


def test_a_message_leads_to_a_bounded_number_of_actions() -> None:
    nodes = [
        {"id": f"n{at}", "actions": [setting("x", "1")] * 900, "to": f"n{at + 1}"}
        for at in range(3)
    ]
    services = StandaloneServices()
    services.add(export_of([{"uuid": "f", "nodes": [*nodes, {"id": "n3", "send": "Done"}]}]))
    events = Engine(services).start(session(), "f")
    assert texts(events) == []
    assert [event.type for event in events].count("result_set") == 1_800


def test_a_draft_is_played_by_its_keyword() -> None:
    services = StandaloneServices()
    services.add(export_of([{**QUIZ, "keywords": ["quiz"]}]))
    draft = read_flow(
        definition_of(json.loads(json.dumps(QUIZ).replace("Old", "Draft"))),
        keywords=("quiz",),
        revision="draft-5",
    )
    services.drafts["quiz"] = draft
    services.revisions["quiz", "draft-5"] = draft
    engine, someone = Engine(services), session()
    assert texts(engine.receive(someone, Message(text="Draft: Quiz!"))) == ["Draft question"]
    assert texts(engine.receive(someone, Message(text="x"))) == ["Draft answer"]
    assert texts(engine.receive(someone, Message(text="quiz"))) == ["Old question"]


def test_what_cannot_be_started_says_why() -> None:
    services = StandaloneServices()
    services.add(export_of([{"uuid": "empty", "nodes": []}, {**QUIZ, "is_active": False}]))
    headless = {**definition_of(QUIZ), "uuid": "headless"}
    headless["_ui"] = {"nodes": {"gone": {"position": {"top": 0, "left": 0}}}}
    services.publish(read_flow(headless))
    engine = Engine(services)
    with pytest.raises(NotFound):
        engine.start(session(), "nowhere")
    for uuid, reason in (("empty", "empty flow"), ("quiz", "not active"), ("headless", "start")):
        with pytest.raises(InvalidInput, match=reason):
            engine.start(session(), uuid)
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    with pytest.raises(FlowhookError):
        engine.start(session(), "quiz", results={"a": deep})


def test_only_a_flow_that_waits_for_a_result_is_resumed() -> None:
    services = StandaloneServices()
    services.add(export_of([QUIZ]))
    engine, someone = Engine(services), session()
    with pytest.raises(Conflict, match="does not have any active flows awaiting results"):
        engine.resume(someone, "quiz", {})
    engine.start(someone, "quiz")
    with pytest.raises(Conflict):
        engine.resume(someone, "quiz", {})


def test_background_flows_do_not_pile_up() -> None:
    flow = {
        "uuid": "back",
        "is_background": True,
        "nodes": [{"id": "w", "actions": [{"type": "wait_for_time", "delay": "9"}], "to": None}],
    }
    services = StandaloneServices()
    services.add(export_of([flow]))
    engine, someone = Engine(services), session()
    for _ in range(MAX_RUNS + 10):
        engine.start(someone, "back")
    assert len(someone.runs) == MAX_RUNS


def test_a_session_does_not_grow_with_its_age() -> None:
    services = StandaloneServices()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    services.clock = lambda: moment
    services.add(export_of([QUIZ]))
    engine, someone = Engine(services), session()
    engine.start(someone, "quiz")
    sizes = []
    for number in range(300):
        moment += timedelta(hours=2)
        engine.receive(someone, Message(text=f"{number:06}"))
        sizes.append(len(orjson.dumps(someone.as_dict())))
    assert someone.status == "waiting"
    assert max(sizes[20:]) - min(sizes[20:]) < 50


@pytest.mark.parametrize(
    "hostile",
    [
        {"text": "a\ud800"},
        {"type": "location", "latitude": float("nan"), "longitude": 1.0},
        {"type": "location", "latitude": 10**30, "longitude": 1.0},
        {"type": "whatsapp_form_response", "form": {"a": {"b": float("inf")}}},
        {"type": "quick_reply", "interactive": {1: 2}},
        {"text": "a" * 300_000},
    ],
)
def test_a_message_that_cannot_be_stored_is_refused(hostile: dict[str, Any]) -> None:
    services = StandaloneServices()
    services.add(export_of([QUIZ]))
    engine, someone = Engine(services), session()
    engine.start(someone, "quiz")
    before = someone.as_dict()
    with pytest.raises((InvalidInput, TooLarge)):
        engine.receive(someone, Message(**hostile))
    assert someone.as_dict() == before


def test_a_start_can_be_delayed() -> None:
    services = StandaloneServices()
    services.add(export_of([QUIZ]))
    events = Engine(services).start(session(), "quiz", delay_seconds=7)
    assert [one.delay_seconds for one in events if isinstance(one, MsgCreated)] == [7]


def test_every_event_is_json() -> None:
    services = StandaloneServices()
    services.add(export_of([QUIZ]))
    for event in Engine(services).start(session(), "quiz"):
        assert orjson.loads(orjson.dumps(event.as_dict()))["type"] == event.type
