"""Paragraphs, headings and pages of PDF files, and what they may lack."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

import pytest
from pypdf import PdfReader, PdfWriter

from answers.knowledge.reading.parsing import parse
from tests.answers.knowledge.reading.pdf_files import BOLD, UNICODE, Packed, Text, pdf
from tests.answers.knowledge.reading.told import blocks, texts, why_not
from tests.versions import check_versions

LEAFLET = (
    Text("Fees", 760, 20),
    Text("The clinic opens at nine in the morning and closes in the after-", 730),
    Text("noon, on every working day. Bring your card, and the child's too.", 716),
    Text("Whoever comes for the first time fills in a form before the visit.", 690),
    Text("When to pay", 660, font=BOLD),
    Text("Pay at the desk before you leave.", 646),
)


def page_of(number: int) -> tuple[Text, ...]:
    return (
        Text("ASHA handbook", 800, 9),
        Text(f"What stands on page {number} and on no other of them.", 600),
        Text(f"Page {number} of 5", 30, 9),
    )


def test_lines_become_paragraphs_and_large_or_bold_ones_headings() -> None:
    assert blocks(pdf(LEAFLET)) == [
        ("Fees", 1, 1),
        (
            "The clinic opens at nine in the morning and closes in the afternoon, on every working "
            "day. Bring your card, and the child's too.",
            0,
            1,
        ),
        ("Whoever comes for the first time fills in a form before the visit.", 0, 1),
        ("When to pay", 2, 1),
        ("Pay at the desk before you leave.", 0, 1),
    ]


def test_hindi_is_read() -> None:
    line = "पंजीकरण शुल्क पचास रुपये है।"
    assert texts(pdf([Text(line, font=UNICODE)])) == [line]


@dataclass(frozen=True)
class Stated(Text):
    """Two glyphs for one syllable, as Chrome and Google Docs write Hindi, before more text; how
    far apart they and what follows stand, in points."""

    stated: str = "कि"
    apart: int = 3
    behind: int = 8

    def drawn(self, glyphs: list[str]) -> bytes:
        begin, _, rest = super().drawn(glyphs).partition(b"<")
        stated = self.stated.encode("utf-16-be").hex().encode()
        span = b"/Span<</ActualText<FEFF%s>>>BDC <0001> Tj %d 0 Td <0002> Tj EMC %d 0 Td <"
        return begin + span % (stated, self.apart, self.behind) + rest


@pytest.mark.parametrize(("apart", "behind"), [(3, 8), (15, 8), (3, 13), (20, 13)])
def test_letters_that_are_stated_for_glyphs_take_their_place(apart: int, behind: int) -> None:
    drawn = Stated("ताब और कार्ड", font=UNICODE, apart=apart, behind=behind)
    assert texts(pdf([drawn])) == ["किताब और कार्ड"]


def test_a_blank_that_is_stated_behind_letters_stays() -> None:
    drawn = Stated("और कार्ड", font=UNICODE, stated="किताब ", apart=20)
    assert texts(pdf([drawn])) == ["किताब और कार्ड"]


def test_items_of_lists_stand_by_themselves() -> None:
    lines = ("Bring these:", "1. The card of the child", "2. The card of the mother")
    page = [Text(line, 700 - 14 * place) for place, line in enumerate(lines)]
    assert texts(pdf(page)) == list(lines)


def test_each_page_has_its_number_and_loses_what_all_repeat() -> None:
    reading = parse(pdf(*(page_of(number) for number in range(1, 6))))
    assert reading.pages == 5
    assert [(block.text, block.page) for block in reading.blocks] == [
        ("ASHA handbook", 1),
        *(
            (f"What stands on page {number} and on no other of them.", number)
            for number in range(1, 6)
        ),
    ]


def test_a_number_to_call_at_the_foot_of_each_page_is_told_once() -> None:
    pages = [
        [Text(f"Of {letter} and of nothing else.", 700), Text("Helpline 104, free of charge", 30)]
        for letter in "abcde"
    ]
    assert " ".join(texts(pdf(*pages))).count("Helpline 104, free of charge") == 1


def test_pages_of_one_form_keep_what_differs_from_page_to_page() -> None:
    phones = ("020-2345", "022-1717", "0253-44", "040-9000", "0712-88")
    pages = [
        [Text(f"Clinic of {letter}ville", 700), Text(f"Phone: {phone}", 600)]
        for letter, phone in zip("ABCDE", phones, strict=True)
    ]
    read = " ".join(texts(pdf(*pages)))
    assert [phone for phone in phones if phone not in read] == []


@pytest.mark.parametrize("count", [5, 40])
def test_pages_of_one_numbered_sentence_each_are_text(count: int) -> None:
    said = [f"Rule {number}: clean room {number} on day {number}." for number in range(count)]
    assert texts(pdf(*([Text(one)] for one in said))) == said
    answer = "The fee is 500 rupees."
    assert answer in texts(pdf(*([Text(one)] for one in said), [Text(answer)]))
    assert texts(pdf(*[[Text(answer)]] * count)) == [answer] * count


def test_chapters_that_begin_each_page_stay() -> None:
    pages = [
        [Text(f"Chapter {number}", 760, 20), Text(f"Its text, which is longer {letter}.", 700)]
        for number, letter in enumerate("abcde", start=1)
    ]
    assert texts(pdf(*pages))[::2] == [f"Chapter {number}" for number in range(1, 6)]


def test_tables_of_contents_are_no_headings_and_lose_their_dots() -> None:
    page = [Text("Fees" + " ." * 30 + " 2", 700, 14), Text("Whatever else stands here.", 600)]
    assert blocks(pdf(page))[0] == ("Fees … 2", 0, 1)


def test_page_numbers_are_left_out_though_chapters_have_none() -> None:
    pages = [
        [Text(f"Of {letter} and of nothing else.", 700), Text(str(number), 30)]
        if number % 3 == 0
        else [Text(f"Of {letter} and of nothing else.", 700)]
        for number, letter in enumerate("abcdefghi", start=1)
    ]
    assert texts(pdf(*pages)) == [f"Of {letter} and of nothing else." for letter in "abcdefghi"]


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_is_asked_for_only_where_reading_needs_it(algorithm: str) -> None:
    content = pdf(Packed(zlib.compress(b"".join(text.drawn([]) for text in LEAFLET))))
    for user_password, is_readable in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
        writer.encrypt(user_password, "owner", algorithm=algorithm)
        file = io.BytesIO()
        writer.write(file)
        if is_readable:
            reading = parse(file.getvalue())
            assert (reading.blocks[0].text, reading.lost_pages) == ("Fees", [])
        else:
            assert why_not(file.getvalue()) == "password"


def test_a_scan_is_told_even_if_each_page_bears_a_stamp() -> None:
    assert why_not(pdf([], [])) == "scan"
    stamped = [Text("Scanned by CamScanner", 20)]
    assert why_not(pdf(*[stamped] * 6, pictures=True)) == "scan"
    numbered = [[Text(f"CamScanner, page {number} of 6", 20)] for number in range(1, 7)]
    assert why_not(pdf(*numbered, pictures=True)) == "scan"


def test_letters_that_are_none_are_told() -> None:
    page = [Text("पंजीकरण शुल्क पचास रुपये है।", font=UNICODE)]
    assert why_not(pdf(page, letters=False)) == "unknown_letters"
    assert why_not(pdf([Text("iathdj.k 'kqYd")], typeface="ABCDEF+KrutiDev010")) == "old_letters"


def test_a_broken_page_does_not_take_the_others_along() -> None:
    file = pdf(LEAFLET, [Text("Second")])
    broken = file.replace(b"/Contents 11 0 R", b"/Contents [[9]] ")
    assert broken != file
    reading = parse(broken)
    assert "Fees" in [block.text for block in reading.blocks]
    assert reading.lost_pages == [2]


@pytest.mark.parametrize(
    "content", [b"\x78\x9c" + b"\x99" * 40, b"\x78", zlib.compress(bytes(10**8))]
)
def test_a_page_that_unpacks_into_nothing_or_too_much_is_lost(content: bytes) -> None:
    assert parse(pdf(LEAFLET, Packed(content), LEAFLET)).lost_pages == [2]


LINES = b"".join(b"BT /F1 9 Tf 72 %d Td (Row %d of the list.) Tj ET\n" % (n, n) for n in range(700))
PACKED = zlib.compress(LINES)


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (PACKED, []),
        (PACKED[: len(PACKED) * 9 // 10], [2]),
        (PACKED[:-4], []),
        (PACKED[:-4] + b"9999", []),
        (PACKED + b"\r\r", []),
    ],
    ids=["whole", "cut", "no checksum", "wrong checksum", "more behind"],
)
def test_a_page_that_is_cut_short_is_read_as_far_as_it_goes_and_told(
    content: bytes, lost: list[int]
) -> None:
    reading = parse(pdf(LEAFLET, Packed(content)))
    assert any("Row 3 of the list." in block.text for block in reading.blocks)
    assert reading.lost_pages == lost


def test_a_page_whose_content_is_missing_is_lost() -> None:
    file = pdf(LEAFLET, [Text("Second")]).replace(b"/Contents 11 0 R", b"/Contents 99 0 R")
    assert parse(file).lost_pages == [2]


def test_a_page_without_text_is_not_lost() -> None:
    drawn, empty = Packed(zlib.compress(b"0 0 m 9 9 l S")), Packed(b"")
    assert parse(pdf(LEAFLET, [], drawn, empty)).lost_pages == []


def test_lost_pages_do_not_make_the_others_a_scan() -> None:
    lost = Packed(b"\x78\x9c")
    assert texts(pdf([Text("Pay here.")], *[lost] * 9)) == ["Pay here."]
    assert why_not(pdf(lost, lost)) == "damaged"


def test_the_version_takes_text_in_the_place_of_codes() -> None:
    """pypdf does not document that a visitor may change operands."""
    check_versions("pypdf", ">=7.1.1,<7.2")
