"""The words of a folded text, with the marks of Indic scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from answers.guardrails.masking.alike import INDIC_MARKS

WORD = re.compile(rf"(?:[^\W\d_]|[{INDIC_MARKS}\u064b-\u0655\u0670])++")
_ASCII_WORD = re.compile("[a-z]++")


class Word(NamedTuple):
    """A word and where it begins and ends in a folded text."""

    text: str
    start: int
    end: int


def words_in(plain: str) -> frozenset[str]:
    """The words of a text in small letters, each once."""
    return frozenset((_ASCII_WORD if plain.isascii() else WORD).findall(plain))


def places_of(plain: str, word: str) -> Iterator[int]:
    """Where words of a text begin that begin with this one."""
    at = plain.find(word)
    while at >= 0:
        if not at or not WORD.match(plain, at - 1):
            yield at
        at = plain.find(word, at + len(word))


def ends_at(plain: str, at: int) -> bool:
    return not WORD.match(plain, at)


def words_from(plain: str, at: int, most: int) -> Iterator[Word]:
    """The first words from a place on."""
    for found in WORD.finditer(plain, at):
        yield Word(found[0], *found.span())
        most -= 1
        if not most:
            return
