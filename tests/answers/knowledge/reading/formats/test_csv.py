"""CSV as Excel writes it in any language."""

from __future__ import annotations

import pytest

from tests.answers.knowledge.reading.told import texts

HINDI = "गाँव;दिन;समय\r\nपुणे;सोमवार;9 से 5\r\n\r\n;मंगलवार;\r\n"
TOLD = ["गाँव: पुणे; दिन: सोमवार; समय: 9 से 5", "दिन: मंगलवार"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_hindi_in_any_encoding_and_with_any_separator(encoding: str, separator: str) -> None:
    assert texts(HINDI.replace(";", separator).encode(encoding), ending="csv") == TOLD


def test_excels_line_and_apostrophes_are_no_text() -> None:
    file = b'sep=;\r\nItem;Change\r\nCard;"\'=1+1"\r\nA, B;"two\nlines"\r\n'
    assert texts(file, ending="csv") == [
        "Item: Card; Change: =1+1",
        "Item: A, B; Change: two lines",
    ]


def test_unbalanced_quotes_lose_nothing() -> None:
    assert "Pune" in "".join(texts(b'Village,Note\nPune,"open\nDelhi,"x" y\n', ending="csv"))


def test_one_column_and_titles_above_the_header() -> None:
    assert texts(b"Question\nWhere?\n", ending="csv") == ["Question", "Where?"]
    file = b"Price list;;\n;;\nItem;Rupees;Note\nCard;5;\n"
    assert texts(file, ending="csv") == ["Price list", "Item: Card; Rupees: 5"]
