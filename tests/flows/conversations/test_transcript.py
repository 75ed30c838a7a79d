"""What a turn leaves behind for the contact and for the author."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.conversations.transcript import (
    MAX_NOTE_TEXT,
    MAX_NOTES,
    answer_of,
    not_sent,
    shown,
    status_of,
    transcript_of,
)
from flows.model.contact import Contact
from flows.model.events import FlowFailed, MsgCreated, NodeEntered, WebhookCalled
from flows.model.session import Ending, Message, Run, Session

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
AT = "2026-01-02T12:00:00.000Z"


def created(text: str, contact: str = "7", labels: str = "") -> MsgCreated:
    return MsgCreated(
        flow="f", node="n", id=1, contact=contact, kind="text", text=text, labels=labels
    )


def failed(reason: str) -> FlowFailed:
    return FlowFailed(flow="f", node="n", reason=reason, reset=False)


@pytest.fixture
def session() -> Session:
    return Session(Contact("7"))


def test_an_answer_holds_what_was_said_to_the_contact(session: Session) -> None:
    events = [created("Hi"), NodeEntered(flow="f", node="n"), created("Help!", contact="8")]
    assert answer_of(session, events) == {
        "messages": [{"type": "text", "text": "Hi"}],
        "status": "completed",
    }


def test_a_contact_stands_in_the_active_run_or_another_or_where_the_last_ended(
    session: Session,
) -> None:
    session.ending = Ending("failed", "old", "x", {"a": 1})
    assert status_of(session) == {
        "status": "failed",
        "flow": "old",
        "node": "x",
        "results": {"a": 1},
    }
    session.runs = [Run(1, "back", 1, "b", in_background=True)]
    assert status_of(session)["flow"] == "back"
    session.runs.append(Run(2, "f", 1, "n", results={"b": 2}))
    assert status_of(session) == {
        "status": "waiting",
        "flow": "f",
        "node": "n",
        "results": {"b": 2},
    }


def test_a_transcript_holds_what_was_said_and_noted_in_order(session: Session) -> None:
    events = [
        failed("why"),
        created("Hi", labels="Greeting"),
        created("Bye"),
        created("Help!", contact="8"),
        NodeEntered(flow="f", node="n"),
    ]
    found = transcript_of(session, events, Message(text="Hello", id="m1"), NOON)
    assert found == [
        {"at": AT, "direction": "in", "text": "Hello", "type": "text"},
        {
            "at": AT,
            "direction": "note",
            "type": "flow_failed",
            "flow": "f",
            "node": "n",
            "reason": "why",
            "reset": False,
        },
        {"at": AT, "direction": "out", "type": "text", "text": "Hi", "labels": "Greeting"},
        {"at": AT, "direction": "out", "type": "text", "text": "Bye"},
    ]
    assert transcript_of(session, [], None, NOON) == []


def test_notes_are_bounded_and_messages_are_not(session: Session) -> None:
    events = [failed(f"{number}") for number in range(MAX_NOTES + 1)] + [created("Hi")]
    found = transcript_of(session, events, None, NOON)
    assert [item["direction"] for item in found] == ["note"] * MAX_NOTES + ["out"]
    [note] = transcript_of(session, [failed("a" * (MAX_NOTE_TEXT + 1))], None, NOON)
    assert note["reason"] == "a" * MAX_NOTE_TEXT


def test_secrets_are_left_out_of_notes(session: Session) -> None:
    key = "sk-proj-0123456789abcdef0123456789abcdef"
    called = WebhookCalled(
        flow="f",
        node="n",
        id=1,
        method="POST",
        url=f"https://x.org/?a={key}",
        status=200,
        request={},
    )
    [note] = transcript_of(session, [called], None, NOON)
    assert key not in note["url"]
    assert note["url"].startswith("https://x.org/")
    assert note["status"] == 200


def test_a_message_is_shown_as_it_is_sent() -> None:
    message = Message(type="location", id=5, latitude=0.0, longitude=2.5)
    assert shown(message) == {"type": "location", "latitude": 0.0, "longitude": 2.5}


def test_a_message_that_could_not_be_brought_is_noted() -> None:
    assert not_sent("why", NOON) == {
        "at": AT,
        "direction": "note",
        "type": "msg_not_sent",
        "reason": "why",
    }
