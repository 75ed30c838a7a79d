"""Long texts in pieces: examples in several scripts, and what always holds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowhook.providers.whatsapp_content import length
from flows.channels.whatsapp.split import split

RUNS = settings(max_examples=300, derandomize=True, deadline=None, database=None)

SENTENCES = {
    "english": "This is one sentence. ",
    "hindi": "यह एक वाक्य है। ",
    "chinese": "这是一个句子。",
    "japanese": "これは文です。",
    "arabic": "هل هذه جملة؟ ",
    "urdu": "یہ ایک جملہ ہے۔ ",
    "burmese": "ဒါက ဝါက္ယပါ။ ",
    "amharic": "ይህ ዓረፍተ ነገር ነው። ",
    "armenian": "Սա նախադասություն է։ ",
    "khmer": "នេះជាប្រយោគ។ ",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_cuts_fall_between_sentences(language: str) -> None:
    sentence = SENTENCES[language]
    pieces = split(sentence * 700)
    assert len(pieces) > 1
    assert all(length(piece) <= 4096 for piece in pieces)
    assert all(piece.endswith(sentence.strip()) for piece in pieces)
    assert all(piece.startswith(sentence.strip()[0]) for piece in pieces)
    assert length(pieces[0]) > 4096 - 2 * length(sentence)


def test_a_text_that_fits_is_one_piece() -> None:
    assert split("x" * 4096) == ["x" * 4096]
    assert split("  hello \n") == ["hello"]
    assert split(" \n ") == []


def test_abbreviations_and_numbers_are_no_ends() -> None:
    assert split("Pay 3.14 now please", 10) == ["Pay 3.14", "now please"]


def test_quotes_stay_with_their_sentence() -> None:
    assert split('He said "Go." Then left.', 16) == ['He said "Go."', "Then left."]


def test_lines_end_sentences() -> None:
    assert split("one two\nthree four", 12) == ["one two", "three four"]


def test_characters_stay_whole() -> None:
    family = "👨‍👩‍👧‍👦"
    pieces = split(family * 10, 30)
    assert all(
        set(piece) == set(family) and piece.count("👨") * len(family) == len(piece)
        for piece in pieces
    )
    assert "".join(split("क्षि" * 50, 10)) == "क्षि" * 50
    assert all(re.match("क", piece) for piece in split("क्षि" * 50, 10))


def test_a_cut_code_block_is_closed_and_opened_again() -> None:
    code = "```\n" + "line of code\n" * 20 + "```"
    pieces = split(code, 100)
    assert all(piece.count("```") == 2 for piece in pieces)
    assert all(length(piece) <= 100 for piece in pieces)
    assert "".join(pieces).count("line of code") == 20


@RUNS
@given(st.text(max_size=400), st.integers(20, 60))
def test_nothing_is_lost_and_everything_fits(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(length(piece) <= limit for piece in pieces)
    assert all(piece.strip() for piece in pieces)
    if "```" not in text:
        assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_a_long_text_is_cut_in_linear_time() -> None:
    assert "".join(split("a" * 200_000)) == "a" * 200_000
