"""What the terminal shows of events that it has no line of its own for."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import ClassVar

import pytest
from rich.console import Console

from flows.model.events import Event
from flows.play.chat_view import ChatView


@dataclass(frozen=True, slots=True, kw_only=True)
class DiceRolled(Event):
    is_noted: ClassVar[bool] = True
    shown: int
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiceTaken(Event):
    color: str


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (DiceRolled(flow="f", node="n", shown=4, by="[Asha]"), "dice_rolled: [Asha], 4\n"),
        (DiceRolled(flow="f", node="n", shown=4), "dice_rolled: 4\n"),
        (DiceTaken(flow="f", node="n", color="red"), ""),
    ],
)
@pytest.mark.parametrize("trace", [False, True])
def test_an_event_that_authors_see_has_a_line(event: Event, line: str, trace: bool) -> None:
    printed = StringIO()
    ChatView(Console(file=printed), trace=trace).show(event, contact="7")
    assert printed.getvalue() == line
