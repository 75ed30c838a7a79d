"""Why a file cannot be read, in sentences for whoever uploaded it."""

from __future__ import annotations

from answers.knowledge.reading.bounds import CPU_SECONDS, MAX_PAGES, MAX_TEXT_BYTES

SPLIT = "Split it into several files of fewer pages, and upload each of them."
SAVE_AGAIN = (
    "Open the file on your computer; if it opens, save it again under a new name and upload that. "
    "If it does not open, ask whoever sent it for another copy."
)
KINDS = "Upload a PDF, DOCX, XLSX, CSV, HTML, TXT or MD file."

REASONS = {
    "empty": {
        "message": "The file is empty.",
        "fix": "Save it again in the program that made it, check its size, and upload it again.",
    },
    "too_long": {
        "message": f"The document holds more than {MAX_TEXT_BYTES // 2**20} MiB of text.",
        "fix": "Split it into several files, and upload those that people ask about.",
    },
    "too_many_pages": {
        "message": f"The document has more than {MAX_PAGES:,} pages or sheets.",
        "fix": SPLIT,
    },
    "too_slow": {
        "message": f"Reading the file took longer than {CPU_SECONDS} seconds.",
        "fix": SPLIT,
    },
    "too_much_memory": {
        "message": "The file unpacks into far more than a document of its size holds.",
        "fix": "Save its text as a new file, without pictures and drawings, and upload that.",
    },
    "scan": {
        "message": (
            "The pages are pictures without text, as a scanner or a phone's camera makes them."
        ),
        "fix": (
            "Have the text recognised (OCR): for instance open the file with Google Docs, check "
            "what it read, download that as DOCX, and upload it."
        ),
    },
    "no_text": {
        "message": "The file holds no text.",
        "fix": "Check that it is the right file. Text inside pictures and drawings is not read.",
    },
    "password": {
        "message": "The file is protected by a password.",
        "fix": "Save a copy without the password, and upload that.",
    },
    "damaged": {
        "message": "The file is damaged or was not sent completely.",
        "fix": SAVE_AGAIN,
    },
    "old_letters": {
        "message": (
            "The text is written in an old typeface such as Kruti Dev, whose characters are not "
            "those of Unicode."
        ),
        "fix": (
            "Change the text to Unicode (Mangal, Nirmala or Noto) with a converter, and "
            "upload that."
        ),
    },
    "unknown_letters": {
        "message": (
            "The PDF does not say which letters its characters are, so that its text comes out as "
            "nonsense."
        ),
        "fix": (
            "Upload the document from which the PDF was made, such as the DOCX, or have its text "
            "recognised (OCR)."
        ),
    },
    "declarations": {
        "message": (
            "The file holds declarations (DOCTYPE) that Word and Excel never write, and is not "
            "read "
            "for safety."
        ),
        "fix": "Open it with Word, Excel or LibreOffice, save it as a new file, and upload that.",
    },
    "old_office": {
        "message": "The file is in the format of Office before 2007 (.doc, .xls or .ppt).",
        "fix": (
            "Open it, save it as Word Document (.docx) or Excel Workbook (.xlsx), and upload that."
        ),
    },
    "presentation": {
        "message": "The file is a presentation, which is not read.",
        "fix": "Open it, save it as PDF, and upload that.",
    },
    "open_document": {
        "message": "The file is in a format that is not read (ODT, ODS, EPUB or Pages).",
        "fix": "Open it, save it as DOCX, XLSX or PDF, and upload that.",
    },
    "rich_text": {
        "message": "The file is in a format that is not read (RTF or MHT).",
        "fix": "Open it with Word, save it as a Word Document (.docx), and upload that.",
    },
    "picture": {
        "message": "The file is a picture, whose text is not read.",
        "fix": (
            "Have the text recognised (OCR), for instance with Google Docs, and upload the text."
        ),
    },
    "archive": {
        "message": "The file is an archive of other files (such as ZIP).",
        "fix": "Unpack it, and upload the files in it one by one.",
    },
    "other_kind": {
        "message": "The file is not of a kind that is read.",
        "fix": KINDS,
    },
}
"""By reason: what is wrong, and what to do about it, under the keys whose texts pages translate."""


class Unreadable(Exception):
    """A file that cannot be read; sending the same bytes again changes nothing.

    `reason` is a key of REASONS; `message` and `fix` are its sentences.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message, self.fix = REASONS[reason]["message"], REASONS[reason]["fix"]
