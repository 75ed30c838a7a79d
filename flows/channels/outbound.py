"""One content on its way to a contact, as the outbox keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.channels.contact_queue import Item


@dataclass(frozen=True, slots=True)
class Outbound:
    """One content as the provider takes it; `put_at` and `not_before` in epoch seconds.

    `numbered` are the options a numbered text offers, `kind` and `node` whose options they are.
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
