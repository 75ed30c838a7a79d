"""Patterns of the linear engine."""

from __future__ import annotations

import pytest

from flows.expressions.fault import ExpressionError
from flows.expressions.patterns import escape_pattern, literals


def test_the_longest_of_several_texts_is_found() -> None:
    found = literals(("a", "ab.", "b"))
    assert found.search("xab.").group() == "ab."
    assert found.search("xabc").group() == "a"
    assert literals(()).search("anything") is None
    assert literals(("",)).search("anything").group() == ""


def test_texts_too_long_to_compile_are_refused() -> None:
    with pytest.raises(ExpressionError):
        literals(tuple(f"{number}" * 2_000 for number in range(1_000, 2_000)))


def test_an_escaped_text_matches_itself_alone() -> None:
    assert literals((".",)).search("a") is None
    assert escape_pattern("a.b") == r"a\.b"
