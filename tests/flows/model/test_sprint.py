"""A sprint: variables, translations, results, spacing, repetition and waits of one message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.model import sprint as sprints
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated
from flows.model.session import RECENT_MESSAGES, Run, Session
from flows.model.sprint import REPEAT_WINDOW, REPEATS_ALLOWED, Sprint
from flows.play.standalone import StandaloneServices

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def services() -> StandaloneServices:
    return StandaloneServices(globals={"org": "Pratham"}, clock=lambda: NOON)


@pytest.fixture
def sprint(services: StandaloneServices) -> Sprint:
    """One that stands on node n of the flow f."""
    begun = Sprint(Session(Contact("7", "Asha")), services)
    begun.run, begun.node, begun.flow_name = Run(1, "f", 1, "n", results={"a": "b"}), "n", "Flow"
    return begun


def events(sprint: Sprint) -> list[dict[str, Any]]:
    return [shown(event) for event in sprint.events]


def shown(event: Event) -> dict[str, Any]:
    told = event.as_dict()
    assert (told.pop("flow"), told.pop("node")) == ("f", "n")
    return told


def test_the_time_is_written_to_the_microsecond(sprint: Sprint) -> None:
    assert sprint.stamp() == "2026-01-02T12:00:00.000000Z"


def test_variables_are_replaced_and_code_is_not(sprint: Sprint) -> None:
    text = "@contact.name @results.a @global.org @flow.name <%= 1 + 1 %>"
    assert sprint.substitute(text) == "Asha b Pratham Flow <%= 1 + 1 %>"
    assert sprint.substitute("plain") == "plain"


def test_a_changed_contact_is_seen_at_once(sprint: Sprint) -> None:
    assert sprint.substitute("@contact.name") == "Asha"
    sprint.contact.name = "Devi"
    sprint.contact_changed()
    assert sprint.substitute("@contact.name") == "Devi"


def test_another_run_has_its_own_results(sprint: Sprint) -> None:
    assert sprint.substitute("@results.a") == "b"
    sprint.run = Run(2, "f", 1, "n", results={"a": "c"})
    sprint.entered_run()
    assert sprint.substitute("@results.a") == "c"


def test_a_broadcast_names_its_recipient_as_staff(sprint: Sprint) -> None:
    ravi = Contact("12", "Ravi", language="hi")
    text = "@staff.name @staff.fields.language.label @contact.name @flow.name"
    assert sprint.substitute_for(text, ravi) == "Ravi Hindi Asha @flow.name"


def test_code_is_evaluated_and_the_text_trimmed(sprint: Sprint) -> None:
    assert sprint.render("  plain ") == "plain"
    assert sprint.render(" @results.a ") == "b"
    assert sprint.render(" <%= 1 + 1 %> @results.a ") == "2 b"
    assert sprint.events == []


def test_code_that_fails_is_told_to_the_author(sprint: Sprint) -> None:
    assert sprint.render("<%= 1 / 0 %>") == "Invalid Code"
    [event] = events(sprint)
    assert event["type"] == "expression_failed"
    assert event["reason"]


def test_the_expressions_of_one_message_share_their_time(
    sprint: Sprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sprints, "MAX_EXPRESSION_SECONDS", 0.0)
    assert sprint.render("<%= 1 + 1 %>") == "2"
    assert sprint.render("<%= 1 + 1 %>") == "Invalid Code"
    assert sprint.render("@results.a") == "b"
    assert [event["type"] for event in events(sprint)] == ["expression_failed"]


def test_a_translation_is_found_by_language_object_and_field(sprint: Sprint) -> None:
    sprint.localization = {"hi": {"u": {"text": ["नमस्ते"]}, "broken": []}, "ta": "broken"}
    assert sprint.localized("u", "text") is None
    sprint.contact.language = "hi"
    assert sprint.localized("u", "text") == ["नमस्ते"]
    assert sprint.localized("u", "name") is None
    assert sprint.localized("broken", "text") is None
    sprint.contact.language = "ta"
    assert sprint.localized("u", "text") is None


def test_the_language_is_the_contacts(sprint: Sprint) -> None:
    assert sprint.language is not None
    assert sprint.language.label == "English"
    sprint.contact.language = "tlh"
    assert sprint.language is None


def test_results_are_set_and_cleared(sprint: Sprint) -> None:
    sprint.set_result("x", 1)
    sprint.clear_result("x")
    sprint.clear_result("x")
    assert sprint.run.results == {"a": "b"}
    assert [event["type"] for event in events(sprint)] == ["result_set", "result_cleared"]


def send(sprint: Sprint, text: str = "Hi", delay_seconds: float = 0) -> None:
    sprint.send(text, delay_seconds, kind="text", text=text)


def test_messages_are_two_seconds_apart(sprint: Sprint) -> None:
    send(sprint)
    send(sprint)
    send(sprint, delay_seconds=30)
    made = [event for event in sprint.events if isinstance(event, MsgCreated)]
    assert [event.delay_seconds for event in made] == [0, 2, 30]
    assert [event.id for event in made] == [1, 2, 3]
    assert {event.contact for event in made} == {"7"}


def test_the_fifth_time_the_same_text_is_a_repetition(
    sprint: Sprint, services: StandaloneServices
) -> None:
    for _ in range(REPEATS_ALLOWED):
        assert not sprint.is_repeating("Hi")
        send(sprint)
    assert sprint.is_repeating("Hi")
    assert not sprint.is_repeating("Hello")
    services.clock = lambda: NOON + REPEAT_WINDOW
    assert sprint.is_repeating("Hi")
    services.clock = lambda: NOON + REPEAT_WINDOW + timedelta(microseconds=1)
    assert not sprint.is_repeating("Hi")


def test_the_same_text_of_another_node_is_no_repetition(sprint: Sprint) -> None:
    for _ in range(REPEATS_ALLOWED):
        send(sprint)
    sprint.node = "m"
    assert not sprint.is_repeating("Hi")


def test_the_last_messages_are_remembered_and_no_more(sprint: Sprint) -> None:
    for number in range(RECENT_MESSAGES + 3):
        send(sprint, f"{number}")
    assert [text for _, text, _ in sprint.run.sent] == [
        f"{number}" for number in range(RECENT_MESSAGES + 2, 2, -1)
    ]


@pytest.mark.parametrize(
    ("waiting", "stays_behind"),
    [("time", True), ("result", True), ("webhook", True), ("message", False), ("flow", False)],
)
def test_a_background_flow_waits_behind_for_all_but_the_contact(
    sprint: Sprint, waiting: str, stays_behind: bool
) -> None:
    sprint.flow_in_background = True
    sprint.park(waiting, 1)
    assert sprint.run.waiting == waiting
    assert sprint.run.wakeup_at == NOON + timedelta(seconds=1)
    assert sprint.run.in_background is stays_behind
    assert events(sprint) == [
        {"type": "session_parked", "waiting": waiting, "wakeup_at": "2026-01-02T12:00:01+00:00"}
    ]


def test_without_seconds_a_wait_has_no_end(sprint: Sprint) -> None:
    sprint.park("message")
    assert sprint.run.wakeup_at is None
