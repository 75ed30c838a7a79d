"""Files made to harm: each ends in a plain reason, and the process that asked lives on."""

from __future__ import annotations

import json
import zlib

import pytest

from answers.knowledge.reading import Unreadable, read
from answers.knowledge.reading.bounds import MAX_TEXT_BYTES
from answers.knowledge.reading.child_process import run_child
from tests.answers.knowledge.reading.fuzzing import START
from tests.answers.knowledge.reading.office_files import unzipped, with_part, word, workbook, zipped
from tests.answers.knowledge.reading.pdf_files import Text, pdf, stream, written

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<<>>>>/Contents 4 0 R>>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
SPACE = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&j;</t></si></sst>'


def why_not(content: bytes, name: str = "") -> str:
    with pytest.raises(Unreadable) as why:
        read(content, name)
    return why.value.reason


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def test_a_pdf_that_inflates_without_end() -> None:
    packed = zlib.compress(bomb(1_000_000_000), 9)
    page = stream(packed, "/Filter[/FlateDecode/FlateDecode]")
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE, page]
    assert why_not(written(objects)) in ("damaged", "too_much_memory")


def test_a_pdf_whose_pages_go_in_a_circle() -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]/Parent 3 0 R>>",
        b"<</Type/Pages/Count 1/Kids[2 0 R 3 0 R]/Parent 2 0 R>>",
    ]
    assert why_not(written(objects)) in ("damaged", "scan")
    assert why_not(written([b"1 0 R", b"1 0 R"])) == "damaged"


def test_a_pdf_of_ten_thousand_pages() -> None:
    kids = " ".join(["3 0 R"] * 10_000)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count 10000/Kids[{kids}]>>".encode(),
        PAGE,
        stream(b""),
    ]
    assert why_not(written(objects)) == "too_many_pages"
    assert why_not(pdf(*[[]] * 10_000)) == "too_many_pages"


def test_a_document_that_unpacks_into_gigabytes() -> None:
    heavy = with_part(word("Hello"), "word/media/a.bin", bytes(400 * 1024 * 1024))
    assert why_not(heavy) == "too_much_memory"
    heavy = with_part(word("Hello"), "word/document.xml", b" " * 150 * 1024 * 1024)
    assert why_not(heavy) == "too_much_memory"


def test_a_document_that_lies_about_its_sizes() -> None:
    file = with_part(word("Hello"), "word/document.xml", b" " * 50_000_000)
    size = (50_000_000).to_bytes(4, "little")
    assert file.count(size) >= 1
    assert why_not(file.replace(size, (100).to_bytes(4, "little"))) == "damaged"


def test_a_document_of_thousands_of_parts() -> None:
    parts: dict[str, bytes | None] = {f"word/{number}": b"" for number in range(20_000)}
    assert why_not(zipped(parts | unzipped(word("Hello")))) == "too_much_memory"


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
def test_entities_are_neither_expanded_nor_fetched(encoding: str) -> None:
    text = (LAUGHS + SPACE).decode().replace('"1.0"', f'"1.0" encoding="{encoding}"')
    book = with_part(workbook(A=[["x"]]), "xl/sharedStrings.xml", text.encode(encoding))
    assert why_not(book) == "declarations"
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert why_not(with_part(word("x"), "word/document.xml", outside)) == "declarations"


def test_xml_that_is_as_deep_as_it_is_long() -> None:
    body = unzipped(word("Hello"))["word/document.xml"] or b""
    deep = body.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 100_000)
    assert why_not(with_part(word("x"), "word/document.xml", deep)) == "damaged"


def test_more_text_than_is_kept() -> None:
    line = b"The clinic opens at nine in the morning.\n\n"
    assert why_not(line * (MAX_TEXT_BYTES // len(line) + 1)) == "too_long"
    assert why_not(b"a\n\n" * 300_000) == "too_long"


def test_files_that_were_cut() -> None:
    for file in (pdf([Text("Hello world")]), word("Hello"), workbook(A=[["x"]])):
        for share in (0.1, 0.5, 0.9):
            try:
                read(file[: int(len(file) * share)], "")
            except Unreadable as why:
                assert why.reason in ("damaged", "scan")


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "html", "md", "csv", "txt"])
def test_files_with_bytes_changed_at_random(kind: str) -> None:
    """Hundreds in one child: each is read, or there is a reason."""
    seeds = {
        "pdf": pdf([Text("Hello world"), Text("Fees", 650, 20)], [Text("Second page")]),
        "docx": word("Hello", "world", heading="Fees"),
        "xlsx": workbook(A=[["Item", "Rupees"], ["Card", 5]]),
        "html": b"<html><h1>Fees</h1><table><tr><th>A<th>B<tr><td>1<td>2</table><p>x</html>",
    }
    other = "# Fees\n\n| a | b | c |\n|-|-|-|\n| 1 | 2 | पुणे |\n\n- one; two\n".encode()
    ended = run_child(seeds.get(kind, other), [kind], start=START)
    counts = json.loads(ended.output)
    assert sum(counts.values()) == 300, ended.told()
    assert "error" not in counts


def test_a_text_that_begins_with_many_comments() -> None:
    assert read(b"<!-- note -->" * 300 + b"\nPay by June.", "notes.txt").kind == "txt"
    assert read(b"<!-- note -->" * 300 + b"<html><p>Pay by June.", "notes.txt").kind == "html"
