"""Characters that mean the same as a plain one, and those that show nothing.

Digits of every script, full-width and mathematical letters, letters with accents, dashes, dots and
blanks of every width each stand for one plain character, so a text keeps its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import regex  # type: ignore[import-untyped]

# Where Unicode keeps digits; the rest of it is not looked through, which would take 0.3 s.
_DIGITS = (
    *((0xB2, 0xBA), (0x660, 0xF2A), (0x1040, 0x109A), (0x1369, 0x1372), (0x17E0, 0x1C5A)),
    *((0x2070, 0x208A), (0x2460, 0x2500), (0x2776, 0x2793), (0xA620, 0xABFA), (0x104A0, 0x104AA)),
    *((0x10A40, 0x10E69), (0x11052, 0x11DAA), (0x16A60, 0x16B5A), (0x1D7CE, 0x1D800)),
    *((0x1E140, 0x1E2FA), (0x1E950, 0x1E95A), (0x1F100, 0x1F10B), (0x1FBF0, 0x1FBFA)),
)
_BLANKS = "\u00a0\u1680\u202f\u205f\u2800\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63"
_DOTS = "\u00b7\u2022\u2024\u2027\u2219\u22c5\u3002\u30fb\uff61"
# Bengali to Malayalam are laid out as Devanagari is, 128 characters each.
_INDIC = range(0x0900, 0x0D80, 0x80)
_NUKTA, _CANDRABINDU, _ANUSVARA = 0x3C, 0x01, 0x02


def _digits() -> Iterator[tuple[str, str]]:
    for first, end in _DIGITS:
        for one in map(chr, range(first, end)):
            value = unicodedata.digit(one, None)
            if value is not None:
                yield one, str(value)


def _letters() -> Iterator[tuple[str, str]]:
    """Full-width, mathematical and accented letters."""
    for first, end in ((0xC0, 0x250), (0x1E00, 0x1F00), (0xFF01, 0xFF5F), (0x1D400, 0x1D6A6)):
        for one in map(chr, range(first, end)):
            plain = unicodedata.normalize("NFKD", one)[0]
            if plain != one and plain.isascii():
                yield one, plain


def _indic() -> Iterator[tuple[str, str]]:
    """Letters with a nukta, and candrabindus, which people write or leave out."""
    for block in _INDIC:
        yield chr(block + _CANDRABINDU), chr(block + _ANUSVARA)
        for one in map(chr, range(block, block + 0x80)):
            parts = unicodedata.normalize("NFD", one)
            if len(parts) == 2 and parts[1] == chr(block + _NUKTA):
                yield one, parts[0]


ALIKE = {
    **dict(_letters()),
    **dict(_indic()),
    **dict(_digits()),
    **dict.fromkeys(_BLANKS, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_DOTS, "."),
    "\u2018": "'",
    "\u2019": "'",
    "\ufe6b": "@",
}


def _class_of(letters: Iterable[str]) -> str:
    """A class of a pattern with these letters, as ranges: long lists of letters are slow."""
    ranges: list[list[int]] = []
    for one in sorted(map(ord, letters)):
        if ranges and ranges[-1][1] == one - 1:
            ranges[-1][1] = one
        else:
            ranges.append([one, one])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


_BEYOND = 0x10000  # where patterns look letters up no more, but compare with each range
_LETTERS = _class_of(one for one in ALIKE if ord(one) < _BEYOND)
ALIKE_LETTER = re.compile(f"[{_LETTERS}\U00010000-\U0001fbf9]")
"""Any of them; beyond the first plane also what ALIKE does not have."""

NUKTAS = "".join(chr(block + _NUKTA) for block in _INDIC)
ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
JOINERS = "\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef" + NUKTAS
"""What belongs to the letter before it, and shows nothing or little of its own."""
ZERO_WIDTH = (
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)

INDIC_MARKS = _class_of(
    one for one in map(chr, range(0x0900, 0x0E00)) if unicodedata.category(one)[0] == "M"
)
"""Vowel signs and other marks of the Indic scripts, which `\\w` of patterns lacks."""

_PICTURES = regex.compile(r"\p{Extended_Pictographic}")
PICTURES = (
    _class_of(one for one in map(chr, range(0xA9, 0x3300)) if _PICTURES.match(one))
    + "\U0001f000-\U0001f0ff\U0001f1e6-\U0001faff"
)
