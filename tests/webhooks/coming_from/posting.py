"""What posts one row of a table through the app, and looks at both ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import multipart
from tests.fakes.google_maps import FakeGoogleMaps
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service

DOCS = Path(__file__).parents[3] / "docs" / "author.md"


@dataclass
class World:
    """A service whose organisation asks a fake provider."""

    service: Service
    openai: FakeOpenAI
    maps: FakeGoogleMaps
    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def post(self, function: str, body: Mapping[str, Any], **more: Any) -> Answer:
        """Call a function, which must succeed."""
        answer = self.service.call(function, body, **more)
        assert answer.status == 200, answer.body
        return answer

    def asked(self, path: str = "") -> dict[str, Any]:
        """The last request to the provider, at this path; a form as its fields."""
        last = (self.openai.asked(path) if path else self.openai.requests)[-1]
        content_type = last.headers.get("Content-Type", "")
        if content_type.startswith("multipart/"):
            return dict(multipart.read(last.raw, content_type).fields)
        return dict(last.body)


Case = Callable[[World], None]


def posted(
    function: str,
    body: Mapping[str, Any],
    *,
    sends: Mapping[str, Any] | None = None,
    gives: Mapping[str, Any] | None = None,
    says: Any = None,
    at: str = "",
) -> Case:
    """A row that is one call: what goes upstream (at the path `at`) and what comes back.

    Keys are paths such as `messages.-1.content`; a value of `...` must be there and not empty.
    `says` is what the model answers: a text, several as a tuple, or an object as JSON.
    """

    def case(world: World) -> None:
        if isinstance(says, tuple):
            world.openai.say_choices(*says)
        elif isinstance(says, str):
            world.openai.say(says)
        elif says is not None:
            world.openai.say_json(says)
        answer = world.post(function, body)
        sent = world.asked(at) if sends else {}
        for path, value in (sends or {}).items():
            _check(sent, path, value)
        for path, value in (gives or {}).items():
            _check(answer.json, path, value)

    return case


def refused(function: str, body: Mapping[str, Any], *fields: str) -> Case:
    """A row of what is refused by name, before anything is asked."""

    def case(world: World) -> None:
        answer = world.service.call(function, body)
        assert (answer.status, answer.error["type"]) == (400, "invalid_input")
        assert set(answer.error["fields"]) == set(fields)
        assert world.openai.requests == []

    return case


def found(whole: Any, path: str) -> Any:
    """What stands at a path, or None."""
    for step in path.split("."):
        try:
            whole = whole[int(step)] if isinstance(whole, list) else whole[step]
        except (KeyError, IndexError, TypeError):
            return None
    return whole


def rows(heading: str) -> list[str]:
    """The first two columns of the table under a heading, as `action: field`."""
    text = DOCS.read_text().partition(f"\n### {heading}\n")[2]
    lines = text.partition("\n#")[0].splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line[:1] == "|"
    ]
    assert all(len(row) == 3 and all(row) for row in cells[2:]), "a row has three columns"
    return [f"{action}: {field}" for action, field, _ in cells[2:]]


def _check(whole: Any, path: str, value: Any) -> None:
    here = found(whole, path)
    assert here if value is ... else here == value, f"{path} is {here!r}, not {value!r}"
