"""PDF: lines put together to paragraphs, with their pages and the headings that sizes tell."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError

from answers.knowledge.reading.bounds import MAX_PAGES
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.formats.pdf_headings import Headings
from answers.knowledge.reading.formats.pdf_lines import Line, page_lines
from answers.knowledge.reading.formats.pdf_paragraphs import paragraphs
from answers.knowledge.reading.formats.pdf_running import without_running
from answers.knowledge.reading.legacy_fonts import LegacyFonts
from answers.knowledge.reading.unreadable import Unreadable

LETTERS_PER_PAGE = 5  # fewer on average: pictures, with a stamp at most
MOST_UNKNOWN = 0.3
UNKNOWN = ("Co", "Cn", "Cc", "Cs")


def read(content: bytes, draft: Draft) -> None:
    reader = _opened(content)
    pages = _pages(reader, draft)
    _check_letters([line for page in pages for line in page])
    pages = without_running(pages)
    lines = [line for page in pages for line in page]
    if sum(line.letters for line in lines) < LETTERS_PER_PAGE * len(pages):
        raise Unreadable("scan")
    headings = Headings(lines)
    for number, page in enumerate(pages, start=1):
        for level, text in paragraphs(page, headings):
            draft.add(text, level, number)


def _opened(content: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("password")
    return reader


def _pages(reader: PdfReader, draft: Draft) -> list[list[Line]]:
    """The lines of each page; one that is broken has none, unless all are."""
    try:
        found = len(reader.pages)
    except LimitReachedError:
        raise Unreadable("too_many_pages") from None
    if found > MAX_PAGES:
        raise Unreadable("too_many_pages")
    pages: list[list[Line]] = []
    broken = 0
    for page in reader.pages:
        draft.begin_page()
        try:
            pages.append(page_lines(page))
        except (MemoryError, FileNotDecryptedError):
            raise
        except Exception:  # pypdf has many for what is broken
            broken += 1
            pages.append([])
    if broken == found:
        raise Unreadable("damaged")
    return pages


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
