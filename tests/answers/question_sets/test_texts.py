"""Texts and JSON are compared by what a reader sees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.question_sets import texts
from answers.question_sets.languages import told
from answers.question_sets.texts import folded, same_json
from tests.endless import ends
from tests.examples import check_examples


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WHEAT", "wheat"),
        ("STRASSE", "Straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("\u0958लम", "\u0915\u093cलम"),  # a nukta letter, and a letter with a nukta
        ("caf\u00e9", "cafe\u0301"),
        ("१२३", "123"),
        ("৫ kg", "5 KG"),
        ("I don’t know", "I don't know"),
        ("“Yes” — now", '"yes" - now'),
        ("10\u00a0kg\n a  day", "10 kg a day"),
        ("पास\u200cबुक", "पासबुक"),
        ("\ufeffYes\u200b", "yes"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("कि", "की"), ("yes", "yes!"), ("10", "100"), ("²", "2"), ("resume", "résumé"), ("प", "प़")],
)
def test_what_a_reader_tells_apart_is_not(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_thousands_of_marks_on_a_letter_end_soon() -> None:
    hostile = "a" + "\u0301\u0316" * 200_000
    with ends(5):
        folded(hostile)
        assert same_json(hostile, hostile + "b") is False
        told(hostile)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1.0, {"b": None}]}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [2, 1], False),
        (0, False, False),
        (True, "true", False),
        ("caf\u00e9", "cafe\u0301", True),
        ("A", "a", False),
        ([], {}, False),
    ],
)
def test_json_is_the_same_by_its_values(one: Any, other: Any, same: bool) -> None:
    assert same_json(one, other) is same is same_json(other, one)


def test_the_examples() -> None:
    check_examples(texts)
