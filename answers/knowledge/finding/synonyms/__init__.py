"""Words that mean about the same, in English and Hindi, for what organisations write about.

A line of the modules here is a group. Hinglish finds the Hindi words by their sound. A word of two
groups has the synonyms of both: what is found by a synonym counts less than the word itself.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from answers.knowledge.finding.sounds import sound, sounds
from answers.knowledge.finding.stems import stem
from answers.knowledge.finding.synonyms import (
    everyday,
    farming,
    health,
    loan_words,
    school_and_money,
)
from answers.knowledge.finding.tokens import tokens

_LEAST_KEY = 2  # letters of a sound by which a Hinglish word is looked up


def synonyms_of(word: str, hindi: bool) -> tuple[str, ...]:
    """The stems of words that mean about what a word means; Hinglish where `hindi`.

    >>> "गेहू" in synonyms_of("wheat", False), "wheat" in synonyms_of("gehun", True)
    (True, True)
    """
    by_stem, by_sound = _groups()
    found = by_stem.get(stem(word))
    if found is None and hindi and word.isascii():
        keys = [key for key in sounds(word) if len(key) >= _LEAST_KEY]
        found = next((by_sound[key] for key in keys if key in by_sound), None)
    return tuple(found or ())


def load_synonyms() -> None:
    """Read the groups, once a process: a fifth of a second that no search should wait for."""
    _groups()


@cache
def _groups() -> tuple[dict[str, dict[str, None]], dict[str, dict[str, None]]]:
    """The members of a word's groups, by its stem, and by its sound where it is Hindi."""
    by_stem: defaultdict[str, dict[str, None]] = defaultdict(dict)
    by_sound: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for area in (farming, health, school_and_money, everyday, loan_words):
        for line in area.LINES.strip().splitlines():
            words = tokens(line)
            members = dict.fromkeys(map(stem, words))
            for word in words:
                by_stem[stem(word)] |= members
                if not word.isascii():
                    by_sound[sound(word)] |= members
    return dict(by_stem), dict(by_sound)
