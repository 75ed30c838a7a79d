"""Comparison of texts by the format's rules: cleaning, lower-casing, words.

Lower-casing is full Unicode without the final-sigma rule, and no-break spaces do not separate
words; both differ from Python's own methods.
"""

from __future__ import annotations

import re

import regex  # type: ignore[import-untyped]

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_NOISE = regex.compile(r"[\p{P}\p{S}\p{Z}\p{C}]+")
_WORD_BREAK = regex.compile(r"[^\S\u00a0\u202f\u2007\u2060]+|[,;]+")


def lower(text: str) -> str:
    """Lower-case a text without the final-sigma rule.

    >>> lower("ΟΔΟΣ")
    'οδοσ'
    """
    if "\u03a3" not in text:
        return text.lower()
    return "".join(character.lower() for character in text)


def normal(text: str) -> str:
    """Trim and lower-case a text.

    >>> normal("  Haan Ji ")
    'haan ji'
    """
    return lower(text.strip())


def clean(text: str) -> str:
    """Reduce a text to letters, marks and digits in lower case, as keywords are compared.

    >>> clean("Draft:Help Me! 👍")
    'drafthelpme'
    """
    return lower(_NOISE.sub("", text)).strip()


def words(text: str) -> frozenset[str]:
    """The distinct words of a text in lower case.

    >>> sorted(words("Yes, haan;1 yes!"))
    ['1', 'haan', 'yes', 'yes!']
    """
    return frozenset(word for word in _WORD_BREAK.split(normal(text)) if word)


def whole_number(text: str) -> int | None:
    """Read a text of at most nine digits; None for any other text.

    Unlike `int`, it refuses a sign, digits of other scripts and long numbers.

    >>> whole_number("007"), whole_number("-1"), whole_number("५"), whole_number("1" * 5000)
    (7, None, None, None)
    """
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None
