"""Cuts a text so that no word and no number in it is cut.

Half of a phone number is no phone number to what masks it, so what is cut before it goes to a
provider is cut in front of the last word, and of the digits before that.
"""

from __future__ import annotations

import re

LONGEST = 64  # characters of an identifier with the blanks in it; a longer word is cut
_NUMBER = r"\d[\d\s().\u2010-\u2015-]*+"
_LAST = re.compile(rf"(?:[+(]{{0,2}}{_NUMBER})?\S*\Z")
_LAST_NUMBER = re.compile(rf"(?:[+(]{{0,2}}{_NUMBER})?\Z")
_FIRST = re.compile(rf"\S*(?:[\s().\u2010-\u2015-]*+{_NUMBER})?")
_FIRST_NUMBER = re.compile(rf"(?:[\s().\u2010-\u2015-]*+{_NUMBER})?")


def cut(text: str, most: int) -> str:
    """The beginning of a text, of at most so many characters.

    >>> cut("Call 98765 43210", 14), cut("Call 98765 43210", 16)
    ('Call ', 'Call 98765 43210')
    """
    if len(text) <= most:
        return text
    begin = max(0, most - LONGEST)
    found = _LAST.search(text, begin, most)
    if found and begin and found.start() == begin and not text[begin - 1].isspace():
        found = _LAST_NUMBER.search(text, begin, most)
    return text[: found.start() if found else most]


def cut_before(text: str, most: int) -> str:
    """The end of a text, of at most so many characters.

    >>> cut_before("98765 43210 is mine", 14)
    'is mine'
    """
    if len(text) <= most:
        return text
    begin = len(text) - most
    end = begin + LONGEST
    found = _FIRST.match(text, begin, end)
    if found and found.end() == end < len(text) and not text[end].isspace():
        found = _FIRST_NUMBER.match(text, begin, end)
    return text[found.end() if found else begin :]
