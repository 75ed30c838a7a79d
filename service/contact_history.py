"""What the conversations of this service tell the inbox of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answers.inbox.intake import KnownContact
from answers.inbox.item import SAID, SaidBefore
from flows.conversations.store import ConversationStore
from flows.conversations.turn import valid_id
from flows.model.session import contact_of


class ConversationHistory:
    """The ContactHistory of contacts whose conversations take place here."""

    def __init__(self, store: ConversationStore) -> None:
        self.store = store

    def of(self, org: str, contact: str) -> KnownContact | None:
        """Raises Internal if what is stored cannot be decrypted."""
        record = self.store.state(org, contact) if valid_id(contact) else None
        if record is None:
            return None
        known = contact_of(record["session"])
        messages = [
            entry
            for entry in self.store.transcript(org, contact)
            if entry.get("direction") in ("in", "out")
        ]
        return KnownContact(known.name, known.language, tuple(map(said, messages[-SAID:])))


def said(entry: Mapping[str, Any]) -> SaidBefore:
    """A message of a transcript as the inbox has it; one without words is named by its type."""
    who = "contact" if entry["direction"] == "in" else str(entry.get("by") or "bot")
    text = entry.get("text") or entry.get("url") or entry.get("type") or ""
    return SaidBefore(who, str(text), str(entry.get("at") or ""))
