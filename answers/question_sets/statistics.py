"""How sure a run's figures are: intervals, the paired test, and agreement with a person.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927;
Q. McNemar, "Note on the sampling error of the difference between correlated proportions", 1947, in
its exact form; J. Cohen, "A coefficient of agreement for nominal scales", 1960.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from math import sqrt

BETTER = "better"
WORSE = "worse"
NO_DIFFERENCE = "no difference shown"

SIGNIFICANCE = 0.05
MIN_LABELS = 20
NOT_CALIBRATED = "not calibrated"
"""What is said of a judge with fewer labels, since agreement with so few may be chance."""
_Z = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations


def wilson(passed: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a rate, by Wilson's score; of no cases it is all from 0 to 1.

    >>> [round(end, 3) for end in wilson(34, 40)], wilson(0, 0)
    ([0.709, 0.929], (0.0, 1.0))
    """
    if total <= 0:
        return 0.0, 1.0
    rate, square = passed / total, _Z * _Z
    middle = (rate + square / (2 * total)) / (1 + square / total)
    reach = _Z / (1 + square / total) * sqrt(rate * (1 - rate) / total + square / (4 * total**2))
    low = 0.0 if passed == 0 else middle - reach
    high = 1.0 if passed == total else middle + reach
    return low, high


def paired_p(better: int, worse: int) -> float:
    """How likely chance alone parts the cases that changed at least so unevenly: exact, two-sided.

    >>> paired_p(0, 6), paired_p(0, 5), paired_p(3, 3), paired_p(0, 0)
    (0.03125, 0.0625, 1.0, 1.0)
    """
    changed = better + worse
    tail = ways = 1  # to choose none of them; each further one from the one before
    for count in range(min(better, worse)):
        ways = ways * (changed - count) // (count + 1)
        tail += ways
    return min(1.0, 2 * tail / 2**changed)


def verdict_of(better: int, worse: int) -> str:
    """What the paired test says of so many better and worse cases, at 0.05.

    >>> verdict_of(0, 6), verdict_of(6, 0), verdict_of(0, 5)
    ('worse', 'better', 'no difference shown')
    """
    if paired_p(better, worse) > SIGNIFICANCE:
        return NO_DIFFERENCE
    return WORSE if worse > better else BETTER


def kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of two who judged the same: 1 agree always, 0 as often as chance would.

    None where it is not defined: without a pair, and where both gave one and the same verdict to
    all.

    >>> kappa([("passed", "passed")] * 20 + [("failed", "failed")] * 15
    ...     + [("passed", "failed")] * 5 + [("failed", "passed")] * 10)
    0.4
    >>> kappa([]), kappa([("passed", "passed")] * 30)
    (None, None)
    """
    counts = Counter(pairs)
    total = counts.total()
    if not total:
        return None
    agreed = sum(count for (one, other), count in counts.items() if one == other)
    ones, others = Counter[Hashable](), Counter[Hashable]()
    for (one, other), count in counts.items():
        ones[one] += count
        others[other] += count
    by_chance = sum(ones[kind] * others[kind] for kind in ones)
    left = total * total - by_chance
    return None if left == 0 else round((agreed * total - by_chance) / left, 4)
