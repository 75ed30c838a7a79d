"""Blanks around what is pasted: keys, addresses, ids, names."""

from __future__ import annotations

import unicodedata

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # symbols and letters that show nothing


def unpadded(text: str) -> str:
    """Return a text without the white space and invisible characters around it.

    >>> unpadded(" gpt-6-luna\\u00a0\\u200b\\n")
    'gpt-6-luna'
    """
    bare = text.strip()
    while bare and (bare[0] in INVISIBLE or bare[-1] in INVISIBLE):
        bare = bare.strip(INVISIBLE).strip()
    return bare


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of a text: a letter, a digit, a sign or a picture.

    >>> is_visible("\u200b\u202e "), is_visible("आशा")
    (False, True)
    """
    return any(unicodedata.category(one)[0] in "LNPS" and one not in BLANK_LETTERS for one in text)


def is_one_line(text: str) -> bool:
    """Whether a text is without line breaks and control characters.

    >>> is_one_line("a\\nb"), is_one_line("a\u2028b"), is_one_line("आशा NGO")
    (False, False, True)
    """
    return not any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in text)
