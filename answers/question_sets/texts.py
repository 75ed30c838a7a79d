"""Texts and JSON as checks compare them: by what a reader sees, whatever the script."""

from __future__ import annotations

import unicodedata
from typing import Any

import regex  # type: ignore[import-untyped]

from flowhook.blanks import INVISIBLE
from flowhook.strict_json import UnreadableJson, read_value

# A soft hyphen shows only where a line breaks; variation selectors choose between two pictures.
_UNSEEN = (
    INVISIBLE + "\u00ad\ufe0e\ufe0f\u2061\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")
_ALIKE = {
    **dict.fromkeys(map(ord, _UNSEEN)),
    **dict.fromkeys(map(ord, "‘’‚‛′´`"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    ord("…"): "...",
}


def folded(text: str) -> str:
    """A text as checks compare it.

    Capital and small letters of any script are the same, as are the ways to type an accent or a
    vowel sign, the digits of all scripts, forms of quotation marks and dashes, and any white space;
    what cannot be seen is left out. A model varies all of these by chance, and none of them tells a
    contact anything else. Which script it answers in is what the check `language` is for.

    >>> folded(" Straße  No.\\u00a0५”"), folded("क\u093c") == folded("\u0958")
    ('strasse no. 5"', True)
    """
    plain = unicodedata.normalize("NFD", few_marks(text.translate(_ALIKE))).casefold()
    digits = "".join(_plain_digit(one) for one in unicodedata.normalize("NFC", plain))
    return " ".join(digits.split())


def composed(text: str) -> str:
    """A text in Unicode's form NFC."""
    return unicodedata.normalize("NFC", few_marks(text))


def few_marks(text: str) -> str:
    """A text with at most 30 marks on a letter, as in Unicode's stream-safe format.

    Ordering a letter's marks takes the square of their number.
    """
    return _MANY_MARKS.sub(r"\1", text)


def _plain_digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


def json_of(answer: Any) -> Any:
    """An answer as JSON: what it is already, or what its text says.

    Raises UnreadableJson.
    """
    return read_value(answer) if isinstance(answer, str) else answer


def is_json_text(text: str) -> bool:
    """Whether a text is a JSON object or list.

    >>> is_json_text('{"a": 1}'), is_json_text("5"), is_json_text("{a}")
    (True, False, False)
    """
    try:
        return text.lstrip()[:1] in ("{", "[") and isinstance(read_value(text), dict | list)
    except UnreadableJson:
        return False


def same_json(wanted: Any, found: Any) -> bool:
    """Whether two JSON values are the same: numbers by their value, objects in any order.

    >>> same_json({"a": 1, "b": [True]}, {"b": [True], "a": 1.0}), same_json(True, 1)
    (True, False)
    """
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, str) and isinstance(found, str):
        return composed(wanted) == composed(found)
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(
            same_json(value, found[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(same_json, wanted, found))
    return bool(wanted == found)
