"""A document while it is read: its blocks, within the bounds."""

from __future__ import annotations

from answers.knowledge.document import Block
from answers.knowledge.reading.bounds import MAX_BLOCKS, MAX_PAGES, MAX_TEXT_BYTES
from answers.knowledge.reading.plain_text import one_line, plain
from answers.knowledge.reading.unreadable import Unreadable

DEEPEST = 6


class Draft:
    """What a format's reader adds to. It sets `title` only where people wrote it: most programs
    fill a file's own field for it with a name."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.pages = 0
        self.lost_pages: list[int] = []  # which could not be read
        self._bytes = 0

    def add(self, text: str, level: int = 0, page: int = 0) -> None:
        """Add a block, if anything stands in it. Raises Unreadable beyond the bounds."""
        text = one_line(text) if level else plain(text)
        if not text:
            return
        self._bytes += len(text.encode())
        if self._bytes > MAX_TEXT_BYTES or len(self.blocks) >= MAX_BLOCKS:
            raise Unreadable("too_long")
        self.blocks.append(Block(text, min(level, DEEPEST), page))

    def begin_page(self) -> int:
        """Return the number of the next page. Raises Unreadable for too many."""
        self.pages += 1
        if self.pages > MAX_PAGES:
            raise Unreadable("too_many_pages")
        return self.pages
