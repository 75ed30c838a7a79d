"""Plain text: paragraphs, and lines that a program broke."""

from __future__ import annotations

from answers.knowledge.reading import read
from tests.answers.knowledge.reading.told import texts

WRAPPED = """The clinic opens at nine in the morning and closes in the
afternoon, on every working day of the week except for Sun-
days.\r\n
Asha
Pune\f
\tशुल्क  पचास रुपये है।
"""


def test_wrapped_lines_are_joined_and_short_ones_stay() -> None:
    assert texts(WRAPPED.encode()) == [
        "The clinic opens at nine in the morning and closes in the afternoon, on every working day "
        "of the week except for Sundays.",
        "Asha\nPune",
        "शुल्क पचास रुपये है।",
    ]


def test_a_long_text_without_empty_lines_is_read_in_time() -> None:
    lines = [
        f"and then the farmer waters field {at} before the sun is high" for at in range(20_000)
    ]
    (block,) = read("\n".join(lines).encode(), "diary.txt").blocks
    assert block.text == " ".join(lines)
