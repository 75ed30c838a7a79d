"""Tests of words and phrases."""

from __future__ import annotations

import pytest

from flows.routers.cases import TextTest, texts
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(texts)


@pytest.mark.parametrize(
    ("test", "text", "found"),
    [
        (texts.has_any_word, "red GREEN", True),
        (texts.has_any_word, "green", False),
        (texts.has_all_words, "blue; red, green", True),
        (texts.has_all_words, "blue", False),
        (texts.has_multiple, "blue", True),
        (texts.has_multiple, "blue green", False),
        (texts.has_phrase, "the red blue sky", True),
        (texts.has_phrase, "blue red", False),
        (texts.has_only_phrase, " Red Blue ", True),
        (texts.has_only_phrase, "red blue sky", False),
        (texts.has_only_text, "RED BLUE", True),
        (texts.has_only_text, "blue", False),
        (texts.has_beginning, "red bluebell", True),
        (texts.has_beginning, "a red blue", False),
    ],
)
def test_words_are_compared_in_any_case(test: TextTest, text: str, found: bool) -> None:
    assert test(text, ["Red blue"]) is found
