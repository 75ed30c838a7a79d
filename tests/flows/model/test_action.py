"""How an action reads its definition, and what an unknown one does."""

from __future__ import annotations

from typing import Any

import pytest

from flows.model.action import UNKNOWN, Action, actions, as_text, result_name
from flows.model.contact import Contact
from flows.model.session import Session
from flows.model.sprint import Sprint
from flows.play.standalone import StandaloneServices


def action(kind: str = "dance", **source: Any) -> Action:
    return Action("u", kind, 0, source)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (2.5, "2.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        (["a"], ""),
        ({}, ""),
    ],
)
def test_a_scalar_is_text(value: Any, text: str) -> None:
    assert as_text(value) == text
    assert action(x=value).text("x") == text


def test_what_is_of_another_kind_is_absent() -> None:
    odd = action(x=5, y=[1, {"a": 1}], z={"b": 2})
    assert (odd.items("x"), odd.items("y"), odd.items("z")) == ([], [1, {"a": 1}], [])
    assert (odd.objects("x"), odd.objects("y")) == ([], [{"a": 1}])
    assert (odd.map("x"), odd.map("y"), odd.map("z")) == ({}, {}, {"b": 2})


def test_a_type_is_found_by_its_name() -> None:
    assert action("send_msg").kind is actions.find("send_msg")
    assert action().kind is UNKNOWN


def test_an_unknown_type_is_skipped_and_told() -> None:
    sprint = Sprint(Session(Contact("7")), StandaloneServices())
    odd = action("d" * 100)
    assert odd.kind.execute(odd, sprint) is None
    [event] = sprint.events
    assert event.note() == {
        "type": "action_skipped",
        "action": "d" * 60,
        "reason": f"Unsupported action type {'d' * 60}",
    }


def test_what_nothing_is_told_of_is_nothing() -> None:
    kind, odd = UNKNOWN, action("turn_around")
    for about in (kind.sets, kind.evaluated, kind.groups, kind.contacts, kind.enters):
        assert list(about(odd)) == []
    assert list(kind.languages(odd)) == []
    assert kind.words(odd) == "turn around"


def test_the_result_of_an_action_is_its_result_name() -> None:
    assert list(result_name(action(result_name="r"))) == ["r"]
    assert list(result_name(action(result_name=""))) == []
