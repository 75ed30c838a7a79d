"""Pause the flow for a while."""

from __future__ import annotations

from flows.actions import Action, Outcome, Parked, action
from flows.sprint import Sprint

SHORT_PAUSE_SECONDS = 4


@action("wait_for_time", required=("delay",))
def wait_for_time(action: Action, sprint: Sprint) -> Outcome:
    """Pause for `delay` seconds; without one, the next message just comes four seconds later."""
    return pause(action, sprint, "time")


def pause(action: Action, sprint: Sprint, waiting: str) -> Outcome:
    if action.delay_seconds <= 0:
        sprint.run.delay_seconds += SHORT_PAUSE_SECONDS
        return None
    sprint.park(waiting, action.delay_seconds)
    return Parked()
