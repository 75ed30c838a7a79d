"""Intervals, the paired test and kappa, against values known from elsewhere."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.question_sets.statistics import (
    BETTER,
    NO_DIFFERENCE,
    WORSE,
    kappa,
    paired_p,
    verdict_of,
    wilson,
)


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [  # R: binom::binom.confint(x, n, methods = "wilson"), and Newcombe 1998, table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_gives_the_intervals_of_the_literature(
    passed: int, total: int, low: float, high: float
) -> None:
    assert wilson(passed, total) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 2_000), st.data())
def test_an_interval_holds_its_rate_and_mirrors_that_of_the_failures(
    total: int, data: st.DataObject
) -> None:
    passed = data.draw(st.integers(0, total))
    low, high = wilson(passed, total)
    assert 0 <= low <= passed / total <= high <= 1
    assert low < high
    assert wilson(total - passed, total) == pytest.approx((1 - high, 1 - low))


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_paired_test_is_the_sign_test_counted_out(better: int, worse: int) -> None:
    p = paired_p(better, worse)
    assert p == paired_p(worse, better)
    assert 0 < p <= 1
    changed, uneven = better + worse, abs(better - worse)
    if changed <= 10:  # every way in which the cases may have changed
        ways = [sum(way) for way in product((1, -1), repeat=changed)]
        as_uneven = sum(abs(way) >= uneven for way in ways)
        assert p == pytest.approx(float(Fraction(as_uneven, len(ways))))
    expected = NO_DIFFERENCE if p > 0.05 else WORSE if worse > better else BETTER
    assert verdict_of(better, worse) == expected


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 6, 0.03125), (1, 8, 0.0390625), (1, 7, 0.0703125), (5, 15, 0.04138947), (0, 0, 1.0)],
)  # R: binom.test(worse, better + worse)$p.value
def test_the_paired_test_gives_known_values(better: int, worse: int, p: float) -> None:
    assert paired_p(better, worse) == pytest.approx(p)


def pairs(both: int, only_one: int, only_other: int, neither: int) -> list[tuple[str, str]]:
    return (
        [("passed", "passed")] * both
        + [("passed", "failed")] * only_one
        + [("failed", "passed")] * only_other
        + [("failed", "failed")] * neither
    )


@pytest.mark.parametrize(
    ("counts", "known"),
    [  # two examples of equal agreement in the literature, where chance differs; and the ends
        ((45, 15, 25, 15), 0.1304),
        ((25, 35, 5, 35), 0.2593),
        ((10, 0, 0, 10), 1.0),
        ((0, 10, 10, 0), -1.0),
        ((5, 5, 5, 5), 0.0),
        ((9, 3, 0, 0), 0.0),
    ],
)
def test_kappa_gives_known_values(counts: tuple[int, int, int, int], known: float) -> None:
    assert kappa(pairs(*counts)) == known


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_kappa_is_the_same_from_either_side_and_at_most_one(
    each: list[tuple[bool, bool]],
) -> None:
    found = kappa(each)
    assert found == kappa([(other, one) for one, other in each])
    if found is not None:
        assert -1 <= found <= 1
        assert (found == 1) == all(one == other for one, other in each)
