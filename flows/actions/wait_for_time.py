"""Pause the flow for some time."""

from __future__ import annotations

from flowhook.durations import duration
from flows.model.action import Action, ActionOutcome, Parked, action
from flows.model.sprint import Sprint
from flows.model.text import whole_number

SHORT_PAUSE_SECONDS = 4


def words(action: Action) -> str:
    seconds = whole_number(action.text("delay")) or 0
    if seconds <= 0:
        return f"sends the next message {SHORT_PAUSE_SECONDS} s later"
    return f"waits {duration(seconds)}"


@action("wait_for_time", required=("delay",), pauses=True, words=words)
def wait_for_time(action: Action, sprint: Sprint) -> ActionOutcome:
    """Pause for `delay` seconds; without a delay, send only the next message four seconds later."""
    return pause(action, sprint, "time")


def pause(action: Action, sprint: Sprint, waiting: str) -> ActionOutcome:
    """Park the run for the action's delay, or without one delay the next message."""
    if action.delay_seconds <= 0:
        sprint.run.delay_seconds += SHORT_PAUSE_SECONDS
        return None
    sprint.park(waiting, action.delay_seconds)
    return Parked()
