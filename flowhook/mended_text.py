"""Mends a text that came from outside otherwise than in JSON: in a form, a query or a file."""

from __future__ import annotations

BOM = "\ufeff"


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
