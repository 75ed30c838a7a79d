"""Typefaces from before Unicode, whose Latin characters look like Devanagari and others."""

from __future__ import annotations

import re

from answers.knowledge.reading.unreadable import Unreadable

NAMES = re.compile(
    r"kruti|devlys|chanakya|shusha|aps[-_ ]?dv|shree[-_ ]?dev|dv[-_]?tt|dvb[-_]?tt|dvoT|akruti"
    r"|walkman|shivaji0|saraswati-?normal|bhartiya hindi|4c-?gandhi|gurbani(?:lipi|akhar)"
    r"|anmollipi|joy ?punjabi|bamini|vanavil|tam[-_]shakti|nudi ?\d|baraha ?kan|sutonnymj",
    re.IGNORECASE,
)
MOST = 0.3  # the share of a text in them


class LegacyFonts:
    """Counts a document's characters by whether their typeface is one of these."""

    def __init__(self) -> None:
        self._all = 0
        self._legacy = 0

    def count(self, font: str, text: str) -> None:
        self._all += len(text)
        if text.isascii() is False and any("\u0900" <= one <= "\u0dff" for one in text):
            return  # Unicode, whatever the typeface's name
        if font and NAMES.search(font):
            self._legacy += len(text)

    def check(self) -> None:
        """Raises Unreadable where a good part is written in them."""
        if self._legacy > MOST * self._all:
            raise Unreadable("old_letters")
