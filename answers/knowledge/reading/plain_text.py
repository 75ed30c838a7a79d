"""Text as it is kept: composed, and without what no reader sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
"""Control and format characters, lone surrogates, tags. The joiners U+200C and U+200D stay: they
shape letters in the scripts of India."""
BLANKS = re.compile(r"[^\S\n]+")
AROUND_BREAK = re.compile(r" ?\n ?")
BREAKS = re.compile(r"\n{2,}")
LIGATURES = {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)
}  # fi, fl and others, which PDFs hold as one character
HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")


def plain(text: str) -> str:
    """Return a text in NFC, with single blanks and line breaks.

    >>> plain(" ofﬁce\\u00a0 hours:\\r\\n\\r\\n9\\u202e to \\x005\\ud800 ")
    'office hours:\\n9 to 5'
    """
    if text.isascii() and text.isprintable():
        return BLANKS.sub(" ", text).strip()
    text = UNSEEN.sub("", LINE_BREAK.sub("\n", text).translate(LIGATURES))
    text = AROUND_BREAK.sub("\n", BLANKS.sub(" ", text))
    return unicodedata.normalize("NFC", BREAKS.sub("\n", text)).strip()


def one_line(text: str) -> str:
    """
    >>> one_line("When to\\n pay")
    'When to pay'
    """
    return plain(text).replace("\n", " ")


def joined(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph, with the words that were parted at their ends.

    >>> joined(["The clinic is closed in the after-", "noon, and on Sun-", "Day of Rest"])
    'The clinic is closed in the afternoon, and on Sun- Day of Rest'
    """
    parts: list[str] = []
    for line in lines:
        bare = line.strip()
        if parts and bare[:1].islower() and HYPHENATED.search(parts[-1]):
            parts[-1] = parts[-1][:-1]
            parts.append(bare)
        elif parts:
            parts.append(f" {bare}")
        elif bare:
            parts.append(bare)
    return "".join(parts)
