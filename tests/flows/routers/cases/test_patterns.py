"""Tests by regular expression, phone number and e-mail address."""

from __future__ import annotations

import pytest

from flows.routers.cases import patterns
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(patterns)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"{'a' * 64}@x.org", True),
        (f"{'a' * 65}@x.org", False),
        (f"a@{'b' * 63}.org", True),
        (f"a@{'b' * 64}.org", False),
        (f"a@{'b.' * 126}org", True),
        (f"a@{'b.' * 127}org", False),
        ("@x.org", False),
        ("a.org", False),
        ("(home)asha@x.org", True),
        ("asha@x..org", False),
        ("asha@-x.org", False),
        ("आशा@उदाहरण.भारत", True),
    ],
)
def test_an_address_has_two_parts_of_bounded_length(address: str, found: bool) -> None:
    assert patterns.has_email(address, []) is found


@pytest.mark.parametrize("pattern", ["(", "foo(?=bar)", r"(a)\1", "a" * 2_001, "(a{1000}){1000}"])
def test_what_is_no_pattern_or_too_much_matches_nothing(pattern: str) -> None:
    assert patterns.compile_pattern(pattern) is None
    assert not patterns.has_pattern("a", [pattern])


def test_a_pattern_has_at_most_2_000_characters() -> None:
    assert patterns.has_pattern("a" * 2_000, ["a" * 2_000])


def test_only_the_beginning_of_a_text_is_searched_for_a_number() -> None:
    assert patterns.has_phone("call me " + "9876543210", [])
    assert patterns.has_phone(" " * 240 + "9876543210", [])
    assert not patterns.has_phone(" " * 241 + "9876543210", [])
