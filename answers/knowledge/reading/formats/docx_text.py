"""The text of a paragraph of Word that a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from answers.knowledge.reading.formats.docx_words import FALLBACK, is_on, w
from answers.knowledge.reading.legacy_fonts import LegacyFonts

BOX = w("txbxContent")
LEFT_OUT = frozenset((w("del"), w("moveFrom"), w("pPr"), w("rPr"), BOX, FALLBACK))
SIGNS = {w("tab"): " ", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "-"}


def visible_text(paragraph: Any, fonts: LegacyFonts | None = None) -> str:
    """The text without what was deleted, is hidden or stands in a text box."""
    return "".join(_texts(paragraph, fonts))


def text_boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph; those in the form for older programs are copies."""
    for box in paragraph.iter(BOX):
        inside = (one.tag for one in box.iterancestors())
        if FALLBACK not in inside and next(box.iterancestors(w("p"))) is paragraph:
            yield box


def _texts(element: Any, fonts: LegacyFonts | None) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag == w("t"):
            text = child.text or ""
            if fonts:
                fonts.count(_font(element), text)
            yield text
        elif tag in SIGNS:
            yield SIGNS[tag]
        elif tag not in LEFT_OUT and not _is_hidden(child):
            yield from _texts(child, fonts)


def _is_hidden(run: Any) -> bool:
    properties = run.find(w("rPr"))
    return properties is not None and is_on(properties.find(w("vanish")))


def _font(run: Any) -> str:
    fonts = run.find(f"{w('rPr')}/{w('rFonts')}")
    return "" if fonts is None else fonts.get(w("ascii"), "")
