"""An approved answer: what contacts ask, and what a person of the organisation says to it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

TAG_CHARACTERS = 12
ALL_MILLISECONDS = 2**48 - 1
PARTS = ("question", "also", "answer", "language", "until")  # what a person writes

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """A question, the other ways to ask it (`also`), and the answer to all of them.

    `language` is a code of question_sets/languages.py: it answers in that language alone; empty: in
    any. `until` is its last day as ISO date, empty for none. `by` changed it last, at `at` (ISO).
    """

    id: str
    question: str = field(repr=False)
    answer: str = field(repr=False)
    also: tuple[str, ...] = field(default=(), repr=False)
    language: str = ""
    until: str = ""
    at: str = ""
    by: str = ""

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> ApprovedAnswer:
        """What `as_dict` told; keys of a later release are left out."""
        known = {name: told[name] for name in cls.__slots__ if name in told}
        return cls(**{**known, "also": tuple(told.get("also", ()))})

    @property
    def as_dict(self) -> Json:
        return {**asdict(self), "also": list(self.also)}

    @property
    def questions(self) -> tuple[str, ...]:
        return (self.question, *self.also)

    @property
    def tag(self) -> str:
        """The ETag: another one whenever what a person wrote changes."""
        told = {name: getattr(self, name) for name in PARTS}
        digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
        return digest.hexdigest()[:TAG_CHARACTERS]

    def is_over(self, today: str) -> bool:
        """Whether its last day was before `today` (ISO date)."""
        return bool(self.until) and self.until < today


def new_id(milliseconds: int) -> str:
    """An id that sorts before those made earlier: lists begin with the newest, and of two equally
    like questions the newer answers.

    >>> new_id(2) < new_id(1), len(new_id(1))
    (True, 20)
    """
    return f"{ALL_MILLISECONDS - milliseconds:012x}{secrets.token_hex(4)}"
