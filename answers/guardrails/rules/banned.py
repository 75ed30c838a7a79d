"""Finds banned words in texts: those of the lists, and the organisation's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from answers.guardrails.rules.word_index import LookedThrough, WordIndex
from answers.guardrails.rules.word_lists import ENGLISH, STRONG, words_that_count

MAX_TEXT = 400_000  # characters that are looked at, more than a call's body may hold
MAX_INDICES = 64  # of organisations' own words, each at most 100 KB, that a process holds


def has_banned(text: str, settings: Mapping[str, Any]) -> bool:
    """Whether a text holds a banned word by the settings' `lists` and `words`.

    It takes linear time. What is banned is compiled once for the same settings.

    >>> has_banned("What the f u c k", {}), has_banned("Gutkhaaa!", {"words": ["gutkha"]})
    (True, True)
    >>> has_banned("You idiot!", {}), has_banned("You idiot!", {"lists": "mild"})
    (False, True)
    """
    indices = _of_lists(settings.get("lists") or STRONG)
    own = tuple(settings.get("words") or ())
    if own:
        indices = (*indices, _own(own))
    looked = LookedThrough(text[:MAX_TEXT])
    return any(index.is_in(looked) for index in indices)


@cache
def _of_lists(lists: str) -> tuple[WordIndex, ...]:
    counted = words_that_count(lists)
    english = [one.text for one in counted if one.language == ENGLISH]
    others = [one.text for one in counted if one.language != ENGLISH]
    return WordIndex(english, takes_doubles=True), WordIndex(others)


@lru_cache(maxsize=MAX_INDICES)
def _own(words: tuple[str, ...]) -> WordIndex:
    return WordIndex(words)
