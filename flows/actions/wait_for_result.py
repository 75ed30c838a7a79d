"""Pause the flow until another system sends a result."""

from __future__ import annotations

from flowhook.durations import duration
from flows.actions.wait_for_time import pause
from flows.model.action import Action, ActionOutcome, action
from flows.model.sprint import Sprint
from flows.model.text import whole_number


def words(action: Action) -> str:
    seconds = whole_number(action.text("delay")) or 0
    time = duration(seconds)
    return f"waits for a result, at most {time}" if seconds > 0 else "waits for a result"


@action("wait_for_result", required=("delay",), pauses=True, sets_any=True, words=words)
def wait_for_result(action: Action, sprint: Sprint) -> ActionOutcome:
    """Wait up to `delay` seconds for a result sent through the resume call.

    Its keys become results. After the time-out the flow continues without them, by the same exit.
    """
    return pause(action, sprint, "result")
