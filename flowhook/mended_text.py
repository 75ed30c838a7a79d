"""Mends a text that came from outside otherwise than in JSON: in a form, a query or a file."""

from __future__ import annotations

import codecs

BOM = "\ufeff"


def text_of(raw: bytes) -> str:
    """Return the text of bytes in UTF-8, or in UTF-16 if they say so, mended."""
    is_utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return mended_text(raw.decode("utf-16" if is_utf_16 else "utf-8", "replace"))


def mended_text(text: str) -> str:
    """Return the text without a byte order mark before it and without NUL characters, unpaired
    halves of characters as U+FFFD.

    >>> mended_text("\\ufeffa\\0b \\ud83d")
    'ab \ufffd'
    """
    text = text.removeprefix(BOM).replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
