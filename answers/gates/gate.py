"""A gate: the question set that a prompt or a flow has to answer well before it goes live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from answers.question_sets.runs.run import MAX_COST, MAX_TOKENS_SPENT
from answers.question_sets.target import Variant

PROMPT = "prompt"
FLOW = "flow"
PERCENT = 100  # of the contacts, which all live versions together answer

Json = dict[str, Any]
Live = Mapping[int, int]
"""Versions (of a flow: revisions) with the whole percent of contacts that each answers."""

Provided = Callable[[Any], object]
"""Called with a transaction that watches what it changes: raises where nothing may be changed."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`nightly`: the set is run once a night on what is live. Each run that a gate begins may spend
    `max_tokens_spent` and `max_cost` (US dollars)."""

    question_set: str
    nightly: bool = False
    max_tokens_spent: int = MAX_TOKENS_SPENT
    max_cost: float = MAX_COST

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Gate:
        """A gate as `as_dict` gave it, perhaps in a later release."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def as_dict(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Standing:
    """A prompt or a flow as it is now. `id` is another where it was deleted and made again."""

    id: str
    live: Live

    @property
    def baseline(self) -> int | None:
        """The live version that answers most contacts, the oldest of several; None without any.

        >>> Standing("p", {3: 20, 4: 80}).baseline, Standing("p", {}).baseline
        (4, None)
        """
        return max(sorted(self.live), key=lambda number: self.live[number], default=None)


class Subject(Protocol):
    """What may have a gate: prompts, or flows; `name` is a prompt's name or a flow's UUID."""

    kind: str

    def gate(self, org: str, name: str) -> Gate | None: ...

    def set_gate(self, org: str, name: str, gate: Gate | None, by: str) -> None:
        """Raises NotFound where there is no such prompt or flow."""

    def gates(self, org: str) -> Mapping[str, Gate]:
        """All gates of an organisation by name."""

    def standing(self, org: str, name: str) -> Standing:
        """What is stored now, not what this process knew a moment ago. Raises NotFound."""

    def variant(self, name: str, number: int | None) -> Variant:
        """What a run puts in the place of what is live; without a number, any that there is."""

    def publish(
        self, org: str, name: str, wanted: Live, by: str, provided: Provided | None = None
    ) -> None:
        """Put these versions live, if `provided` does not raise. Raises NotFound, Conflict."""
