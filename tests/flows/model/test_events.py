"""Events as JSON, as notes for the author, and as messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.model.events import (
    FlowStarted,
    MsgCreated,
    MsgNotSent,
    NodeEntered,
    SessionParked,
    SessionTriggered,
    WebhookCalled,
)

AT: dict[str, Any] = {"flow": "f", "node": "n"}


def test_a_type_is_the_name_in_small_letters() -> None:
    assert (NodeEntered.type, MsgNotSent.type) == ("node_entered", "msg_not_sent")


def test_times_are_written_as_iso() -> None:
    moment = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    event = SessionParked(**AT, waiting="time", wakeup_at=moment)
    assert event.as_dict() == {
        "type": "session_parked",
        **AT,
        "waiting": "time",
        "wakeup_at": "2026-01-02T06:30:00+00:00",
    }


def test_a_note_leaves_out_what_is_empty() -> None:
    started = FlowStarted(flow="f", node="", name="Greeting", revision=0)
    assert started.note() == {
        "type": "flow_started",
        "flow": "f",
        "name": "Greeting",
        "revision": 0,
    }
    assert NodeEntered(**AT).note() == {}


def test_a_webhooks_note_has_no_bodies() -> None:
    called: dict[str, Any] = {
        "id": 1,
        "method": "POST",
        "url": "https://x.org",
        "status": 200,
        "request": {"a": 1},
    }
    noted = {"method": "POST", "url": "https://x.org", "status": 200}
    assert WebhookCalled(**AT, **called, response={"b": 2}).note() == noted
    failed = WebhookCalled(**AT, **called, error="slow", parked=True)
    assert failed.note() == {**noted, "error": "slow", "parked": True}


def test_a_started_sessions_note_names_its_flow() -> None:
    event = SessionTriggered(
        **AT,
        target_flow="g",
        contacts=("7",),
        groups=(),
        results={"a": 1},
        skip_contacts_in_a_flow=False,
    )
    assert event.note() == {"target_flow": "g"}


def test_a_message_holds_only_what_it_has() -> None:
    made: dict[str, Any] = {**AT, "id": 1, "contact": "7"}
    text = MsgCreated(**made, kind="text", text="Hi")
    assert text.as_message() == {"type": "text", "text": "Hi"}
    sticker = MsgCreated(**made, kind="sticker", text="", url="https://x.org/s.webp")
    assert sticker.as_message() == {"type": "image", "url": "https://x.org/s.webp"}
    asked = MsgCreated(**made, kind="quick_reply", text="Ready?", options=({"title": "Yes"},))
    assert asked.as_message()["options"] == [{"title": "Yes"}]
