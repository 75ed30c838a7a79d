"""Finds what identifies people in a text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from answers.guardrails.masking import addresses, codes, numbers
from answers.guardrails.masking.folding import Folded, folds
from answers.guardrails.masking.found import Found
from answers.guardrails.masking.known_names import KnownNames
from answers.guardrails.masking.told_names import find_told
from answers.guardrails.masking.words import words_in
from flowhook.turns import in_turns


def find(text: str, kinds: Collection[str], names: Sequence[str] = ()) -> list[Found]:
    """What identifies people in a text, in order, nothing twice; `names` are known ones."""
    return find_with(text, frozenset(kinds), KnownNames(names))


def find_with(text: str, kinds: frozenset[str], known: KnownNames) -> list[Found]:
    """The same; names that the text tells are added to those that are known."""
    found = [
        one
        for fold in folds(text)
        for one in in_turns(_candidates(fold, kinds, known))
        if fold.is_whole(one.start, one.end)
    ]
    return _apart(len(text), found)


def _candidates(text: Folded, kinds: frozenset[str], known: KnownNames) -> Iterator[Found]:
    if kinds & numbers.KINDS:
        yield from numbers.find_numbers(text, kinds)
    if kinds & codes.KINDS:
        yield from codes.find_codes(text, kinds)
    if kinds & addresses.KINDS:
        yield from addresses.find_addresses(text, kinds)
    if "name" in kinds:
        yield from _names(text, known)


def _names(text: Folded, known: KnownNames) -> Iterator[Found]:
    words = words_in(text.text)
    for told in find_told(text, words):
        if text.is_whole(told.start, told.end):
            known.add(text.original[told.start : told.end])
        yield told
    if known:
        yield from known.find(text, words)


def _apart(size: int, found: list[Found]) -> list[Found]:
    """Of what overlaps, the surest, and of these the longest; in order."""
    found.sort(key=lambda one: (-one.grade, one.start - one.end, one.start))
    taken = bytearray(size)
    kept = []
    for one in found:
        start, end = one.start, one.end
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(one)
    kept.sort()
    return kept
