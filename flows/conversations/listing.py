"""What a turn changes in the roster: the contact's place and row, and the indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flowhook.redis.effects import Effect
from flows.conversations.roster import Row, last_message_of, moving, place_of, row_of
from flows.conversations.store import ConversationStore
from flows.conversations.turn import Turn
from flows.model.events import Event
from flows.model.session import Message


@dataclass(frozen=True, slots=True)
class Listed:
    """A place and a row as they are stored, and what changes in the indices."""

    place: bytes
    row: bytes
    effects: list[Effect]


def list_anew(
    turn: Turn,
    store: ConversationStore,
    events: Sequence[Event],
    message: Message | None,
    now: datetime,
) -> Listed:
    """List the contact where the turn has left them."""
    org, lock = turn.org, turn.lock
    place = place_of(
        store.names,
        org,
        turn.session,
        int(lock.version) + 1,
        turn.before,
        now,
        events=events,
        is_paused=turn.is_paused,
    )
    before = Row.open(store.cipher, org, lock.row) if message is None else None
    said = last_message_of(message, events, turn.contact, before)
    row = row_of(turn.session.contact, said)
    member = store.names.of(org, turn.contact)
    return Listed(
        place.as_bytes(),
        row.sealed(store.cipher, org),
        moving(org, member, turn.before, place),
    )
