"""What is mended in a text."""

from __future__ import annotations

import pytest

from flowhook.mended_text import mended_text


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
