"""Plain text: paragraphs, and lines that a program broke."""

from __future__ import annotations

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
