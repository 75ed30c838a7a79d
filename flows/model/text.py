"""How flows compare texts: cleaning, lower-casing, words. The rules are the format's.

Lower-casing is full Unicode but has no final-sigma rule, and no-break spaces do not part words;
both differ from Python's own methods.
"""

from __future__ import annotations

import re

import regex  # type: ignore[import-untyped]

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_NOISE = regex.compile(r"[\p{P}\p{S}\p{Z}\p{C}]+")
_WORD_BREAK = regex.compile(r"[^\S\u00a0\u202f\u2007\u2060]+|[,;]+")


def lower(text: str) -> str:
    """
    >>> lower("ΟΔΟΣ")
    'οδοσ'
    """
    if "\u03a3" not in text:
        return text.lower()
    return "".join(character.lower() for character in text)


def normal(text: str) -> str:
    """
    >>> normal("  Haan Ji ")
    'haan ji'
    """
    return lower(text.strip())


def clean(text: str) -> str:
    """Keywords compare by letters, marks and digits only.

    >>> clean("Draft:Help Me! 👍")
    'drafthelpme'
    """
    return lower(_NOISE.sub("", text)).strip()


def words(text: str) -> frozenset[str]:
    """
    >>> sorted(words("Yes, haan;1 yes!"))
    ['1', 'haan', 'yes', 'yes!']
    """
    return frozenset(word for word in _WORD_BREAK.split(normal(text)) if word)


def whole_number(text: str) -> int | None:
    """The number of at most nine digits that a text is; contacts type what Python will not read.

    >>> whole_number("007"), whole_number("-1"), whole_number("५"), whole_number("1" * 5000)
    (7, None, None, None)
    """
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None
