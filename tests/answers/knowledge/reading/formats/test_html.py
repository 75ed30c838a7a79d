"""HTML: what a reader of the page sees."""

from __future__ import annotations

import pytest

from answers.knowledge.reading.parsing import parse
from tests.answers.knowledge.reading.told import blocks, texts, why_not


def test_headings_paragraphs_and_lists() -> None:
    page = (
        "<!doctype html><html><head><title>Clinic &amp; fees</title><style>p{}</style></head><body>"
        "<h1>Our <em>clinic</em></h1>Loose text<p>It opens<br>at nine.</p><ul><li>One<li>Two</ul>"
        "<h3>शुल्क</h3><div>पचास <b>रुपये</b><!-- no --></div></body></html>"
    )
    assert blocks(page.encode()) == [
        ("Our clinic", 1, 0),
        ("Loose text", 0, 0),
        ("It opens\nat nine.", 0, 0),
        ("One", 0, 0),
        ("Two", 0, 0),
        ("शुल्क", 3, 0),
        ("पचास रुपये", 0, 0),
    ]
    reading = parse(page.encode())
    assert (reading.title, reading.kind, reading.pages) == ("Clinic & fees", "html", 0)


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<!-- x -->",
        "<nav>x</nav>",
        "<p hidden>x</p>",
        '<p style="color:red; DISPLAY : none">x</p>',
        '<span style="font-size:0">x</span>',
        "<template><p>x</p></template>",
        "<noscript>x</noscript>",
        "<select><option>x</select>",
        "<?php x ?>",
    ],
)
def test_what_no_reader_sees_is_not_read(unseen: str) -> None:
    assert texts(f"<html><body><p>Seen</p>{unseen}and this</body></html>".encode()) == [
        "Seen",
        "and this",
    ]


def test_tables_of_data_are_rows_and_those_of_layout_are_not() -> None:
    data = (
        "<html><table><tr><th>Village<th>Day<tr><td rowspan=2>Pune<td>Monday<tr><td>Friday"
        "</table></html>"
    )
    assert texts(data.encode()) == ["Village: Pune; Day: Monday", "Village: Pune; Day: Friday"]
    layout = "<html><table><tr><td>Menu<td><h2>Fees</h2><tr><td>Left<td>Right</table></html>"
    assert texts(layout.encode()) == ["Menu", "Fees", "Left", "Right"]


def test_the_encoding_is_the_one_that_the_page_states() -> None:
    page = '<html><head><meta charset="iso-8859-15"></head><p>5 € für Café</p></html>'
    assert texts(page.encode("iso-8859-15")) == ["5 € für Café"]


def test_deep_nesting_and_odd_markup_are_read() -> None:
    deep = "<html>" + "<div>" * 1000 + "<p>Deep" + "</div>" * 1000 + "<p>After"
    assert texts(deep.encode()) == ["Deep", "After"]
    assert why_not(deep.replace("<div>", "<div>" * 100).encode()) == "no_text"
    assert texts(b"<html><p>a<b>b</p>c</b><td>d</html>") == ["ab", "c", "d"]
    assert why_not(b"<html></html>") == "no_text"
    entities = '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>x &a; y</html>'
    assert "root:" not in str(texts(entities.encode()))
