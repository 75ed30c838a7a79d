"""How an item's state changes: by people, by deliveries and by time. Times are epoch milliseconds.

Whoever changes something names it as `by`. Each change says when somebody has to look after the
item next, so that what a killed process left is found.
"""

from __future__ import annotations

from dataclasses import replace

from answers.inbox.item import (
    ANSWERED,
    ASK_A_PERSON,
    CLOSED,
    DELIVERED,
    FAILED,
    OPEN,
    WAITING,
    InboxItem,
    ItemState,
    NewItem,
)
from flowhook.errors import Conflict
from flowhook.timestamps import timestamp_of

SECOND = 1000
DAY = 86_400 * SECOND
WAITS = 7 * DAY  # how long a call waits for a person
KEPT = 30 * DAY  # what nobody waits for, open or ended
SOON = 30 * SECOND  # when a delivery is looked after whose process may have been killed
PAUSES = tuple(SECOND * pause for pause in (5, 15, 60, 300, 900, 1800, 3600, 7200, 10_800))
"""Between the tries of a delivery, seven hours in total."""
NOBODY = ""
"""Who ends what nobody answered."""


def begun(asked: NewItem, now: int) -> ItemState:
    """The state of a new item."""
    waits = WAITS if asked.kind == ASK_A_PERSON else KEPT
    return ItemState(asked_at=now, due_at=now + waits)


def asked_again(item: InboxItem, now: int) -> ItemState:
    return replace(item.state, times=item.state.times + 1, asked_at=now)


def answered(item: InboxItem, answer: str, by: str, now: int) -> ItemState:
    """Once: a repeat by the same person changes nothing, and any other raises Conflict.

    Where the answer could not be delivered it can be given again, or another.
    """
    state = item.state
    if state.status == CLOSED and not state.answered_at:
        raise Conflict(
            f"this was closed by {state.ended_by or 'nobody'} at {timestamp_of(state.ended_at)}",
            fix="Nothing is to be done: whoever asked was told that there is no answer.",
        )
    is_repeat = (state.answer, state.by) == (answer, by)
    if state.status == CLOSED or (state.status == ANSWERED and state.delivery != FAILED):
        if is_repeat:
            return state
        raise Conflict(
            f"{state.by} answered this at {timestamp_of(state.answered_at)}",
            fix="Read their answer; yours was not sent.",
            fields={"answer": [f"Was answered by {state.by}."]},
        )
    told = replace(
        state, status=ANSWERED, answer=answer, by=by, answered_at=now, assigned=state.assigned or by
    )
    return _to_deliver(item, told, now)


def closed(item: InboxItem, by: str, now: int) -> ItemState:
    """What was closed already stays as it is."""
    state = item.state
    if state.status == CLOSED:
        return state
    ended = replace(state, status=CLOSED, ended_by=by, ended_at=now)
    if state.status == OPEN:
        return _to_deliver(item, ended, now)
    return ended if state.delivery == WAITING else replace(ended, due_at=now + KEPT)


def ended(item: InboxItem, now: int) -> ItemState:
    """Nobody answered in time; what was answered meanwhile stays as it is."""
    is_due = item.state.status == OPEN and item.state.due_at <= now
    return closed(item, NOBODY, now) if is_due else item.state


def assigned(item: InboxItem, to: str) -> ItemState:
    """Raises Conflict for what nobody waits for any more."""
    if item.state.status != OPEN:
        raise Conflict(f"this is {item.state.status} already", fix="Assign what is still open.")
    return replace(item.state, assigned=to)


def delivered(item: InboxItem, note: str, now: int) -> ItemState:
    """Whoever asked has the answer, or was told that there is none; `note` says what is left."""
    return replace(item.state, delivery=DELIVERED, error="", note=note, due_at=now + KEPT)


def not_delivered(item: InboxItem, reason: str, is_final: bool, now: int) -> ItemState:
    """A delivery failed; the next try is due after a pause, unless it `is_final` or the last."""
    state = item.state
    tried = replace(state, error=reason, tries=state.tries + 1)
    if is_final or state.tries >= len(PAUSES):
        return replace(tried, delivery=FAILED, due_at=now + KEPT)
    return replace(tried, due_at=now + PAUSES[state.tries])


def _to_deliver(item: InboxItem, state: ItemState, now: int) -> ItemState:
    if item.way == "none":
        return replace(state, delivery="", due_at=now + KEPT)
    return replace(state, delivery=WAITING, error="", tries=0, due_at=now + SOON)
