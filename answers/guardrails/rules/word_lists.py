"""The banned words that come with the service: a file for each language, written for it.

A line of a file is a severity, a language and a word, or several; `*` behind a word stands for any
ending. Strong are insults that no organisation wants to hear, mild those that some do not mind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

STRONG, MILD, NONE = "strong", "mild", "none"
FOLDER = Path(__file__).with_name("words")
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word, or several, of a list."""

    severity: str
    language: str
    text: str


@cache
def listed_words() -> tuple[ListedWord, ...]:
    """All words of all files."""
    return tuple(
        ListedWord(*line.split(" ", 2))
        for path in sorted(FOLDER.glob("*.txt"))
        for line in path.read_text().splitlines()
        if not line.startswith("#")
    )


def words_that_count(lists: str) -> tuple[ListedWord, ...]:
    """Those that count by the setting `lists`: strong ones, mild ones as well, or none."""
    severities = {STRONG: (STRONG,), MILD: (STRONG, MILD), NONE: ()}[lists]
    return tuple(one for one in listed_words() if one.severity in severities)
