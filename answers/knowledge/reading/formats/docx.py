"""Word documents: headings by style, paragraphs, tables, text boxes and footnotes.

Deleted and hidden text, comments, running headers and macros are not read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from docx.opc.constants import CONTENT_TYPE
from docx.opc.package import OpcPackage
from docx.opc.part import PartFactory
from docx.oxml import parse_xml
from docx.package import Package
from docx.parts.document import DocumentPart

from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.formats.docx_styles import HeadingStyles
from answers.knowledge.reading.formats.docx_text import text_boxes, visible_text
from answers.knowledge.reading.formats.docx_words import w
from answers.knowledge.reading.legacy_fonts import LegacyFonts
from answers.knowledge.reading.tables import rows_told

FORMS = (  # with macros, and templates; python-docx knows documents alone
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
NOTES = (CONTENT_TYPE.WML_FOOTNOTES, CONTENT_TYPE.WML_ENDNOTES)
CONTAINERS = frozenset(
    w(name) for name in ("body", "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
)


def read(content: bytes, draft: Draft) -> None:
    for form in FORMS:
        PartFactory.part_type_for[form] = DocumentPart
    package = Package.open(io.BytesIO(content))
    document = package.main_document_part.document
    _Reader(draft, HeadingStyles(document.styles.element)).read(document.element.body)
    for note in _notes(package):
        draft.add(note)


class _Reader:
    def __init__(self, draft: Draft, styles: HeadingStyles) -> None:
        self._draft = draft
        self._styles = styles
        self._fonts = LegacyFonts()

    def read(self, body: Any) -> None:
        self._walk(body)
        self._fonts.check()

    def _walk(self, container: Any) -> None:
        for element in container:
            if element.tag == w("p"):
                self._paragraph(element)
            elif element.tag == w("tbl"):
                for row in rows_told(_rows(element)):
                    self._draft.add(row)
            elif element.tag in CONTAINERS:
                self._walk(element)

    def _paragraph(self, paragraph: Any) -> None:
        text = visible_text(paragraph, self._fonts)
        self._draft.add(text, self._styles.level_of(paragraph))
        for box in text_boxes(paragraph):
            self._walk(box)


def _rows(table: Any) -> Iterator[list[str]]:
    """The rows' cells; one that is merged with the one above has its text."""
    above: list[str] = []
    for row in table.iter(w("tr")):
        if next(row.iterancestors(w("tbl"))) is not table:
            continue  # of a table in a cell, whose text is the cell's
        cells: list[str] = []
        for cell in row.iter(w("tc")):
            if next(cell.iterancestors(w("tr"))) is row:
                cells += _cell(cell, above[len(cells)] if len(cells) < len(above) else "")
        above = cells
        yield cells


def _cell(cell: Any, above: str) -> list[str]:
    properties = cell.find(w("tcPr"))
    span, merged = 1, None
    if properties is not None:
        merged = properties.find(w("vMerge"))
        grid = properties.find(w("gridSpan"))
        span = int(grid.get(w("val"), "1")) if grid is not None else 1
    if merged is not None and merged.get(w("val")) != "restart":
        text = above
    else:
        text = " ".join(visible_text(paragraph) for paragraph in cell.iter(w("p")))
    return [text] + [""] * (min(span, 200) - 1)


def _notes(package: OpcPackage) -> Iterator[str]:
    for part in package.iter_parts():
        if part.content_type in NOTES:
            for note in parse_xml(part.blob):
                if note.get(w("type")) is None:  # others are the lines that part notes from text
                    yield " ".join(visible_text(paragraph) for paragraph in note.iter(w("p")))
