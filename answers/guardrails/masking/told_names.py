"""Finds names that people tell: after `my name is` and its like, and after honorifics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from answers.guardrails.masking.folding import Folded
from answers.guardrails.masking.found import REGULAR, Found
from answers.guardrails.masking.name_words import (
    ENDS,
    HONORIFICS,
    IN_PLACES,
    IN_SMALL,
    INTRODUCTIONS,
    MORE_NAMES,
    MOST_INTRODUCING,
    NO_NAMES,
    THINGS,
)
from answers.guardrails.masking.words import Word, ends_at, places_of, words_from

MOST_WORDS = 4  # of a name, initials aside
MOST_CAPITAL = 7  # of one that is written with capitals: no other words follow it
ANNA = "anna"
MOST_LETTERS = 40  # of one of its words
MOST_INITIAL = 2  # letters that a dot may follow within a name
_FIRST = frozenset(one[0] for one in INTRODUCTIONS)
_FIRST_TWO = frozenset(one[:2] for one in INTRODUCTIONS)
STARTS = HONORIFICS | _FIRST
"""The words of which one stands in each text that tells a name."""

_BEFORE = re.compile(r"[ \n.:=*_\"'(\[<\u201c\u201e\u00ab-]{0,4}")
_BETWEEN = re.compile(r" |\. ?|-")


def find_told(text: Folded, words: Set[str]) -> Iterator[Found]:
    """Each name that follows an honorific or an introduction; `words` are those of the text."""
    for start in sorted(words & STARTS):
        for at in places_of(text.text, start):
            end = at + len(start)
            if not ends_at(text.text, end):
                continue
            if start in HONORIFICS:
                yield from _found(text, _after_honorific(text, end, start in IN_SMALL))
            if start in _FIRST and (end := _introduced(text, at)):
                yield from _found(text, _after_introduction(text, end))


def _found(text: Folded, name: Sequence[Word]) -> Iterator[Found]:
    if name:
        yield Found(*text.span(name[0].start, name[-1].end), "name", REGULAR)


def _introduced(text: Folded, at: int) -> int:
    """Where the longest introduction that begins here ends; 0 for none."""
    if tuple(word.text for word in words_from(text.text, at, 2)) not in _FIRST_TWO:
        return 0
    words = list(words_from(text.text, at, MOST_INTRODUCING))
    for size in range(len(words), 1, -1):
        if tuple(word.text for word in words[:size]) in INTRODUCTIONS:
            return words[size - 1].end
    return 0


def _after_honorific(text: Folded, at: int, in_small: bool) -> Sequence[Word]:
    following = _following(text, at)
    is_latin = text.text[at - 1].isascii() and following and following[0].text.isascii()
    is_small = in_small and len(following) > 0 and len(following[0].text) > 1
    if is_latin and not is_small and not _begins_capital(text, following[0]):
        return ()
    if following and _is_thing(text, following[0]):
        return ()
    name: list[Word] = []
    for word in following:
        is_over = word.text in NO_NAMES or word.text in ENDS
        if is_over or (
            len(name) > 1 and name[-1].text not in MORE_NAMES and len(name[-1].text) > 1
        ):
            break
        name.append(word)
    return name


def _is_thing(text: Folded, word: Word) -> bool:
    is_anna = word.text == ANNA and _begins_capital(text, word)
    return word.text in THINGS and not is_anna


def _after_introduction(text: Folded, at: int) -> Sequence[Word]:
    following = _following(text, at)
    for size, word in enumerate(following):
        if word.text in IN_PLACES and size:
            return following[: size - 1]  # what is before it is a place or a thing
        if (word.text in NO_NAMES or word.text in ENDS) and not _is_initial(text, word):
            return following[:size]
    if not following or _is_written_as_name(text, following[0]):
        return following
    initials = sum(len(word.text) == 1 for word in following)
    is_more = len(following) - initials == MOST_WORDS and following[-1].text not in MORE_NAMES
    return following[: 2 + initials] if is_more else following


def _following(text: Folded, at: int) -> Sequence[Word]:
    """The words after a place that no other sign or line break parts; of capitalised words, no
    other follows."""
    name: list[Word] = []
    end, between = at, _BEFORE
    most = MOST_WORDS
    for word in words_from(text.text, at, MOST_CAPITAL):
        if not between.fullmatch(text.text, end, word.start) or len(word.text) > MOST_LETTERS:
            break
        if name and text.text[end] == "." and len(name[-1].text) > MOST_INITIAL:
            break
        if not name and _is_written_as_name(text, word):
            most = MOST_CAPITAL
        elif most == MOST_CAPITAL and not _begins_capital(text, word):
            break
        name.append(word)
        if sum(len(one.text) > 1 for one in name) == most:
            break
        end, between = word.end, _BETWEEN
    return name


def _begins_capital(text: Folded, word: Word) -> bool:
    return text.written[word.start].isupper()


def _is_initial(text: Folded, word: Word) -> bool:
    is_short = len(word.text) == 1 and _begins_capital(text, word)
    return is_short and text.text.startswith(".", word.end)


def _is_written_as_name(text: Folded, word: Word) -> bool:
    """Whether it begins with a capital, and is no word of a text that is all capitals."""
    written = text.written[word.start : word.end]
    return written[0].isupper() and (len(written) == 1 or not written.isupper())
