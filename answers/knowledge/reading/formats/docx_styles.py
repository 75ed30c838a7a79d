"""Which styles of a Word document are headings, and of which level."""

from __future__ import annotations

import re
from typing import Any

from answers.knowledge.reading.formats.docx_words import w

NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)  # as stored, in whatever language Word speaks
TITLE = "title"
BODY_LEVEL = 9  # of outlines, which count from 0
DEEPEST_CHAIN = 20  # of styles based on others, which may go in a circle


class HeadingStyles:
    def __init__(self, styles: Any) -> None:
        """`styles` is the root of styles.xml."""
        self._styles = {style.get(w("styleId")): style for style in styles.iter(w("style"))}
        self._levels: dict[str, int] = {}

    def level_of(self, paragraph: Any) -> int:
        """A paragraph's level, 0 for none: its own, or its style's."""
        properties = paragraph.find(w("pPr"))
        if properties is None:
            return 0
        own = _outline(properties)
        if own is not None:
            return own
        style = properties.find(w("pStyle"))
        return 0 if style is None else self._of_style(style.get(w("val"), ""))

    def _of_style(self, name: str) -> int:
        if name not in self._levels:
            self._levels[name] = self._found(name)
        return self._levels[name]

    def _found(self, name: str) -> int:
        for _ in range(DEEPEST_CHAIN):
            style = self._styles.get(name)
            if style is None:
                return 0
            level = _of(style)
            if level is not None:
                return level
            base = style.find(w("basedOn"))
            name = "" if base is None else base.get(w("val"), "")
        return 0


def _of(style: Any) -> int | None:
    """The level that a style itself states; None leaves it to the one that it is based on."""
    properties = style.find(w("pPr"))
    outline = None if properties is None else _outline(properties)
    if outline is not None:
        return outline
    named = style.find(w("name"))
    text = "" if named is None else named.get(w("val"), "")
    found = NAME.fullmatch(text.strip())
    if found:
        return int(found[1])
    return 1 if text.lower() == TITLE else None


def _outline(properties: Any) -> int | None:
    found = properties.find(w("outlineLvl"))
    if found is None:
        return None
    level = int(found.get(w("val"), BODY_LEVEL))
    return level + 1 if 0 <= level < BODY_LEVEL else 0
