"""What is cut ends, or begins, with a whole word and a whole number."""

from __future__ import annotations

import pytest

from flowhook import whole_words
from flowhook.whole_words import cut, cut_before
from tests.examples import check_examples

NUMBERS = ("98765 43210", "+91 (98765) 43210", "२३४१ २३४१ २३४६", "asha.devi@example.org")


def test_the_examples() -> None:
    check_examples(whole_words)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_is_cut(number: str) -> None:
    text = f"It is {number} today."
    for most in range(len(text) + 1):
        beginning, end = cut(text, most), cut_before(text, most)
        assert len(beginning) <= most
        assert text.startswith(beginning)
        assert number in beginning or "It is ".startswith(beginning)
        assert text.endswith(end)
        assert number in end or " today.".endswith(end)


def test_a_word_that_is_longer_than_any_identifier_is_cut() -> None:
    text = "अ" * 10_000
    assert cut(text, 5_000) == cut_before(text, 5_000) == text[:5_000]
    numbered = f"{text[:4_990]}9876543210{text}"
    assert cut(numbered, 4_995) == text[:4_990]
    assert cut_before(numbered, 10_005) == text
