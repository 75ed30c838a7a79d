"""Finds the approved question that a question is like, among thousands of them."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from answers.knowledge.finding.asked import Asked, Word, read_asked
from answers.knowledge.finding.likeness import LEAST_SHARED, compared, is_slip

Member = TypeVar("Member")

_MOST_COMPARED = 300  # questions that are compared word by word


class Matcher:
    """Approved questions in memory; each id has one or several ways to ask.

    `best` is fast (under 5 ms among 10,000 questions) and changes nothing, so that any number of
    threads may ask at once; `add` and `remove` are not to run at the same time as `best`.
    """

    def __init__(self, pairs: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
        self._asked: dict[int, tuple[str, Asked]] = {}
        self._numbers: dict[str, list[int]] = {}  # of the questions of an id
        self._holding: defaultdict[str, set[int]] = defaultdict(set)  # by a word's handle
        self._words: defaultdict[str, set[str]] = defaultdict(set)  # by how they begin and end
        self._known: defaultdict[str, int] = defaultdict(int)
        self._next = 0
        for name, questions in pairs:
            self.add(name, questions)

    def __len__(self) -> int:
        return len(self._asked)

    def add(self, name: str, questions: Sequence[str]) -> None:
        """Take up the questions of an id, in place of those it had."""
        self.remove(name)
        self._numbers[name] = []
        for question in questions:
            asked = read_asked(question)
            self._asked[self._next] = (name, asked)
            self._numbers[name].append(self._next)
            for word in asked.words:
                self._take_up(word)
            self._next += 1

    def _take_up(self, word: Word) -> None:
        self._known[word.text] += 1
        for end in _ends(word.text):
            self._words[end].add(word.text)
        for handle in word.handles:
            self._holding[handle].add(self._next)

    def remove(self, name: str) -> None:
        """Forget the questions of an id; one that is not there is no error."""
        for number in self._numbers.pop(name, ()):
            for word in self._asked.pop(number)[1].words:
                for handle in word.handles:
                    _discard(self._holding, handle, number)
                self._known[word.text] -= 1
                if not self._known[word.text]:
                    del self._known[word.text]
                    for end in _ends(word.text):
                        _discard(self._words, end, word.text)

    def best(self, question: str) -> tuple[str, float] | None:
        """The id whose question this one is most like, and how alike they are, 0..1."""
        asked = read_asked(question)
        best: tuple[str, float] | None = None
        for number in self._candidates(asked):
            name, other = self._asked[number]
            found = compared(asked, other, self._known)
            if found and (best is None or (found, best[0]) > (best[1], name)):
                best = (name, found)
        return best

    def _candidates(self, asked: Asked) -> list[int]:
        """Questions that hold all words but one at most, those that hold the most first."""
        held = sorted(map(self._holders, asked.words), key=len)
        found = []
        for number in _in_nearly_all(held):
            shared = sum(number in numbers for numbers in held)
            most = max(len(asked.words), len(self._asked[number][1].words))
            if shared >= most - 1:
                found.append((-shared, number))
        return [number for _, number in heapq.nsmallest(_MOST_COMPARED, found)]

    def _holders(self, word: Word) -> set[int]:
        """The questions that may hold a word."""
        found: set[int] = set()
        for handle in word.handles:
            found |= self._holding.get(handle, set())
        if word.text not in self._known:
            for other in self._slips(word.text):
                found |= self._holding.get(other, set())
        return found

    def _slips(self, text: str) -> Iterator[str]:
        """The known words that an unknown one may be a slip of."""
        for end in _ends(text):
            for other in self._words.get(end, ()):
                if is_slip(text, other):
                    yield other


def _discard(sets: defaultdict[str, set[Member]], name: str, member: Member) -> None:
    """Take a member out of one of several sets, which goes with its last: else the words of all
    questions that there ever were would stay."""
    sets[name].discard(member)
    if not sets[name]:
        del sets[name]


def _ends(text: str) -> tuple[str, str]:
    """The first two letters of a word and its last: a slip leaves one of them as it is."""
    return f"{text[:2]}-", f"-{text[-2:]}"


def _in_nearly_all(sets: Sequence[set[int]]) -> set[int]:
    """What may be in all sets but one; of three sets or fewer, in all, as likeness wants it."""
    if len(sets) <= LEAST_SHARED:
        return set.intersection(*sets) if sets else set()
    one, two, three = sets[:3]
    return (one & two) | (one & three) | (two & three)
