"""The ids of collections."""

from __future__ import annotations

import pytest

from flows.model import groups
from flows.model.groups import group_id, group_number
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(groups)


def test_only_the_digits_0_to_9_are_an_id() -> None:
    assert group_id("५", "Five") == group_number("Five")
    assert group_id("²", "Two") == group_number("Two")
    assert group_id("-5", "") is None


@pytest.mark.parametrize("name", ["", "a", "Enrolled 2026", "नामांकित", "x" * 1000])
def test_a_names_number_has_13_digits(name: str) -> None:
    assert len(group_number(name)) == 13
    assert group_number(f" {name} ") == group_number(name)
