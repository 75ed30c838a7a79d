"""The plain copy of a text, and the way back to the text."""

from __future__ import annotations

import unicodedata

import pytest

from answers.guardrails.masking.alike import ALIKE
from answers.guardrails.masking.folding import folded, folds


def test_digits_of_every_script_are_digits() -> None:
    for point in range(0x110000):
        value = unicodedata.digit(chr(point), None)
        if value is not None and point > 0x7F:
            assert ALIKE[chr(point)] == str(value), hex(point)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ｃａｌｌ\u00a0९8७", "call 987"),
        ("a\u200db\u00adc\ufe0f\u0301", "abc"),
        ("ज़मीन हूँ", "जमीन हूं"),
        ("É İ ß 𝐀", "e i ß a"),
        ("9️⃣8️⃣ 👩‍🌾🏽x", "98 x"),
        ("one\\ntwo", "one\n\ntwo"),
    ],
)
def test_a_plain_copy(text: str, plain: str) -> None:
    assert folded(text).text == plain


def test_the_way_back_takes_whole_characters() -> None:
    text = "x 9\ufe0f\u20e38\u200d7 y"
    copy = folded(text)
    start = copy.text.index("987")
    first, last = copy.span(start, start + 3)
    assert text[first:last] == "9\ufe0f\u20e38\u200d7"


def test_what_shows_nothing_may_part_words_or_not() -> None:
    assert [copy.text for copy in folds("ASHA\u200bDevi")] == ["ashadevi", "asha devi"]
    assert [copy.text for copy in folds("Asha 🌸 Devi")] == ["asha  devi"]
    assert [copy.text for copy in folds("क्\u200dष")] == ["क्ष"]


def test_only_the_part_near_a_gap_is_looked_at_again() -> None:
    text = "a" * 1000 + "😀" + "b" * 1000
    _, near = folds(text)
    assert len(near.text) < 300
    at = near.text.index(" ")
    assert text[slice(*near.span(at - 1, at + 2))] == "a😀b"
