"""The settings sections that flows read."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations.schemas import SECTIONS


@pytest.mark.parametrize("name", ["a", "school_name-2", "नाम", "a" * 100])
def test_a_global_has_a_name_of_letters_and_digits(name: str) -> None:
    assert SECTIONS["globals"]().validate({"values": {name: "x"}}) == {}


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a@b", "👍", "a" * 101])
def test_another_name_is_refused(name: str) -> None:
    assert SECTIONS["globals"]().validate({"values": {name: "x"}})


@pytest.mark.parametrize("value", ["", "a" * 10_000, 5, 2.5, True])
def test_a_global_is_a_scalar(value: Any) -> None:
    assert SECTIONS["globals"]().validate({"values": {"a": value}}) == {}


@pytest.mark.parametrize("value", ["a" * 10_001, None, [], {"a": 1}])
def test_another_value_is_refused(value: Any) -> None:
    assert SECTIONS["globals"]().validate({"values": {"a": value}})


def test_a_timezone_is_one_that_exists() -> None:
    section = SECTIONS["timezone"]()
    assert section.validate({"name": "Africa/Nairobi"}) == {}
    assert section.validate({"name": "Mars/Olympus"})
