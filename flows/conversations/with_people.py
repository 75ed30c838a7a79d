"""A conversation that people have taken: no flow runs, and what the contact writes is theirs.

It lies in the contact's state, so it costs other conversations nothing. It ends when the last item
of the contact is answered, closed or given back, and after a day at the latest; a message and a
wake-up look whether it has ended, for a process may die between an item's end and that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from flowhook.errors import Conflict

MAX_ITEMS = 10  # of one contact; the oldest no longer hold the conversation
MAX_TOLD = 20
MAX_KEPT = 20  # of up to 4,096 characters each
HELD_SECONDS = 24 * 3600

Json = dict[str, Any]


@dataclass(slots=True)
class WithPeople:
    """The `items` for which people have the conversation, each with its end in epoch seconds.

    The contact was `told` of these items that a person will answer. `was_paused`: it was paused
    before, and stays so. `kept` are words of people that wait until the contact writes, each with
    who says them, and the `message` if a flow said it.
    """

    items: dict[str, float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    was_paused: bool = False
    kept: list[Json] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> WithPeople:
        """What a state has, of a newer release too."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def as_dict(self) -> Json:
        """Empty where no state needs it."""
        return asdict(self) if self.items or self.told or self.kept else {}

    def take(self, item: str, now: datetime, *, is_paused: bool) -> None:
        """Let people have the conversation for an item, from now for a day."""
        if not self.items:
            self.was_paused = is_paused
        self.items.pop(item, None)
        self.items[item] = now.timestamp() + HELD_SECONDS
        for oldest in list(self.items)[:-MAX_ITEMS]:
            del self.items[oldest]

    def keep(self, words: Json) -> None:
        """Keep words of people until the contact writes. Raises Conflict for one too many."""
        if len(self.kept) >= MAX_KEPT:
            raise Conflict(
                f"{MAX_KEPT} answers wait for this contact to write",
                fix="Once the contact writes, they get those, and this one can be sent.",
            )
        self.kept.append(words)

    def tell(self, item: str) -> bool:
        """Note that the contact is told of an item; returns whether that is news."""
        is_news = item not in self.told
        if is_news:
            self.told = [*self.told, item][-MAX_TOLD:]
        return is_news

    @property
    def ends_at(self) -> float | None:
        """When the last item no longer holds the conversation, in epoch seconds."""
        return max(self.items.values(), default=None)
