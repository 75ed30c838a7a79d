"""Tests of numbers."""

from __future__ import annotations

import pytest

from flowhook.errors import InvalidInput
from flows.routers.cases import numbers
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(numbers)


@pytest.mark.parametrize(
    ("text", "found"),
    [("1", True), ("7", True), ("3.5", True), ("0.9", False), ("7.1", False), ("", False)],
)
def test_a_number_between_two_others_may_be_either(text: str, found: bool) -> None:
    assert numbers.has_number_between(text, ["1", "7"]) is found


@pytest.mark.parametrize("arguments", [["1", "x"], ["x", "7"]])
def test_nothing_lies_between_what_is_no_number(arguments: list[str]) -> None:
    assert not numbers.has_number_between("5", arguments)


@pytest.mark.parametrize("arguments", [[], ["1"], ["1", "2", "3"]])
def test_between_needs_two_numbers(arguments: list[str]) -> None:
    with pytest.raises(InvalidInput, match="needs two numbers"):
        numbers.has_number_between("1", arguments)


def test_a_number_has_at_most_300_characters() -> None:
    assert numbers.number("1" * 300) == float("1" * 300)
    assert numbers.number("1" * 301) is None
