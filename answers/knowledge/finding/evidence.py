"""What a passage holds of a question: which words, how often, where, and how near to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log

from answers.knowledge.finding.question import Word

# Of score, words and topic, each by its weight: the weights go with the figure. It is what a base
# of some 400 passages needs; in a smaller one fewer passages hold the words by chance.
_ENOUGH, _PASSAGES, _LESS = 5.65, 400, 0.23
_SCORE, _WORDS, _TOPIC = 3.8, 1.4, 2.0
_FEW, _LESS_OF_FEW = 24, 0.3  # so few passages need less still, down to one
_FEWEST = 12  # of so few passages, one that holds all that is asked is enough, be it one word
_NEAREST = 2.0  # by judgement: no embedding model was at hand to measure with
_BEST = 3  # passages of which one must hold enough
_MOST_HEAVY = 4  # words that count; those of a long question are seldom all in one passage
WINDOW = 30  # terms within which words stand close to each other

HEADING = 1.5  # how much a word in a title or heading counts, beside one in the text
CLOSE = 0.3  # how much words that stand close count, beside words that are held at all
_SATURATION = 1.2  # BM25's k1: how soon a word's repetitions stop to count
_LENGTH = 0.3  # BM25's b: how much long passages are held back, 0..1
_USUAL_TERMS = 110  # of a passage of 200 words, stop words left out


@dataclass(frozen=True, slots=True)
class Held:
    """How a passage holds one word of a question."""

    weight: float
    count: float
    places: tuple[int, ...]
    in_heading: bool


@dataclass(frozen=True)
class Evidence:
    """What a passage holds of a question's words, by their place in the question.

    `passage` and `document` are their numbers in the index.
    """

    passage: int
    document: int
    words: Sequence[Word]
    held: Mapping[int, Held]
    terms: int

    @cached_property
    def whole(self) -> float:
        return sum(word.weight for word in self.words) or 1.0

    @property
    def heavy(self) -> int:
        """How many of the question's words it holds, light ones aside; at most `_MOST_HEAVY`."""
        return min(_MOST_HEAVY, sum(not self.words[at].is_light for at in self.held))

    @property
    def has_all(self) -> bool:
        """Whether it holds every word of the question, light ones aside, of which there is one."""
        asked = [at for at, word in enumerate(self.words) if not word.is_light]
        return bool(asked) and all(at in self.held for at in asked)

    @property
    def close(self) -> float:
        """The largest share of the question's words within a few lines of each other, 0..1."""
        above = {at for at, one in self.held.items() if one.in_heading}
        sure = best = sum(self.held[at].weight for at in above)
        places = sorted(
            (place, at) for at, one in self.held.items() if at not in above for place in one.places
        )
        inside: Counter[int] = Counter()  # how often the window holds each word
        first = 0
        for place, at in places:
            inside[at] += 1
            while places[first][0] <= place - WINDOW:
                inside[places[first][1]] -= 1
                first += 1
            best = max(best, sure + sum(self.held[one].weight for one in +inside))
        return best / self.whole

    @cached_property
    def score(self) -> float:
        """How well it fits the question, 0..1: BM25, and how close the words stand."""
        length = _SATURATION * (1 - _LENGTH + _LENGTH * self.terms / _USUAL_TERMS)
        fit = sum(one.weight * one.count / (one.count + length) for one in self.held.values())
        return (fit / self.whole + CLOSE * self.close) / (1 + CLOSE)


class Look:
    """Looks for the words of one question in passage after passage."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._wanted: dict[str, list[tuple[int, float]]] = {}
        for at, word in enumerate(words):
            for term, weight in word.weights.items():
                if weight > 0:
                    self._wanted.setdefault(term, []).append((at, weight))

    def at(self, passage: int, document: int, terms: str) -> Evidence:
        """What a passage holds, by its terms: its headings', a line's end, its text's."""
        above, _, below = terms.partition("\n")
        text = below.split()
        found: dict[int, _Hits] = {}
        wanted = self._wanted
        for term in {term for term in above.split() if term in wanted}:
            for at, weight in wanted[term]:
                found.setdefault(at, _Hits()).take(weight, None)
        for place in [place for place, term in enumerate(text) if term in wanted]:
            for at, weight in wanted[text[place]]:
                found.setdefault(at, _Hits()).take(weight, place)
        held = {at: hits.held() for at, hits in found.items()}
        return Evidence(passage, document, self._words, held, len(text))


@dataclass(slots=True)
class _Hits:
    """Where a passage holds one word of a question, while it is looked through."""

    weight: float = 0.0
    sum: float = 0.0
    places: list[int] = field(default_factory=list)
    in_heading: bool = False

    def take(self, weight: float, place: int | None) -> None:
        """Note a variant of the word, at a place of the text or in a heading."""
        self.weight = max(self.weight, weight)
        if place is None:
            self.in_heading = True
        else:
            self.sum += weight
            self.places.append(place)

    def held(self) -> Held:
        count = self.sum / self.weight + (HEADING if self.in_heading else 0)
        return Held(self.weight, count, tuple(self.places), self.in_heading)


def holds(ranked: Sequence[Evidence], passages: int, nearest: int | None = None) -> bool:
    """Whether one of the best passages holds enough of the question to hold its answer.

    How well it fits, how many of the question's words it holds, and how many of those are what its
    document is about: weighed as a logistic regression on half of the bench's questions has it.
    `passages` is how many the base has; the one whose embedding is the `nearest` needs less.
    """
    few = max(1, passages)
    enough = _ENOUGH - _LESS * max(0.0, log(_PASSAGES / few))
    enough -= _LESS_OF_FEW * max(0.0, log(_FEW / few))
    if passages <= _FEWEST and any(one.has_all for one in ranked[:_BEST]):
        return True
    return any(
        _SCORE * one.score
        + _WORDS * one.heavy
        + _TOPIC * _topic(one, ranked)
        + (_NEAREST if one.passage == nearest else 0)
        >= enough
        for one in ranked[:_BEST]
    )


def _topic(one: Evidence, ranked: Sequence[Evidence]) -> float:
    """The share of a question that a passage holds in headings or its document holds elsewhere."""
    mates = [other.held for other in ranked if other.document == one.document]
    held = (
        word.weight
        for at, word in one.held.items()
        if word.in_heading or sum(at in other for other in mates) > 1
    )
    return sum(held) / one.whole
