"""What is mended in a text."""

from __future__ import annotations

import pytest

from flowhook.mended_text import mended_text, text_of


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("", ""),
        ("\ufeffआप", "आप"),
        ("a\0b\0", "ab"),
        ("a\ud83d", "a\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\U0001f600 \ufeff", "\U0001f600 \ufeff"),
    ],
)
def test_what_is_mended(text: str, clean: str) -> None:
    assert mended_text(text) == clean


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_in_the_encodings_that_files_have(encoding: str) -> None:
    assert text_of("आप,\0हम \U0001f600".encode(encoding)) == "आप,हम \U0001f600"
    assert text_of(b"a\xffb") == "a\ufffdb"
    assert text_of("ab".encode("utf-16") + b"c") == "ab\ufffd"
