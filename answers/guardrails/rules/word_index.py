"""An index of banned words, in which those of a text are looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from answers.guardrails.rules.folding import (
    collapsed,
    disguised_words,
    folded,
    starred_words,
    words_of,
)

MIN_BEGINNING = 3  # letters of a word that stands for any ending
VOWELS = frozenset("aeiouy")
LINE = "\n"

Runs = list[tuple[str, int]]
"""The letters of a word with how often each stands in a row."""


@dataclass
class LookedThrough:
    """A text with its words, and what they may be, `short` with one letter for each run."""

    text: str

    def __post_init__(self) -> None:
        plain = folded(self.text)
        self.in_order = words_of(plain)
        self.words = list(dict.fromkeys(filter(None, (*self.in_order, *disguised_words(plain)))))
        self.short = _shortened(self.words)
        self.short_set = frozenset(self.short)
        self.beginnings = frozenset(word[:MIN_BEGINNING] for word in self.short)
        self.starred = starred_words(plain)

    @cached_property
    def short_in_order(self) -> list[str]:
        return _shortened(self.in_order)


class WordIndex:
    """Words, beginnings of words and phrases; what a text costs does not grow with their number.

    A letter may be repeated: any number of times where the word has it, but not just doubled inside
    the word if it is a consonant, since that is another word in many languages (chuttiyan are
    holidays). With `takes_doubles` that is the same word, too.
    """

    def __init__(self, words: Iterable[str], *, takes_doubles: bool = False) -> None:
        self.takes_doubles = takes_doubles
        self.whole: dict[str, list[str]] = defaultdict(list)
        self.beginnings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.phrases: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.by_first: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for word in words:
            self._add(word)

    def is_in(self, text: LookedThrough) -> bool:
        """Whether one of the words is in the text."""
        return self._has_word(text) or self._has_phrase(text) or self._has_starred(text)

    def _has_word(self, text: LookedThrough) -> bool:
        may_be = self.whole.keys() & text.short_set
        may_begin = self.beginnings.keys() & text.beginnings
        if not may_be and not may_begin:
            return False
        for word, short in zip(text.words, text.short, strict=True):
            if short in may_be and any(self._is(word, one) for one in self.whole[short]):
                return True
            begin = short[:MIN_BEGINNING]
            if begin in may_begin and any(
                short.startswith(one) and self._begins(word, banned)
                for one, banned in self.beginnings[begin]
            ):
                return True
        return False

    def _has_phrase(self, text: LookedThrough) -> bool:
        if self.phrases.keys().isdisjoint(text.short_set):
            return False
        return any(
            len(text.in_order) - at >= len(phrase)
            and all(map(self._is, text.in_order[at : at + len(phrase)], phrase))
            for at, short in enumerate(text.short_in_order)
            for phrase in self.phrases.get(short, ())
        )

    def _has_starred(self, text: LookedThrough) -> bool:
        return any(
            _fits(starred, word, is_beginning)
            for starred in text.starred
            for word, is_beginning in self.by_first.get(starred[0], ())
        )

    def _add(self, word: str) -> None:
        words = words_of(folded(word.removesuffix("*")))
        if len(words) > 1:
            self.phrases[collapsed(words[0])].append(tuple(words))
        elif words:
            short = collapsed(words[0])
            is_beginning = word.endswith("*") and len(short) >= MIN_BEGINNING
            if is_beginning:
                self.beginnings[short[:MIN_BEGINNING]].append((short, words[0]))
            else:
                self.whole[short].append(words[0])
            self.by_first[words[0][0]].append((words[0], is_beginning))

    def _is(self, word: str, banned: str) -> bool:
        return word == banned or self._same_runs(_runs(word), _runs(banned), is_whole=True)

    def _begins(self, word: str, banned: str) -> bool:
        return word.startswith(banned) or self._same_runs(
            _runs(word), _runs(banned), is_whole=False
        )

    def _same_runs(self, found: Runs, banned: Runs, *, is_whole: bool) -> bool:
        """Whether a word is another with some letters repeated."""
        if len(found) < len(banned) or (is_whole and len(found) > len(banned)):
            return False
        last = len(banned) - 1 if is_whole else -1
        return all(
            letter == wanted
            and (count == least or (count > least and self._may_repeat(letter, count, at == last)))
            for at, ((letter, count), (wanted, least)) in enumerate(
                zip(found, banned, strict=False)
            )
        )

    def _may_repeat(self, letter: str, count: int, is_last: bool) -> bool:
        return self.takes_doubles or is_last or count > 2 or letter in VOWELS


def _runs(word: str) -> Runs:
    return [(letter, len(list(run))) for letter, run in groupby(word)]


def _shortened(words: list[str]) -> list[str]:
    """Each word with one letter for each run, in one pass over all of them."""
    return collapsed(LINE.join(words)).split(LINE) if words else []


def _fits(starred: str, word: str, is_beginning: bool) -> bool:
    """Whether a word with letters starred out can be this one, or begin with it."""
    if len(starred) != len(word) and not (is_beginning and len(starred) > len(word)):
        return False
    return all(letter in ("*", other) for letter, other in zip(starred, word, strict=False))
