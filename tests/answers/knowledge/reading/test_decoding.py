"""Texts in the encodings that programs in India and Europe write."""

from __future__ import annotations

import pytest

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.unreadable import Unreadable

HINDI = "पंजीकरण शुल्क पचास रुपये है।\n"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_hindi_and_english_are_read_in_every_form_of_unicode(encoding: str) -> None:
    if encoding != "utf-32":
        assert decoded((HINDI + "Fees\n").encode(encoding)) == HINDI + "Fees\n"
    assert decoded(HINDI.encode("utf-32")) == HINDI


def test_latin_letters_of_windows_are_read() -> None:
    text = "Die Gebühr beträgt fünf Euro – für Schüler ist es kostenlos. " * 5
    assert decoded(text.encode("cp1252")) == text


def test_other_alphabets_are_told_by_their_letters() -> None:
    text = "Поликлиника открыта с девяти утра до пяти вечера по рабочим дням. " * 5
    assert decoded(text.encode("cp1251")) == text


def test_a_few_broken_characters_spoil_nothing() -> None:
    content = (HINDI * 50).encode()
    assert decoded(content[:-2]).startswith(HINDI)
    assert decoded(content[:100] + b"\xff" + content[100:]).count("शुल्क") >= 49


def test_bytes_that_are_no_text_are_refused() -> None:
    for content in (bytes(range(256)), b"\0" * 99, b"ab\x01cd"):
        with pytest.raises(Unreadable):
            decoded(content)
