"""What conversations hold of a contact: exported, and erased."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flowhook.errors import Internal, NotFound
from flows.channels.contact_queue import Forgotten
from flows.conversations.conversations import Conversations
from flows.conversations.turn import valid_id


class ConversationData:
    """Exports and erases conversations, with what waits for people and for its time."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations

    def export(self, org: str, contact: str) -> Mapping[str, Any] | None:
        """The state with fields, collections, results and history, and the last messages. A state
        that no key opens is told as unreadable."""
        store = self.conversations.store
        if not valid_id(contact):
            return None
        try:
            state = store.state(org, contact)
        except Internal:
            state = {"unreadable": True}
        transcript = store.transcript(org, contact)
        people = self.conversations.people
        told = people.queue.held_of(org, contact) if people else []
        if state is None and not transcript and not told:
            return None
        return {"state": state, "transcript": transcript, "for_people": told}

    def erase(self, org: str, contact: str) -> dict[str, int]:
        """Raises Conflict while a turn of the contact is under way."""
        if not valid_id(contact):
            return {}
        conversations, store = self.conversations, self.conversations.store
        pipe = store.redis.pipeline(transaction=False)
        pipe.exists(store.key(org, contact, "state"))
        pipe.xlen(store.key(org, contact, "transcript"))
        states, entries = pipe.execute()
        people = conversations.people
        told = people.queue.forget(org, contact) if people else Forgotten(0, 0)
        with suppress(NotFound):
            conversations.forget(org, contact)
        wakeups = conversations.wakeups.forget(org, contact)
        return {
            "conversations": states,
            "transcript_entries": entries,
            "for_people": told.waiting + told.dead,
            "wakeups": wakeups,
        }

    def returned(self, org: str, contact: str, at: float) -> bool:
        """Whether there is a conversation; that of before the erasure is gone."""
        return valid_id(contact) and self.conversations.store.exists(org, contact)
