"""A run of a question set, and the verdicts of its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from answers.question_sets.target import Variant

QUEUED, RUNNING, DONE, STOPPED, FAILED = "queued", "running", "done", "stopped", "failed"
OPEN = (QUEUED, RUNNING)
RUN_SECONDS = 90 * 86_400  # how long a run is kept
MAX_REPEATS = 5
MAX_TOKENS_SPENT = 1_000_000  # where a run names no bound
MAX_COST = 10.0  # US dollars, where a run names no bound

MISSING, PASSED, FAILS, UNSURE = "-", "p", "f", "u"
VERDICTS: Mapping[str, bool | Literal["unsure"]] = {PASSED: True, FAILS: False, UNSURE: "unsure"}
NANO = 1_000_000_000

LIVE = Variant()  # what is live answers

Json = dict[str, Any]
Verdict = bool | Literal["unsure"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks and how much it may spend.

    `digest` names the question set as it was, `variant` what stands in the place of what is live,
    and `identity` all else that decided answers when the run began. Each case is asked `repeats`
    times. A `fresh` run takes no answer from an earlier one. The run stops before `max_tokens` or
    `max_cost` (US dollars) would be passed; `of_month` says that the tokens are those which the
    month's budget leaves to it, fewer than were asked for.
    """

    question_set: str
    digest: str
    variant: Variant = LIVE
    repeats: int = 1
    max_tokens: int = MAX_TOKENS_SPENT
    max_cost: float = MAX_COST
    fresh: bool = False
    by: str = ""
    identity: str = ""
    of_month: bool = False

    def as_dict(self) -> Json:
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Plan:
        """A plan as `as_dict` gave it, perhaps in a later release."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        variant = stored.get("variant", {})
        held = {name: variant[name] for name in Variant.__slots__ if name in variant}
        return cls(**{**known, "variant": Variant(**held)})


@dataclass(frozen=True)
class Run:
    """A run as it stands.

    `marks` has a letter for each answer: MISSING, PASSED, FAILS or UNSURE, of the first case all
    its repeats, and so on. Times are epoch seconds, 0 for never; `cost` is in US dollars, None
    where a price is not known, and `known_cost` what is known of it then. `reason` says why it
    stopped or failed; a run that waits for a limit has `waits_until` and the error type that it
    `waits_for`.
    """

    id: str
    organization_id: str
    plan: Plan
    created: float
    status: str = QUEUED
    started: float = 0.0
    ended: float = 0.0
    reason: str = ""
    tokens: int = 0
    cost: float | None = 0.0
    known_cost: float = 0.0
    waits_until: float = 0.0
    waits_for: str = ""
    is_told: bool = False
    marks: str = field(default="", repr=False)

    @property
    def job_id(self) -> str:
        """The run's name in the queue."""
        return f"{self.organization_id}.{self.id}"

    @property
    def is_over(self) -> bool:
        return self.status not in OPEN

    @property
    def total(self) -> int:
        """How many cases it has."""
        return len(self.marks) // self.plan.repeats

    @cached_property
    def verdicts(self) -> list[Verdict | None]:
        """Whether each case passed; None for one that lacks an answer."""
        repeats = self.plan.repeats
        return [
            verdict_of_marks(self.marks[place : place + repeats])
            for place in range(0, len(self.marks), repeats)
        ]

    @property
    def standings(self) -> list[int | None]:
        """Which way most repeats of each case went, as comparisons take it; None as for
        `verdicts`."""
        repeats = self.plan.repeats
        return [
            standing_of_marks(self.marks[place : place + repeats])
            for place in range(0, len(self.marks), repeats)
        ]

    @property
    def done(self) -> int:
        """How many cases have all their answers."""
        return sum(verdict is not None for verdict in self.verdicts)

    @property
    def passed(self) -> int:
        return sum(verdict is True for verdict in self.verdicts)

    def missing(self) -> Iterator[int]:
        """The places, in `marks`, of the answers that lack."""
        return (place for place, mark in enumerate(self.marks) if mark == MISSING)


def verdict_of_marks(marks: str) -> Verdict | None:
    """The verdict of a case's repeats: those that disagree are unsure.

    >>> verdict_of_marks("ppp"), verdict_of_marks("pf"), verdict_of_marks("p-")
    (True, 'unsure', None)
    """
    if MISSING in marks:
        return None
    return VERDICTS[marks[0]] if len(set(marks)) == 1 else "unsure"


def standing_of_marks(marks: str) -> int | None:
    """1 where more repeats of a case passed than failed, -1 where more failed, else 0.

    So that a repeat which a model got wrong by chance does not count as a change of the case: with
    three repeats, chance has to strike twice.

    >>> [standing_of_marks(marks) for marks in ("ppf", "pff", "pf", "u", "p-")]
    [1, -1, 0, 0, None]
    """
    if MISSING in marks:
        return None
    passed, failed = marks.count(PASSED), marks.count(FAILS)
    return (passed > failed) - (passed < failed)


def mark_of(passed: bool | None) -> str:
    """
    >>> mark_of(True), mark_of(False), mark_of(None)
    ('p', 'f', 'u')
    """
    return UNSURE if passed is None else PASSED if passed else FAILS
