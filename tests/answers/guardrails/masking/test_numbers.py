"""Phones, Aadhaar and ABHA numbers and cards, as people write them."""

from __future__ import annotations

import pytest

from tests.answers.guardrails.masking.finds import found_in, texts_in

AADHAAR, CARD, AMEX = "234123412346", "4111111111111111", "378282246310005"


@pytest.mark.parametrize(
    "phone",
    [
        *(
            "9876543210",
            "98765 43210",
            "98765-43210",
            "98765.43210",
            "987 654 3210",
            "9876 543 210",
        ),
        *("98 76 54 32 10", "98.76.54.32.10", "9 8 7 6 5 4 3 2 1 0", "9-8-7-6-5-4-3-2-1-0"),
        *("+91 98765 43210", "+919876543210", "(+91) 98765-43210", "91 9876543210", "09876543210"),
        *("0091-98765-43210", "+91 (0) 98765 43210", "98765\u00a043210", "98765\u201143210"),
        *("022 2345 6789", "(022) 2345-6789", "0712-2345678", "+91 22 2345 6789", "02223456789"),
        *("1800-180-1551", "18001801551", "1860 266 2666"),
        *("+1 415 555 2671", "+44 20 7946 0958", "+8801712345678", "+971-50-123-4567"),
        *(
            "९८७६५४३२१०",
            "৯৮৭৬৫৪৩২১০",
            "௯௮௭௬௫ ௪௩௨௧௦",
            "９８７６５４３２１０",
            "९8७6५4३2१0",
            "𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎",
        ),
        *("9\u200d8\u200d7\u200b6543\ufeff210", "98\u00ad76543210", "9️⃣8️⃣7️⃣6543210", "98765😀43210"),
    ],
)
def test_phones(phone: str) -> None:
    for text in (f"Call {phone}.", f"मेरा नंबर {phone} है", f"({phone})", f"2024, {phone} or 12"):
        ((kind, found),) = found_in(text)
        assert (kind, found.strip("()+")) == ("phone", phone.strip("()+"))


def test_phones_beside_each_other() -> None:
    assert texts_in("98765 43210 91234 56789") == ["98765 43210", "91234 56789"]
    assert texts_in("9876543210/9123456789, 9123456780") == [
        *("9876543210", "9123456789", "9123456780")
    ]
    assert texts_in("call9876543210पर") == ["9876543210"]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *(
            ("aadhaar", one)
            for one in (AADHAAR, "2341 2341 2346", "2341-2341-2346", "२३४१ २३४१ २३४६")
        ),
        ("aadhaar", " ".join(AADHAAR)),
        ("aadhaar", "23412 3412 346"),
        *(("abha", one) for one in ("91-1234-5678-9012", "91123456789012", "91 1234 5678 9012")),
        *(("card", one) for one in (CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", AMEX)),
        *(
            ("card", one)
            for one in ("3782 822463 10005", "6521 1111 1111 1110", "5555555555554444")
        ),
    ],
)
def test_numbers_with_check_digits(kind: str, number: str) -> None:
    assert found_in(f"It is {number}, thank you") == [(kind, number)]


def test_a_wrong_check_digit_is_no_such_number() -> None:
    assert texts_in("234123412347, 4111 1111 1111 1112 and 1341 2341 2346") == []


def test_only_the_kinds_asked_for() -> None:
    text = f"9876543210 {AADHAAR}, {CARD}"
    assert texts_in(text, ["phone"]) == ["9876543210"]
    assert texts_in(text, ["aadhaar"]) == [AADHAAR]
    assert texts_in(text, ["card"]) == [CARD]


@pytest.mark.parametrize(
    "text",
    [
        "Rice is Rs 2,150.50 a quintal, in 2023 it was 1,940.",
        "On 12-05-2024 at 10.30, again on 2024-05-13 and 1/6/24.",
        "Salary 65000-75000, or 2000 3000 4000; the years 2019-20 2020-21 and 2019 2020 2021.",
        "PIN 400001, order 45821, OTP 482913, account 1234567",
        "₹ 7000000000 for 12,34,56,789 people",
        "Lat 26.84670880, long 77.20902120, pi 3.14159265358979",
        "id f81d4fae-7dec-41d0-6765-600041766066, 1732879000, 1732879000123",
        "Give 5 ml 3 times for 7 days, 10 20 30 40 kg",
        "गेहूँ का भाव २,१५० रुपये, तारीख १२/०५/२०२४, समय १०:३०",
        "108, 112, 1098 and 14567",
        "+5 degrees, +10 -20, 3+4",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert texts_in(text) == []
