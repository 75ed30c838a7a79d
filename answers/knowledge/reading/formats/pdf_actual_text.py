"""The letters that a PDF states for glyphs which are several letters, or half of one.

Chrome and Google Docs state so most syllables of the scripts of India. pypdf passes them by, but
takes text as it is where an operator shows a str in the place of codes.
"""

from __future__ import annotations

import re
from typing import Any

from pypdf.generic import ArrayObject, TextStringObject

BEGINS = (b"BDC", b"BMC")
FILLER = "\uf8ff"  # for private use: no letter, but as wide as one
WIDE = 3 * FILLER  # some syllables are wider
END = "\uf8fe"  # likewise, behind what is stated: pypdf thinks many of its letters too narrow
SHOWS = (b"Tj", b"TJ", b"'")
_FILLED = re.compile(f" +(?={FILLER})|[{FILLER}{END}]")


def without_fillers(text: str) -> str:
    """A line's text, without the blanks that pypdf puts between the glyphs of one syllable.

    >>> without_fillers(f"फी{END} {WIDE}स कब {END}{WIDE}है")
    'फीस कब है'
    """
    return _FILLED.sub("", text)


class ActualText:
    """A visitor of a page's operators that puts the stated letters into what shows the glyphs."""

    def __init__(self) -> None:
        self._open: list[str | None] = []  # what is stated for each open span; None: nothing

    def visit(self, operator: bytes, operands: Any, cm: Any, tm: Any) -> None:
        if operator in BEGINS:
            self._open.append(_stated(operands))
        elif operator == b"EMC" and self._open:
            self._open.pop()
        elif operator in SHOWS and operands and any(one is not None for one in self._open):
            shown = TextStringObject(self._taken())
            operands[0] = ArrayObject([shown]) if operator == b"TJ" else shown

    def _taken(self) -> str:
        """The letters of the outermost span for its first operator, and a filler for each other.

        Where nothing is shown pypdf takes the next glyph to stand apart, and puts a blank there.
        """
        place = next(place for place, one in enumerate(self._open) if one is not None)
        letters, self._open[place] = self._open[place], WIDE
        if not letters:
            return 2 * END
        is_known = letters == WIDE or (letters.isascii() and not letters.endswith(" "))
        return letters if is_known else letters + END


def _stated(operands: Any) -> str | None:
    properties = operands[1] if len(operands) > 1 else None
    stated = properties.get("/ActualText") if isinstance(properties, dict) else None
    if isinstance(stated, bytes):
        return stated.decode("utf-16", "ignore")
    return str(stated) if isinstance(stated, str) else None
