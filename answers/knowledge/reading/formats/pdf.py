"""PDF: lines put together to paragraphs, with their pages and the headings that sizes tell."""

from __future__ import annotations

import io
import unicodedata
import zlib
from collections.abc import Iterable
from typing import Any

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError
from pypdf.generic import ArrayObject, StreamObject

from answers.knowledge.reading.bounds import MAX_PAGES
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.formats.pdf_headings import Headings
from answers.knowledge.reading.formats.pdf_lines import Line, page_lines
from answers.knowledge.reading.formats.pdf_paragraphs import paragraphs
from answers.knowledge.reading.formats.pdf_running import Running
from answers.knowledge.reading.legacy_fonts import LegacyFonts
from answers.knowledge.reading.unreadable import Unreadable

LETTERS_PER_PAGE = 5  # fewer on average: pictures, with a stamp at most
MOST_UNKNOWN = 0.3
INFLATED_AT_ONCE = 2**20  # bytes
UNKNOWN = ("Co", "Cn", "Cc", "Cs")


def read(content: bytes, draft: Draft) -> None:
    reader = _opened(content)
    pages = _pages(reader, draft)
    _check_letters([line for page in pages for line in page])
    running = Running(pages, {at for at, page in enumerate(reader.pages) if _has_pictures(page)})
    letters = sum(line.letters for page in running.left() for line in page)
    if letters < LETTERS_PER_PAGE * (len(pages) - len(draft.lost_pages)):
        raise Unreadable("scan")
    pages = running.told_once()
    headings = Headings([line for page in pages for line in page])
    for number, page in enumerate(pages, start=1):
        for level, text in paragraphs(page, headings):
            draft.add(text, level, number)


def _opened(content: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("password")
    return reader


def _pages(reader: PdfReader, draft: Draft) -> list[list[Line]]:
    """The lines of each page; one that is broken has none and is noted, unless all are."""
    try:
        found = len(reader.pages)
    except LimitReachedError:
        raise Unreadable("too_many_pages") from None
    if found > MAX_PAGES:
        raise Unreadable("too_many_pages")
    pages: list[list[Line]] = []
    for page in reader.pages:
        number = draft.begin_page()
        lines: list[Line] = []
        try:
            lines = page_lines(page)
            is_lost = _is_lost(page)
        except (MemoryError, FileNotDecryptedError):
            raise
        except Exception:  # pypdf has many for what is broken
            is_lost = True
        if is_lost:
            draft.lost_pages.append(number)
        pages.append(lines)
    if len(draft.lost_pages) == found:
        raise Unreadable("damaged")
    return pages


def _has_pictures(page: Any) -> bool:
    """Whether a page draws pictures, or what is drawn elsewhere and may be one."""
    try:
        return bool(page["/Resources"]["/XObject"])
    except Exception:  # pypdf has many for what is broken
        return False


def _is_lost(page: Any) -> bool:
    """Whether a page's content is missing, cut short or damaged, which pypdf passes over."""
    if "/Contents" not in page:
        return False
    content = page["/Contents"]
    parts = content if isinstance(content, ArrayObject) else [content]
    return any(_is_cut(part.get_object()) for part in parts)


def _is_cut(part: Any) -> bool:
    if not isinstance(part, StreamObject):
        return True
    if not part._data or part.get("/Filter") not in ("/FlateDecode", ["/FlateDecode"]):
        return False
    # What follows the deflated data, a checksum, is often wrong: it is not looked at.
    inflating, left = zlib.decompressobj(-zlib.MAX_WBITS), part._data[2:]
    try:
        while left and not inflating.eof:
            inflating.decompress(left, INFLATED_AT_ONCE)
            left = inflating.unconsumed_tail
    except zlib.error:
        return True
    return not inflating.eof


def _check_letters(lines: Iterable[Line]) -> None:
    fonts = LegacyFonts()
    everything = unknown = 0
    for line in lines:
        fonts.count(line.font, line.text)
        everything += len(line.text)
        unknown += sum(
            one == "\ufffd" or unicodedata.category(one) in UNKNOWN
            for one in line.text
            if not one.isascii()
        )
    fonts.check()
    if unknown > MOST_UNKNOWN * everything:
        raise Unreadable("unknown_letters")
