"""Finds the names that a contact is known to go by, whole and each word of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from answers.guardrails.masking.folding import Folded, folded
from answers.guardrails.masking.found import LIKELY, REGULAR, SURE, Found
from answers.guardrails.masking.name_words import SAYS_NOTHING, TITLES_IN_NAMES
from answers.guardrails.masking.words import WORD, Word, ends_at, places_of, words_from

MOST_NAMES, MOST_NAME = 200, 200
LEAST_LATIN, LEAST_OTHER, LEAST_STEM = 3, 2, 3
MOST_ENDING = 8  # characters that a language may put behind a name
_VIRAMAS = "".join(chr(block + 0x4D) for block in range(0x0900, 0x0D80, 0x80))
_ENDINGS = frozenset(
    folded(
        "ji jee bhai ben behen didi bai s "
        "जी भाई बेन बहन दीदी बाई ला ने चा ची चे ना को का की के से में साठी च्या कडे शी"
    ).text.split()
)
_DEVANAGARI, _INDIC = ("\u0900", "\u097f"), ("\u0980", "\u0d7f")
_BETWEEN = re.compile(r"[ .'-]{1,3}")
_LETTERS = frozenset(string.ascii_lowercase)
_APART = re.compile(r"(?<![a-z])[a-z]([ .-])[a-z](?:\1[a-z](?![a-z]))++")


class KnownNames:
    """The names of one call; names that contacts tell are added as they are found."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.wholes: dict[str, list[tuple[str, ...]]] = {}
        self.singles: set[str] = set()
        self.stems: tuple[str, ...] = ()
        self.letters: list[frozenset[str]] = []
        self._seen: set[str] = set()
        for name in names:
            self.add(name)

    def __len__(self) -> int:
        return len(self._seen)

    def all(self) -> tuple[str, ...]:
        """The names, folded."""
        return tuple(self._seen)

    def add(self, name: str) -> bool:
        """Whether the name was not known; at most MOST_NAMES are."""
        plain = folded(name[:MOST_NAME]).text
        if plain in self._seen or len(self._seen) >= MOST_NAMES:
            return False
        self._seen.add(plain)
        words = tuple(WORD.findall(plain))
        if len(words) > 1:
            self.wholes.setdefault(words[0], []).append(words)
            self.singles.add("".join(words))
        elif words and len(words[0]) > 1 and not _names_nobody(words[0]):
            self.singles.add(words[0])
        self.singles.update(word for word in words if _is_telling(word))
        self.stems = tuple(one.rstrip(_VIRAMAS) for one in self.singles if len(one) >= LEAST_STEM)
        self.letters = [frozenset(one) for one in self.singles if len(one) >= LEAST_STEM]
        return True

    def find(self, text: Folded, words: Set[str]) -> Iterator[Found]:
        """Each place of a known name; some overlap. `words` are those of the text."""
        plain = text.text
        for first in words & self.wholes.keys():
            for at in places_of(plain, first):
                if end := self._whole_at(plain, first, at):
                    yield Found(*text.span(at, end), "name", SURE)
        for single in words & self.singles:
            for at in places_of(plain, single):
                if ends_at(plain, at + len(single)):
                    yield Found(*text.span(at, at + len(single)), "name", REGULAR)
        if any(word.startswith(self.stems) for word in words):
            yield from self._inflected(text)
        alone = words & _LETTERS
        if any(letters <= alone for letters in self.letters):
            yield from self._apart(text)

    def _whole_at(self, plain: str, first: str, at: int) -> int:
        """Where the longest whole name that begins with this word ends; 0 if none does."""
        ends = [0]
        for name in self.wholes[first]:
            here = list(words_from(plain, at, len(name)))
            if tuple(word.text for word in here) == name and _are_beside(plain, here):
                ends.append(here[-1].end)
        return max(ends)

    def _inflected(self, text: Folded) -> Iterator[Found]:
        """Names with an ending of their language behind them."""
        for stem in self.stems:
            for at in places_of(text.text, stem):
                (word,) = words_from(text.text, at, 1)
                if _is_ending(word.text, len(stem)):
                    yield Found(*text.span(at, at + len(stem)), "name", REGULAR)

    def _apart(self, text: Folded) -> Iterator[Found]:
        """Names in Latin letters that stand alone: `A s h a`."""
        for run in _APART.finditer(text.text):
            joined = run[0][::2]
            for name in self.singles:
                start = joined.find(name) if len(name) >= LEAST_STEM else -1
                if start >= 0:
                    first = run.start() + 2 * start
                    yield Found(*text.span(first, first + 2 * len(name) - 1), "name", LIKELY)


def _is_telling(word: str) -> bool:
    least = LEAST_LATIN if word.isascii() else LEAST_OTHER
    return len(word) >= least and not _names_nobody(word)


def _names_nobody(word: str) -> bool:
    return word in TITLES_IN_NAMES or word in SAYS_NOTHING


def _is_ending(word: str, size: int) -> bool:
    if size < LEAST_STEM or len(word) - size > MOST_ENDING:
        return False
    if _INDIC[0] <= word[0] <= _INDIC[1]:
        return True
    return word[size:] in _ENDINGS


def _are_beside(plain: str, words: Sequence[Word]) -> bool:
    return all(_BETWEEN.fullmatch(plain, one.end, other.start) for one, other in pairwise(words))
