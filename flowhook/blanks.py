"""Blanks around what is pasted: keys, addresses, ids, names."""

from __future__ import annotations

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def unpadded(text: str) -> str:
    """Return a text without the white space and invisible characters around it.

    >>> unpadded(" gpt-6-luna\\u00a0\\u200b\\n")
    'gpt-6-luna'
    """
    bare = text.strip()
    while bare and (bare[0] in INVISIBLE or bare[-1] in INVISIBLE):
        bare = bare.strip(INVISIBLE).strip()
    return bare
