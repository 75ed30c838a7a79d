"""A file's content tells its kind, whatever its name."""

from __future__ import annotations

import pytest

from answers.knowledge.reading.parsing import parse
from tests.answers.knowledge.reading.office_files import word, workbook, zipped
from tests.answers.knowledge.reading.pdf_files import Text, pdf
from tests.answers.knowledge.reading.told import why_not

PAGE = b"<!-- saved -->\n<HTML><p>Hello</p>"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "ending", "kind"),
    [
        (pdf([Text("Hello world")]), "docx", "pdf"),
        (b"junk\n" + pdf([Text("Hello world")]), "", "pdf"),
        (word("Hello"), "pdf", "docx"),
        (word("Hello"), "xlsx", "docx"),
        (workbook(A=[["Hello"]]), "csv", "xlsx"),
        (PAGE, "pdf", "html"),
        (PAGE, "txt", "html"),
        (b"Hello", "", "txt"),
        (b"Hello", "pdf", "txt"),
        (b"Hello", "HTM".lower(), "html"),
        (b"# Hello", "md", "md"),
        (b"a\tb\n1\t2\n", "xls", "csv"),
        (b"a,b\n1,2\n", "csv", "csv"),
    ],
)
def test_the_content_tells_the_kind_and_then_the_name(
    content: bytes, ending: str, kind: str
) -> None:
    assert parse(content, "", ending).kind == kind


def test_what_is_said_of_a_text_goes_before_its_name() -> None:
    assert parse(b"# Hello", "md", "txt").kind == "md"
    assert parse(b"# Hello", "pdf", "").kind == "txt"
    assert parse(PAGE, "md", "").kind == "html"
    assert parse(word("Hello"), "txt", "").kind == "docx"


@pytest.mark.parametrize(
    ("content", "ending", "reason"),
    [
        (OLD, "doc", "old_office"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "docx", "password"),
        (b"{\\rtf1 Hello}", "doc", "rich_text"),
        (b"MIME-Version: 1.0\n", "doc", "rich_text"),
        (b"\x89PNG\r\n\x1a\n", "pdf", "picture"),
        (b"\xff\xd8\xff\xe0 JFIF", "jpg", "picture"),
        (b"\x1f\x8b\x08\0", "gz", "archive"),
        (zipped({"a.pdf": b"x"}), "docx", "archive"),
        (zipped({"ppt/presentation.xml": b"x"}), "pptx", "presentation"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "odt", "open_document"),
        (b"PK\x03\x04 and no more", "docx", "damaged"),
        (b"ID3\x04\0\0\0", "mp3", "other_kind"),
        (bytes(range(256)) * 9, "txt", "other_kind"),
        (bytes(range(256)) * 9, "pdf", "damaged"),
        (b" \n\t ", "txt", "no_text"),
    ],
)
def test_other_kinds_are_named(content: bytes, ending: str, reason: str) -> None:
    assert why_not(content, "", ending) == reason
