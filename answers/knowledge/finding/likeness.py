"""How alike two short questions are, 0..1; in doubt they are not alike.

Two questions are alike where they hold the same words, in any order and in any spelling that says
the same, small words aside. Numbers, negations and what is asked for (when, where, how many) must
agree: a wrong answer costs more than silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from answers.knowledge.finding.asked import Asked, Word, read_asked
from answers.knowledge.finding.slips import distance
from answers.knowledge.finding.sounds import latin, squeezed

SURE = 0.9
"""From this likeness on, two questions are taken to ask the same."""

LEAST_SHARED = 3
"""Words that two questions must share where one holds one word more."""

_SAME, _SAME_STEM, _SAME_SOUND, _SLIP = 1.0, 0.99, 0.96, 0.94
_EXTRA_WORD = 0.8  # at most, where one question holds one word more
_LEAST_LETTERS = 5  # of a word that may hold a slip


def likeness(one: str, other: str) -> float:
    """How alike two questions are, 0..1.

    >>> likeness("When is the fee due?", "fee is due when"), likeness("sowing wheat", "sowing rice")
    (1.0, 0.0)
    >>> likeness("dose for 2 year old", "dose for 5 year old"), likeness("fee due", "fee not due")
    (0.0, 0.0)
    """
    return compared(read_asked(one), read_asked(other))


def compared(one: Asked, other: Asked, known: Collection[str] = ()) -> float:
    """How alike two read questions are; `known` words of the first are not taken for slips."""
    if one.must_agree != other.must_agree or not one.words or not other.words:
        return 0.0
    if abs(len(one.words) - len(other.words)) > 1:
        return 0.0
    pairs = _pairs(one, other, known)
    shared = len(pairs)
    if (one.is_directed or other.is_directed) and not _same_order(pairs):
        return 0.0
    extra = len(one.words) + len(other.words) - 2 * shared
    if extra > 1 or (extra and shared < LEAST_SHARED):
        return 0.0
    nearness = min((near for _, _, near in pairs), default=0.0)
    return round(min(nearness, _EXTRA_WORD) if extra else nearness, 3)


def _pairs(one: Asked, other: Asked, known: Collection[str]) -> list[tuple[int, int, float]]:
    """The words that both hold, by their places, with how near they come; each is taken once."""
    near = sorted(
        (
            (-nearness, at, to)
            for at, word in enumerate(one.words)
            for to, wanted in enumerate(other.words)
            if (nearness := same_word(word, wanted, known))
        ),
    )
    pairs: list[tuple[int, int, float]] = []
    taken: set[int] = set()
    given: set[int] = set()
    for negative, at, to in near:
        if at not in given and to not in taken:
            given.add(at)
            taken.add(to)
            pairs.append((at, to, -negative))
    return sorted(pairs)


def _same_order(pairs: list[tuple[int, int, float]]) -> bool:
    places = [to for _, to, _ in pairs]
    return places == sorted(places)


def same_word(one: Word, other: Word, known: Collection[str] = ()) -> float:
    """How near two words come, 0 where they are not the same word."""
    if one.text == other.text:
        return _SAME
    return max(_nearness(one, other, known), default=0.0)


def _nearness(one: Word, other: Word, known: Collection[str]) -> Iterator[float]:
    shared = one.handles & other.handles
    if any(key[0] not in "=~" for key in shared):
        yield _SAME_STEM
    if any(key[0] == "=" for key in shared):
        yield _SAME_SOUND
    is_hindi = any(key[0] == "~" for key in shared)
    if is_hindi and (one.text.isascii() != other.text.isascii() or _sounds_alike(one, other)):
        yield _SAME_SOUND
    if one.text not in known and is_slip(one.text, other.text):
        yield _SLIP


def _sounds_alike(one: Word, other: Word) -> bool:
    """Whether two words of one script differ by no more than an a that some leave out."""
    if not one.text.isascii():
        return False
    return distance(squeezed(latin(one.text)), squeezed(latin(other.text)), 1) <= 1


def is_slip(one: str, other: str) -> bool:
    """Whether a word may be another one with a slip in it: a letter too many, too few or swapped.

    Another last letter is another word: ladka and ladki, police and policy.
    """
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < _LEAST_LETTERS:
        return False
    if one[0] != other[0] or one[:-1] == other[:-1]:
        return False
    return distance(one, other, 1) <= 1
