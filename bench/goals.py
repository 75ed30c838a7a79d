"""A goal beside a figure, and whether the figure meets it."""

from __future__ import annotations

FAIL = "FAIL"


def verdict(figure: float, goal: float, *, is_least: bool = False) -> str:
    """`goal 0.40 pass`, or `FAIL`; the goal is the most that a figure may be, or the least."""
    meets = figure >= goal if is_least else figure <= goal
    return f"goal {goal:,g} {'pass' if meets else FAIL}"
