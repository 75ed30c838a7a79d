"""A question set: cases with their checks, and what is asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

NAME = re.compile(r"[a-z0-9_-]{1,64}")

Json = dict[str, Any]
Turn = str | Json
"""What a contact sends: text, or a message object as POST /conversations takes it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, or the turns of a conversation, and what its answer must be.

    `body` is added to the target's body, `answer` the reference text, `checks` are as they came
    (each an object with one check), and with `must` the case may never fail.
    """

    id: str
    turns: tuple[Turn, ...] = field(repr=False)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    answer: str = field(default="", repr=False)
    checks: tuple[Json, ...] = field(default=(), repr=False)
    must: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """How a model scores answers: which model (None: the organisation's), and the least score of
    each rule that passes where a check names none."""

    model: str | None = None
    minimum: int = 4


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set. Either `function` with its `body` is asked, or the flow of a UUID.

    A flow's body has `contact` and `results`, as it is started with them, and `pretend`, with which
    its webhooks are answered by made-up results, as in the simulator.
    """

    name: str
    function: str = ""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    flow: str = ""
    judge: Judge = Judge()
    cases: Sequence[Case] = field(default=(), repr=False)


def digest_of(value: Any) -> str:
    """A short name for a JSON value: equal values have equal ones."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
