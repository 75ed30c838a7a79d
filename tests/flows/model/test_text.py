"""How flows compare texts."""

from __future__ import annotations

import pytest

from flows.model import text
from flows.model.text import clean, lower, normal, whole_number, words
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(text)


def test_a_sigma_has_one_form_wherever_it_stands() -> None:
    assert lower("ΣΊΣΥΦΟΣ") == lower("ΣΊΣΥΦΟ") + "σ"
    assert normal("\tÉcole \n") == "école"


def test_a_no_break_space_parts_no_words() -> None:
    assert words("New\u00a0Delhi, Agra;;Pune\n") == {"new\u00a0delhi", "agra", "pune"}
    assert words(" ,; ") == frozenset()


@pytest.mark.parametrize("written", ["help me", "HELP-ME!", " h e l p m e ", "help🙏me"])
def test_a_keyword_is_its_letters_and_digits(written: str) -> None:
    assert clean(written) == "helpme"


@pytest.mark.parametrize(
    ("written", "number"),
    [("0", 0), ("999999999", 999_999_999), ("1000000000", None), ("", None), (" 1", None)],
)
def test_a_whole_number_has_at_most_nine_digits(written: str, number: int | None) -> None:
    assert whole_number(written) == number
