"""Cuts texts of every script into words as the index knows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import regex  # type: ignore[import-untyped]

from flowhook.blanks import INVISIBLE

MOST_CHARACTERS = 60  # of one word; a longer run is no word of any language

# Bengali to Malayalam are laid out as Devanagari is, 128 characters each.
_DEVANAGARI, _BLOCK, _BLOCKS = 0x0900, 0x80, range(0x0900, 0x0D80)
_NUKTA, _CANDRABINDU, _ANUSVARA = 0x3C, 0x01, 0x02

_ASCII_WORDS = re.compile(r"[a-z]+[0-9]*|[0-9]+(?:[.,][0-9]+)*")
_WORDS = regex.compile(r"[\p{L}\p{M}]+[0-9]*|[0-9]+(?:[.,][0-9]+)*")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f]")
# Chinese, Japanese, Thai, Lao, Tibetan, Burmese and Khmer.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_LATIN_ACCENTS = regex.compile(r"(?<=\p{Latin})[\u0300-\u036f]+")
_POSSESSIVE = re.compile(r"['’]s\b")


def _alike() -> dict[int, int | str | None]:
    """What is written in several ways, or shows nothing, and means the same."""
    unseen = {ord(one): None for one in INVISIBLE + "\u00ad\ufe0e\ufe0f'’`"}
    digits = {
        first + value: str(value)
        for first in range(0x0660, 0x1100)
        if unicodedata.decimal(chr(first), None) == 0
        for value in range(10)
    }
    signs: dict[int, int | str | None] = {}
    for block in range(_BLOCKS.start, _BLOCKS.stop, _BLOCK):
        signs[block + _NUKTA] = None
        signs[block + _CANDRABINDU] = block + _ANUSVARA
    return {**unseen, **digits, **signs}


_ALIKE = _alike()
_VARIED = re.compile(f"[{''.join(map(chr, _ALIKE))}]")


def folded(text: str) -> str:
    """A text in small letters, without accents of Latin letters, nuktas and what cannot be seen.

    Digits of all scripts are plain ones, and a candrabindu is an anusvara. Costs the square of the
    marks on one letter: callers bound the text.

    >>> folded("Café ५"), folded("\\u0958लम ज़मीन हूँ")
    ('cafe 5', 'कलम जमीन हूं')
    """
    text = _POSSESSIVE.sub("", text)
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _ACCENTED.search(plain):
        plain = _LATIN_ACCENTS.sub("", unicodedata.normalize("NFD", plain))
        plain = unicodedata.normalize("NFC", plain)
    # Few characters of a text are such; a table of all is asked once a character.
    return _VARIED.sub(lambda found: found[0].translate(_ALIKE), plain)


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, in order; vowel signs belong to their word.

    Scripts without blanks between words give pairs of letters.

    >>> tokens("Give 1,000 ml of O.R.S. (खाद)"), tokens("60kg DAP2")
    (['give', '1000', 'ml', 'of', 'ors', 'खाद'], ['60', 'kg', 'dap2'])
    """
    plain = _without_dots(folded(text))
    found = _ASCII_WORDS.findall(plain) if plain.isascii() else _WORDS.findall(plain)
    if not plain.isascii() and _UNSPACED.search(plain):
        found = list(_spaced(found))
    return [_number(one) if one[0] <= "9" else one[:MOST_CHARACTERS] for one in found]


_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")


def _without_dots(plain: str) -> str:
    """`o.r.s.` as `ors`."""
    return _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", plain)


def _number(one: str) -> str:
    """A number without its commas, or zeros before it: `1,000` as `1000`, `05` as `5`."""
    return one.replace(",", "").lstrip("0") or "0"


def _spaced(found: list[str]) -> Iterator[str]:
    for one in found:
        if len(one) == 1 or not _UNSPACED.search(one):
            yield one
        else:
            yield from (one[at : at + 2] for at in range(len(one) - 1))
