"""Texts are cut where a listener would pause."""

from __future__ import annotations

import doctest

import pytest

from flowhook import sentences
from flowhook.sentences import parts


def test_its_examples_hold() -> None:
    assert doctest.testmod(sentences).failed == 0


@pytest.mark.parametrize(
    "text", ["a" * 1000, "One. " * 200, "एक वाक्य। " * 100, "a b " * 300, ". " * 400, "One."]
)
def test_nothing_is_lost_and_every_part_fits(text: str) -> None:
    found = parts(text, 90)
    assert all(0 < len(part) <= 90 for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
