"""Documents are cut on the borders of sentences, rows and sections."""

from __future__ import annotations

from answers.knowledge.document import Block
from answers.knowledge.finding.passages import MOST_CHARACTERS, MOST_HEADING, cut

SENTENCE = "Water the wheat on the twenty first day after sowing, and again at flowering. "
HINDI = "गेहूं में पहली सिंचाई बुवाई के इक्कीस दिन बाद करें। "


def words(text: str) -> int:
    return len(text.split())


def test_a_long_section_is_cut_into_passages_of_about_two_hundred_words() -> None:
    passages = cut([Block("Wheat", 1), Block("Water", 2), Block(SENTENCE * 60)])
    assert len(passages) == 4
    for passage in passages:
        assert 180 <= words(passage.text) <= 260
        assert passage.heading == "Wheat > Water"
        assert passage.text.endswith("flowering.")


def test_a_danda_ends_a_sentence() -> None:
    for danda in ("।", "|"):  # many type the one that their keyboard has
        passages = cut([Block(HINDI.replace("।", danda) * 60)])
        assert all(words(passage.text) <= 260 for passage in passages)
        assert all(passage.text.endswith(danda) for passage in passages)


def test_a_passage_names_the_page_it_begins_on() -> None:
    passages = cut([Block(SENTENCE * 10, page=1), Block(SENTENCE * 20, page=2)])
    assert [passage.page for passage in passages] == [1, 2]


def test_what_stands_on_short_pages_names_its_own() -> None:
    short = ["The clinic opens at nine.", "Vaccines are free on Tuesdays.", "Seeds cost 50 rupees."]
    passages = cut([Block(text, page=page) for page, text in enumerate(short, start=1)])
    assert [(one.page, one.text) for one in passages] == list(enumerate(short, start=1))
    headed = [(Block(f"Part {page}", 1, page), Block(short[page - 1], 0, page)) for page in (1, 2)]
    passages = cut([block for pair in headed for block in pair])
    assert [(one.page, short[one.page - 1] in one.text) for one in passages] == [
        (1, True),
        (2, True),
    ]
    assert all(f"Part {one.page}" in one.text for one in passages)


def test_a_sentence_that_goes_on_over_a_page_stays_whole() -> None:
    first = Block("Sow on Monday. Water the wheat on the", page=1)
    second, third = Block("twenty first day.", page=2), Block("Harvest in April.", page=2)
    passages = cut([first, second, third])
    assert [one.page for one in passages] == [1, 2]
    whole = "Sow on Monday. Water the wheat on the twenty first day."
    assert " ".join(passages[0].text.split()) == whole
    half = "गेहूं में पहली सिंचाई बुवाई के इक्कीस दिन"
    (passage,) = cut([Block(half, page=1), Block("बाद करें।", page=2)])
    assert passage.page == 1


def test_a_heading_begins_a_passage_and_short_sections_go_on() -> None:
    long = SENTENCE * 4
    passages = cut(
        [
            Block("Guide", 1),
            *(Block("Seed", 2), Block(long)),
            *(Block("Dates", 2), Block("In May.")),
            *(Block("Price", 2), Block("Forty rupees.")),
        ]
    )
    assert [passage.heading for passage in passages] == ["Guide > Seed", "Guide"]
    assert passages[1].text == "Dates\nIn May.\nPrice\nForty rupees."


def test_headings_without_text_are_kept() -> None:
    passages = cut([Block("Seed is free", 1), Block("Water is not", 1)])
    assert "Seed is free" in passages[0].text
    assert "Water is not" in passages[-1].text


def test_rows_of_a_table_stay_whole() -> None:
    rows = [
        f"Crop: {at}; When: In April. Or in January. Or later; Note: {'word ' * 9}"
        for at in range(23)
    ]
    passages = cut([Block(row) for row in rows])
    lines = [line for passage in passages for line in passage.text.split("\n")]
    assert lines == [row.strip() for row in rows]


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Pay Rs. 500 to Dr. Rao at counter No. 3 in the hall. "
    for passage in cut([Block(text * 60)]):
        assert passage.text.startswith("Pay Rs.")
        assert passage.text.endswith("hall.")


def test_hostile_texts_are_bounded() -> None:
    blocks = [Block("x" * 100_000), Block("h" * 10_000, 1), Block("घ" * 30_000), Block(" \n")]
    for passage in cut(blocks):
        assert 0 < len(passage.text) <= MOST_CHARACTERS
        assert len(passage.heading) <= MOST_HEADING


def test_nothing_is_lost() -> None:
    text = SENTENCE * 33
    passages = cut([Block(text, page=1), Block(HINDI * 33, page=2)])
    joined = " ".join(passage.text for passage in passages)
    assert joined.split() == (text + HINDI * 33).split()


def test_no_blocks_give_no_passages() -> None:
    assert cut([]) == []
