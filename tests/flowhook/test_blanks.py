"""Blanks around what is pasted."""

from __future__ import annotations

import pytest

from flowhook.blanks import unpadded


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("sk-1", "sk-1"),
        (" sk-1\r\n", "sk-1"),
        ("\ufeffsk-1", "sk-1"),
        ("\u200b \u200bsk-1\u00a0\u2060\t", "sk-1"),
        ("two words", "two words"),
        (" \u200b ", ""),
        ("", ""),
    ],
)
def test_what_stands_around_a_text_is_removed(text: str, bare: str) -> None:
    assert unpadded(text) == bare
