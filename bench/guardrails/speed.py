"""What masking costs: 2 KB as contacts write, and texts that are made to be slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from answers.guardrails.masking.masks import Masks
from bench.goals import verdict
from bench.guardrails.finding import digest
from bench.guardrails.texts import HOSTILE, TWO_KB
from flowhook.organisations.guardrail_schemas import KINDS

TIMES = 400
P99_GOAL_MS = 2.0
LENGTHS = (2_000, 20_000, 200_000)
GROWTH_GOAL = 20.0
"""How much longer ten times the text may take: 10 is linear, and short runs vary."""
NAMES = ("Asha Devi",)


def mask(text: str) -> Masks:
    """Mask a text as the first of a call, and return the call's masks."""
    masks = Masks(KINDS, digest, NAMES)
    masks.mask(text)
    return masks


def two_kilobytes() -> Iterator[str]:
    yield f"2 KB of text, all kinds on, the first text of a call ({TIMES} times)"
    yield f"  {'':<24}{'found':>7}{'median ms':>12}{'p99 ms':>9}{'back ms':>9}  goals"
    for name, text in TWO_KB.items():
        there = times(partial(mask, text), TIMES)
        masks = mask(text)
        back = median(times(partial(masks.restore, masks.mask(text)), TIMES))
        slow = there[len(there) * 99 // 100]
        figures = f"{len(masks.originals):>7}{median(there):>12.2f}{slow:>9.2f}{back:>9.2f}"
        yield f"  {name:<24}{figures}  p99: {verdict(slow, P99_GOAL_MS)}"


def hostile() -> Iterator[str]:
    lengths = "".join(f"{length:>9,}" for length in LENGTHS)
    yield f"  {'hostile texts, ms':<24}{lengths}   growth"
    for name, unit in HOSTILE.items():
        took = [
            times(partial(mask, (unit * length)[:length]), LENGTHS[-1] // length // 10 + 1)[0]
            for length in LENGTHS
        ]
        growth = took[-1] / took[-2]
        figures = "".join(f"{one:>9,.1f}" for one in took)
        yield f"  {name:<24}{figures}{growth:>9.1f}  {verdict(growth, GROWTH_GOAL)}"


def times(work: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of CPU that each turn took, the quickest first."""
    work()
    took = []
    for _ in range(count):
        began = time.thread_time()
        work()
        took.append((time.thread_time() - began) * 1000)
    return sorted(took)
