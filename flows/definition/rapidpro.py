"""Recognise an export of RapidPro or TextIt, and say what its flows would need to run here.

The same keys mean other things there: which node is the start, what `@results.x` is, how words are
compared. Such flows would run and go wrong in silence, so they are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.turns import in_turns
from flows.model.action import actions

Json = Mapping[str, Any]

MAX_NAMED = 8  # of each kind of thing that is missing
LEGACY_KEYS = ("action_sets", "rule_sets")  # of flows before version 13
TESTS = frozenset(
    {
        *("has_date", "has_date_lt", "has_date_eq", "has_date_gt", "has_time", "has_error"),
        *("has_state", "has_district", "has_ward", "has_value"),
    }
)
"""Tests of RapidPro that no Glific flow can use."""
ROOT = re.compile(
    r"@(?:fields|urns|child|parent|globals|trigger|webhook|node|run|resume|legacy_extra)\b"
)
FIX = (
    "Draw the flow in Glific's editor and import that; or keep it where it is and call Flowhook's "
    "functions from its webhook nodes."
)


def refuse_rapidpro(document: Json) -> None:
    """Raise InvalidInput for a document of RapidPro or TextIt, naming what it would need here."""
    if is_rapidpro(document):
        needs = ", ".join(_needs(document))
        raise InvalidInput(
            f"this is a RapidPro/TextIt export: to run here it would need {needs}", fix=FIX
        )


def is_rapidpro(document: Json) -> bool:
    """Whether a document is a legacy flow, or an export whose flows have no `definition`."""
    if _is_legacy(document):
        return True
    entries = document.get("flows")
    if not isinstance(entries, list):
        return False
    flows = [one for one in entries if isinstance(one, dict)]
    if any(_is_legacy(one) for one in flows):
        return True
    if any("definition" in one for one in flows):
        return False
    return "version" in document or any("spec_version" in one for one in flows)


def _is_legacy(flow: Json) -> bool:
    """Whether a flow, or the definition in it, is of before version 13."""
    definition = flow.get("definition")
    inner = definition if isinstance(definition, dict) else flow
    return any(isinstance(inner.get(key), list) for key in LEGACY_KEYS)


def _needs(document: Json) -> Iterator[str]:
    """What the flows use and this service has not, in words."""
    yield "RapidPro's own rules for the start of a flow, results and words"
    seen = _Seen(document)
    if seen.legacy:
        yield "a reader of flows before version 13"
    if seen.expressions:
        yield "expressions in @( )"
    for kind, names in (
        ("the variables", seen.roots),
        ("the tests", seen.tests),
        ("the actions", seen.actions),
    ):
        if names:
            more = " and more" if len(names) > MAX_NAMED else ""
            yield f"{kind} {' '.join(sorted(names)[:MAX_NAMED])}{more}"


class _Seen:
    """What a walk through a document finds; without recursion, as nesting is its author's."""

    def __init__(self, document: Json) -> None:
        self.legacy = self.expressions = False
        self.roots: set[str] = set()
        self.tests: set[str] = set()
        self.actions: set[str] = set()
        waiting: list[Any] = [document]
        for value in in_turns(_each(waiting)):
            if isinstance(value, dict):
                self._object(value)
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, str) and "@" in value:
                self.expressions = self.expressions or "@(" in value
                self.roots.update(ROOT.findall(value))

    def _object(self, value: dict[str, Any]) -> None:
        self.legacy = self.legacy or _is_legacy(value)
        self.tests |= _types(value.get("cases")) & TESTS
        self.actions |= {one for one in _types(value.get("actions")) if actions.find(one) is None}


def _each(waiting: list[Any]) -> Iterator[Any]:
    while waiting:
        yield waiting.pop()


def _types(listed: Any) -> set[str]:
    """The `type` of each object of a list."""
    found = [one.get("type") for one in listed if isinstance(one, dict)] if listed else []
    return {one[:60] for one in found if isinstance(one, str)}
