"""What waits for people of a contact, or did: exported, and erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from answers.inbox.store import InboxStore


class ContactItems:
    """Exports and erases the inbox items of contacts."""

    def __init__(self, store: InboxStore) -> None:
        self.store = store

    def export(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        """The items in full, newest first."""
        return (item.shown for item in self.store.of_contact(org, contact))

    def erase(self, org: str, contact: str) -> dict[str, int]:
        """Whoever waits for an answer to one of them gets none."""
        return {"inbox": self.store.forget_contact(org, contact)}
