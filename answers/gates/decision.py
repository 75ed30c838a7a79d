"""Decides whether a new version may go live, by what it and the live one answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Passed = bool | Literal["unsure"]
Outcomes = Mapping[str, Passed]
"""How each case of a question set ended in a run, by its id."""

RANK: Mapping[Passed, int] = {False: 0, "unsure": 1, True: 2}
TOLD = 5  # cases named in a sentence

MUST_FAILS = "This case must pass, and fails."
MUST_UNSURE = "This case must pass, and its verdict is unsure."
IS_WORSE = "The live version answers it better."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a version is refused, why, and what is wrong with which cases, the gravest first."""

    is_refused: bool
    why: str
    cases: Mapping[str, str]


def decide(
    must: Collection[str],
    new: Outcomes,
    live: Outcomes | None,
    worse: Sequence[str] = (),
    p_value: float = 1.0,
) -> Decision:
    """Refuse a version that breaks a `must` case, or whose verdict is worse.

    `live` is None where nothing is live: then the `must` cases alone count, and each has to pass.
    `worse` are the cases it answers worse where the paired test says that it is worse, else empty.
    A `must` case that is unsure is broken if the live version passes it.
    """
    broken = [case for case in sorted(must) if _is_broken(case, new, live)]
    cases: dict[str, str] = {}
    for case in broken:
        reason = MUST_UNSURE if new.get(case) == "unsure" else MUST_FAILS
        cases[case] = reason
    why = [f"cases that must pass fail: {named(broken)}"] if broken else []
    if worse and live is not None:
        reason = IS_WORSE
        cases |= {case: reason for case in worse if case not in cases}
        why.append(f"it answers {counted(len(worse))} worse ({chance(p_value)}): {named(worse)}")
    return Decision(bool(why), "; ".join(why), cases)


def named(cases: Sequence[str]) -> str:
    """
    >>> named(["a", "b"]), named(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    told = ", ".join(cases[:TOLD])
    return f"{told} and {len(cases) - TOLD} more" if len(cases) > TOLD else told


def counted(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def chance(p_value: float) -> str:
    """
    >>> chance(0.03125), chance(0.00001)
    ('p = 0.031', 'p < 0.001')
    """
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def _is_broken(case: str, new: Outcomes, live: Outcomes | None) -> bool:
    """A case that the new version did not answer counts as failed."""
    now = RANK[new.get(case, False)]
    if live is None:
        return now < RANK[True]
    return now < RANK[live.get(case, False)]
