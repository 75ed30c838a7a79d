"""One content to be sent to a contact, as stored in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.channels.held_item import Item


@dataclass(frozen=True, slots=True)
class Outbound:
    """One content in the provider's format; `put_at` and `not_before` are in epoch seconds.

    `numbered` holds the options of a numbered text; `kind` and `node` are those of their message.
    """

    content: Mapping[str, Any]
    put_at: float
    not_before: float = 0.0
    numbered: tuple[str, ...] = ()
    kind: str = ""
    node: str = ""

    def as_item(self) -> Item:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_item(cls, item: Item) -> Outbound:
        return cls(**{**item, "numbered": tuple(item["numbered"])})
