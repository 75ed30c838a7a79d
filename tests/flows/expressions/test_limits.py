"""No expression hangs, fills memory or blows the stack, and none gets past its limits."""

from __future__ import annotations

import itertools
import time

import pytest

from flows.expressions import ExpressionError, Scope, evaluate, render
from flows.expressions.compiler import CACHE_SIZE, _compile, compile_source
from tests.endless import ends

PATIENCE_SECONDS = 2.0
"""Of CPU; far above the 100 ms that the language allows."""


def grow(first: str, step: str, times: int, last: str = "x") -> str:
    return "\n".join([f"x = {first}", *[f"x = {step}"] * times, last])


TEN = '"aaaaaaaaaa"'

EXPENSIVE = {
    "151 terms": " + ".join(["1"] * 151),
    "5000 lists": "[" * 5000 + "]" * 5000,
    "5000 negations": "!" * 5000 + "true",
    "5000 interpolations": '"#{' * 5000 + "1" + '}"' * 5000,
    "huge source": "1" + " " * 30_000 + "+ 1",
    "huge literal": "9" * 5000,
    "squares": grow("99999999", "x * x", 40),
    "doubled text": grow(TEN, "x <> x", 40),
    "doubled list": grow("[1]", "[x, x]", 45),
    "doubled list compared": "x = [1]\ny = [1]\n" + "x = [x, x]\ny = [y, y]\n" * 20 + "x == y",
    "doubled list joined": grow("[1]", "[x, x]", 40, "Enum.join(x)"),
    "doubled list encoded": grow("[1]", "[x, x]", 40, "Jason.encode!(x)"),
    "mapped over a range": "Enum.map(1..1000000000, fn x -> x end)",
    "nested loops": "Enum.map(1..3000, fn x -> Enum.map(1..3000, fn y -> x * y end) end)",
    "four nested loops": "Enum.any?(1..99, fn a -> Enum.any?(1..99, fn b -> Enum.any?(1..99,"
    " fn c -> Enum.any?(1..99, fn d -> false end) end) end) end)",
    "replaced by more": grow(TEN, f'String.replace(x, "a", {TEN})', 12),
    "replaced by pattern": grow(TEN, f"Regex.replace(~r/a/, x, {TEN})", 12),
    "wide separator": grow(TEN, "x <> x", 12, "Enum.join(1..5000, x)"),
    "sorted": "Enum.sort_by(1..200000, fn x -> 0 - x end)",
    "graphemes": grow('"नमस्ते"', "x <> x", 16, "String.length(x)"),
    "pattern without end": grow(TEN, "x <> x", 11, "Regex.scan(~r/a.*b|a/, x)"),
    "pattern that repeats": 'Regex.run(~r/((a{1000}){1000}){1000}/, "x")',
    "deep JSON": 'Jason.decode!("' + "[" * 9000 + "]" * 9000 + '")',
    "decimal places": "Decimal.round(1, 1000000000)",
    "decimal exponent": 'Decimal.mult("1e999999999", 2)',
    "distant date": "Timex.shift(~D[2026-01-01], days: 99999999999999999999)",
    "distant month": "Timex.shift(~D[2026-01-01], months: 99999999999999999999)",
    "large output": 'Enum.map_join(1..3000, "", fn x -> "abcd" end)',
    "path for a zone": 'DateTime.now!("../../etc/passwd")',
    "no duplicate": 'String.duplicate("a", 1000000000)',
    "no powers": "Integer.pow(10, 1000000000)",
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_expensive_expressions_are_stopped(name):
    reasons: list[str] = []
    with ends(PATIENCE_SECONDS):
        assert render(f"<%= {EXPENSIVE[name]} %>", Scope(), reasons.append) == "Invalid Code"
    assert len(reasons) == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (EXPENSIVE["151 terms"], "expression too complex"),
        (EXPENSIVE["nested loops"], "expression timed out"),
        (EXPENSIVE["squares"], "expression exceeded resource limits"),
        (EXPENSIVE["mapped over a range"], "expression exceeded resource limits"),
    ],
)
def test_the_reason_names_the_limit(source, reason):
    with pytest.raises(ExpressionError) as caught:
        evaluate(source)
    assert caught.value.reason == reason


def test_up_to_the_limit_of_nodes():
    assert evaluate(" + ".join(["1"] * 150)) == 150


def test_parentheses_are_not_nodes():
    assert evaluate("(" * 5000 + "1" + ")" * 5000) == 1


def test_patterns_that_backtrack_elsewhere_are_quick():
    with ends(PATIENCE_SECONDS):
        assert evaluate(grow(TEN, "x <> x", 10, 'Regex.match?(~r/^(a+)+$/, x <> "b")')) is False


@pytest.mark.parametrize(
    "source", ['String.replace("{}", {}, "")', 'Enum.join(String.split("{}", {}))']
)
def test_any_of_many_texts_is_looked_for_quickly(source: str) -> None:
    listed = {"input": ",".join("a" * length + "b" for length in range(1, 400))}
    typed = Scope(results={"text": {"input": "a" * 9_000}, "listed": listed})
    texts = 'String.split("@results.listed", ",")'
    with ends(PATIENCE_SECONDS / 4):
        shown = render(f"<%= {source.format('@results.text', texts)} %>", typed)
    assert shown == "a" * 9_000


def test_expressions_of_one_text_share_half_a_second(monkeypatch):
    """By a clock that goes on with each look at it, of which an expression takes two."""
    monkeypatch.setattr(time, "perf_counter", itertools.count(0, 0.03).__next__)
    listed = "<%= length(Enum.map(1..40, fn x -> x end)) %>"
    assert render(listed * 3, Scope()) == "404040"
    assert render(listed * 30, Scope()) == "Invalid Code"


@pytest.mark.parametrize(("text", "fits"), [("a" * 10_000, True), ("a" * 10_001, False)])
def test_output_is_limited_with_and_without_expressions(text, fits):
    assert (render(text, Scope()) == text) is fits
    assert (render("<%= 1 %>" + text[1:], Scope()) != "Invalid Code") is fits


def test_output_is_counted_in_bytes():
    reasons: list[str] = []
    assert render("न" * 3334, Scope(), reasons.append) == "Invalid Code"
    assert reasons == ["expression output too large"]
    assert render("न" * 3333, Scope()) == "न" * 3333


def test_the_cache_is_bounded_and_holds_refusals():
    assert _compile.cache_info().maxsize == CACHE_SIZE
    before = _compile.cache_info().misses
    for _ in range(3):
        with pytest.raises(ExpressionError):
            compile_source("for_the_cache_test(1)")
    assert _compile.cache_info().misses == before + 1
