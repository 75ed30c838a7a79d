"""Tells the kind of a file: by its content first, and for texts by what is said of it."""

from __future__ import annotations

import io
import re
import zipfile

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.unreadable import Unreadable
from answers.knowledge.reading.zip_checks import check_zip

PDF_WITHIN = 1024  # bytes of anything else that may stand before, as readers take it
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a file of Office before 2007, or one with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

SIGNATURES = (
    (b"{\\rtf", "rich_text"),
    (b"MIME-Version:", "rich_text"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
)
PARTS = (  # what a ZIP file holds, and what it is
    ("word/", "docx"),
    ("xl/", "xlsx"),
)
OTHER_PARTS = (
    ("ppt/", "presentation"),
    ("mimetype", "open_document"),
    ("Index/Document.iwa", "open_document"),
)

HTML = re.compile(
    r"\s*+(?:(?><\?xml[^>]*>|<!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
BEGINNING = 4096  # characters that are looked at
TEXT_KINDS = ("csv", "html", "txt", "md")
ENDINGS = {
    "csv": "csv",
    "tsv": "csv",
    "xls": "csv",  # as many sites name the tables that they export
    "xlsx": "csv",
    "htm": "html",
    "html": "html",
    "xhtml": "html",
    "md": "md",
    "markdown": "md",
}


def tell(content: bytes, kind: str = "", ending: str = "") -> str:
    """Return pdf, docx, xlsx, csv, html, txt or md. Raises Unreadable for all else."""
    if b"%PDF-" in content[:PDF_WITHIN]:
        return "pdf"
    if content.startswith(ZIP):
        return _in_zip(content)
    if content.startswith(OFFICE):
        raise Unreadable("password" if ENCRYPTED in content else "old_office")
    for signature, reason in SIGNATURES:
        if content.startswith(signature):
            raise Unreadable(reason)
    return _of_text(content, kind, ending)


def _in_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            names = file.namelist()
    except Exception as error:  # zipfile has many for what is broken
        raise Unreadable("damaged") from error
    for start, kind in PARTS:
        if any(name.startswith(start) for name in names):
            check_zip(content)
            return kind
    for start, reason in OTHER_PARTS:
        if any(name.startswith(start) for name in names):
            raise Unreadable(reason)
    raise Unreadable("archive")


def _of_text(content: bytes, kind: str, ending: str) -> str:
    """A PDF or workbook that begins like none is damaged, unless it is a text by a wrong name."""
    try:
        text = decoded(content)
    except Unreadable:
        if ending in ("pdf", "docx", "xlsx"):
            raise Unreadable("damaged") from None
        raise
    if HTML.match(text[:BEGINNING]):
        return "html"
    return kind if kind in TEXT_KINDS else ENDINGS.get(ending, "txt")
