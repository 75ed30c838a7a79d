"""PAN, voter ids and vehicle numbers, as people write them."""

from __future__ import annotations

import pytest

from tests.answers.guardrails.masking.finds import found_in, texts_in


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        *(("pan", one) for one in ("ABCPE1234F", "abcpe1234f", "ABCPE 1234 F", "ABCPE-1234-F")),
        *(("pan", one) for one in ("A B C P E 1 2 3 4 F", "ＡＢＣＰＥ１２３４Ｆ", "ABCPE१२३४F")),
        *(("pan", one) for one in ("ABC\u200dPE\u200b1234F", "27ABCPE1234F1Z5")),
        *(("voter_id", one) for one in ("XGV1234567", "xgv1234567", "XGV 1234567", "XGV/1234567")),
        *(
            ("vehicle", one)
            for one in ("MH 12 AB 1234", "MH12AB1234", "mh-12-ab-1234", "DL1CAB1234")
        ),
        *(
            ("vehicle", one)
            for one in ("DL 8C AF 5030", "KA 5 M 0012", "22 BH 1234 AA", "22BH1234A")
        ),
        ("vehicle", "M H 1 2 A B 1 2 3 4"),
    ],
)
def test_codes(kind: str, code: str) -> None:
    for text in (f"It is {code}.", f"नंबर {code} है", f"यह {code}को देखें", f"({code})\u200bHello"):
        assert found_in(text) == [(kind, code)]


@pytest.mark.parametrize(
    "text",
    [
        "grape 1500 g, GRAPE 1500 kg and chips 1500 g",
        "abcde1234f has no holder of a PAN, ABCPE12345 neither",
        "ORD1234567, INR 1500000, Order INV1234567, tel 1234567",
        "add 20 ml 10 kg 5000, up 12 pm 2000, in 12 kg 1500",
        "the 1234567 people, covid19, NPK 19 19 19, DAP 18-46-0",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert texts_in(text) == []
