"""Text of unknown encoding."""

from __future__ import annotations

import codecs
import unicodedata

from answers.knowledge.reading.unreadable import Unreadable

MARKS = (  # UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WHOLE_PER_LOST = 10  # characters beyond ASCII for each broken one, in what is UTF-8 otherwise
GUESSED_BYTES = 64 * 1024
FEWEST_BYTES = 100  # fewer are too few to guess by
BINARY = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b\x1a\x1c\x1d\x1e")
LIKE_TEXT = 0.9  # the least share of what can be read in UTF-16 without a mark
FEWEST_BLANKS = 100  # one in so many characters


def decoded(content: bytes) -> str:
    """Return a text. Raises Unreadable for bytes that are none.

    >>> decoded("शुल्क".encode("utf-16")), decoded("café".encode("cp1252"))
    ('शुल्क', 'café')
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").replace("\ufffd", "")
    if 0 in content:
        return _unmarked_utf_16(content)
    if BINARY.intersection(content):
        raise Unreadable("other_kind")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _mended(content)


def _mended(content: bytes) -> str:
    """UTF-8 that was cut or has a few broken characters; else an encoding of one's country."""
    text = content.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    whole = len(text) - lost - len(text.encode("ascii", "ignore"))
    if whole >= WHOLE_PER_LOST * lost:
        return text.replace("\ufffd", "")
    return content.decode(_guessed(content), "replace").replace("\ufffd", "")


def _guessed(content: bytes) -> str:
    """The guess tells alphabets apart, but hardly the encodings of Latin letters: of these the
    one of Windows is by far the most frequent."""
    if len(content) < FEWEST_BYTES:
        return "cp1252"
    from charset_normalizer import from_bytes  # takes a while to import, and is seldom needed

    best = from_bytes(content[:GUESSED_BYTES]).best()
    return "cp1252" if best is None or _is_latin(str(best)) else best.encoding


def _is_latin(text: str) -> bool:
    letters = [one for one in text if not one.isascii() and one.isalpha()]
    latin = sum(unicodedata.name(one, "").startswith("LATIN") for one in letters)
    return latin * 2 >= len(letters)


def _unmarked_utf_16(content: bytes) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = content[: len(content) // 2 * 2].decode(encoding, "replace")
        if "\0" not in text and _is_like_text(text[:GUESSED_BYTES]):
            return text.replace("\ufffd", "")
    raise Unreadable("other_kind")


def _is_like_text(text: str) -> bool:
    """Most of UTF-16's codes are letters of some script, but few of them are blanks."""
    readable = sum(unicodedata.category(one)[0] in "LMNPZ" or one.isspace() for one in text)
    blanks = sum(one in " \t\n" for one in text)
    return readable > LIKE_TEXT * len(text) and blanks * FEWEST_BLANKS > len(text)
