"""E-mail, UPI and ABHA addresses, as people write them."""

from __future__ import annotations

import pytest

from tests.answers.guardrails.masking.finds import found_in, texts_in


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        *(("email", one) for one in ("asha@example.com", "a.d+x_1@mail.example.co.in", "A@B.IN")),
        *(
            ("email", one)
            for one in ("आशा@उदाहरण.भारत", "asha＠example．com", "asha@\u200bexample.com")
        ),
        *(("email", one) for one in ("asha.devi at gmail dot com", "asha [at] yahoo [dot] co.in")),
        *(("email", one) for one in ("asha @ gmail.com", "asha😀@example.com")),
        *(
            ("upi", one)
            for one in ("asha.devi@okaxis", "9876543210@ybl", "asha-1@upi", "Asha@PayTM")
        ),
        *(("abha", one) for one in ("asha.devi@abdm", "asha1990@sbx")),
    ],
)
def test_addresses(kind: str, address: str) -> None:
    for text in (f"Write to {address}.", f"मेरा पता {address} है", f"<{address}>", f"({address}),"):
        assert found_in(text) == [(kind, address)]


def test_a_text_may_follow_without_a_blank() -> None:
    assert texts_in("asha@example.comपर लिखें") == ["asha@example.com"]


@pytest.mark.parametrize(
    "text",
    [
        "Sale @ flipkart.com, 5 kg @ 20 rs, meet @ 5",
        "@contact.name @results.phone @(1 + 2) @fields.age",
        "look at this dot and at gmail",
        "a@b",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert texts_in(text) == []
