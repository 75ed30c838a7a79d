"""What each action tells the reader, the linter and the pages: the cases with `tells`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.model.action import Action, actions
from tests.flows.actions.cases import EVERY, TELLING

LISTS = ("sets", "evaluated", "groups", "contacts", "enters", "languages")
FLAGS = (
    "pauses",
    "replies",
    "asks_person",
    "calls_webhook",
    "is_message",
    "is_interactive",
    "text_is_shown",
    "sets_any",
)


def told(kind: str, source: dict[str, Any]) -> dict[str, Any]:
    """All that is not the default."""
    action = Action("u", kind, 0, source)
    about = action.kind
    lists = {name: json.loads(json.dumps(list(getattr(about, name)(action)))) for name in LISTS}
    flags = {name: getattr(about, name) for name in FLAGS}
    shape = {"shape": about.shape} if about.shape != "Action" else {}
    flags["missing"] = about.missing
    found = {name: value for name, value in (lists | flags).items() if value}
    return {"words": about.words(action), **shape, **found}


@pytest.mark.parametrize(("kind", "case"), TELLING)
def test_an_action_tells_of_itself(kind: str, case: dict[str, Any]) -> None:
    assert told(kind, case["action"]) == case["tells"]


def test_every_action_tells_something() -> None:
    telling = {kind for kind, case in EVERY if "tells" in case}
    assert telling == set(actions.names()), "a case with `tells` belongs to each action's cases"
