"""Compares what a voice said with the text that it was to read, and cuts texts into passages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

PASSAGE_CHARACTERS = 600  # some 45 seconds of speech
_HAS_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"(?<=[.!?।۔。！？\n])\s*")


def words_of(text: str) -> list[str]:
    """Return the words of a text, without what nobody hears: case, punctuation, joiners.

    >>> words_of("Don’t be late — 9 o'clock!")
    ['dont', 'be', 'late', '9', 'oclock']
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(map(_heard, plain))
    return kept.split()


def says_the_same(text: str, spoken: str) -> bool:
    """Tell whether both have the same letters and digits, however they are put into words."""
    return "".join(words_of(text)) == "".join(words_of(spoken))


def likeness(text: str, spoken: str) -> float:
    """Return how much of two texts is the same words in the same order: 0.0 to 1.0."""
    wanted, heard = words_of(text), words_of(spoken)
    return 2 * _in_common(wanted, heard) / (len(wanted) + len(heard) or 1)


def is_reading(text: str, spoken: str) -> bool:
    """Tell whether at least half of the text's words are spoken, in their order.

    Numbers do not count, since they are spoken in words; a text of one or two words is too short
    to tell.
    """
    wanted = [word for word in words_of(text) if not _HAS_DIGIT.search(word)]
    return len(wanted) < 3 or 2 * _in_common(wanted, words_of(spoken)) >= len(wanted)


def _in_common(wanted: list[str], heard: list[str]) -> int:
    """The number of words in the longest common subsequence.

    A bit for each wanted word, all at once for each heard one: difflib takes minutes for texts of
    a few words again and again, which a server may send. Source: Hyyrö, 2004.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(wanted):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(wanted)) - 1
    missing = full
    for word in heard:
        matches = missing & places.get(word, 0)
        missing = (missing + matches | missing - matches) & full
    return len(wanted) - missing.bit_count()


def passages(text: str, most: int = PASSAGE_CHARACTERS) -> list[str]:
    """Cut a text after sentences, a long sentence after words; at least one passage."""
    found: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        for piece in _pieces(sentence, most):
            joined = f"{found[-1]} {piece}" if found else piece
            if found and len(joined) <= most:
                found[-1] = joined
            else:
                found.append(piece)
    return found or [text]


def _pieces(sentence: str, most: int) -> Iterator[str]:
    rest = sentence.strip()
    while len(rest) > most:
        end = rest.rfind(" ", 0, most + 1)
        end = end if end > 0 else most
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _heard(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] in "LMN":
        return letter
    return "" if kind == "Cf" or letter in "'’ʼ" else " "
