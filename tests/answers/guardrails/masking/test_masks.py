"""Masking and putting back, for one call."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase
from typing import Any

import pytest

from answers.guardrails.masking.json_texts import each_text
from answers.guardrails.masking.masks import MOST_CHARACTERS, CannotMask, Masks
from answers.guardrails.masking.placeholders import CALLED
from flowhook.organisations.guardrail_schemas import KINDS

PHONE = "98765 43210"


def masks(names: Sequence[str] = (), number: int | None = None) -> Masks:
    """Masks of all kinds; `number` is the last of the first placeholder's number, if given."""

    def digest(plain: bytes) -> bytes:
        if number is not None:
            return (number - 100).to_bytes(32, "big")
        return hashlib.sha256(plain).digest()

    return Masks(KINDS, digest, names)


def test_the_same_is_the_same_and_other_is_other() -> None:
    one = masks()
    masked = one.mask(f"{PHONE}, {PHONE}, 98765 43211")
    first, second, third = masked.split(", ")
    assert first == second != third
    assert masks().mask(PHONE) == first
    assert one.restore(masked) == f"{PHONE}, {PHONE}, 98765 43211"


MADE_OF_IT = (
    *("[PHONE-347]", "[phone-347]", "[Phone-347]", "[PHONE_347]", "[PHONE 347]"),
    *("PHONE-347", "PHONE_347", "PHONE347", "{PHONE-347}", "<PHONE_347>"),
    *("[PHONE-347", "PHONE-347]", "[PHONE-347]s", "[PHONES-347]", "[PHONE-347s]"),
    *("[PHONE-३४७]", "[PHONE-３４７]", "［PHONE-347］", "【PHONE-347】", "[PHONE\u2011347]"),
    *(r"\[PHONE-347\]", r"PHONE\_347", "[फ़ोन-347]", "[தொலைபேசி-347]"),
    *("[PHONE NUMBER_347]", "[phone_number_347]", "[Phone no 347]", "[मोबाइल नंबर_347]"),
)


@pytest.mark.parametrize(
    ("said", "restored"),
    [
        *((f"call {one} now", f"call {PHONE} now") for one in MADE_OF_IT),
        ("[PHONE-347]'s", f"{PHONE}'s"),
        ("PHONE_347's", f"{PHONE}'s"),
        ("**[PHONE-347]**,", f"**{PHONE}**,"),
        ("[Call](tel:[PHONE-347])", f"[Call](tel:{PHONE})"),
        ("(PHONE-347)", f"({PHONE})"),
        ("[PHONE-348] PHONE-3471 telephone 347", "[PHONE-348] PHONE-3471 telephone 347"),
    ],
)
def test_what_a_model_makes_of_a_placeholder_is_mended(said: str, restored: str) -> None:
    call = masks(number=347)
    assert call.mask(PHONE) == "[PHONE_347]"
    assert call.restore(said) == restored


def test_what_looks_like_a_placeholder_stays_what_it_is() -> None:
    assert masks(number=347).mask(f"PHONE-347 is not {PHONE}") != "PHONE-347 is not [PHONE_347]"
    later = masks(number=347)
    assert later.mask(PHONE) == "[PHONE_347]"
    for text in (
        "[PHONE-347]",
        "phone 347",
        "[x 347]",
        r"\[PHONE\_347\]",
        f"{PHONE}PHONE 347PHONE 347",
    ):
        masked = later.mask(text)
        assert masked != text
        assert later.restore(masked) == text


def test_numbers_for_help_are_no_placeholders() -> None:
    for number in CALLED & set(range(100, 1000)):
        call = masks(number=number)
        call.mask(PHONE)
        said = f"In need, call phone {number}."
        assert call.restore(said) == said


def test_threads_of_a_call_share_its_masks() -> None:
    call = masks(["Asha Devi"])
    texts = [
        f"My name is Ravi{letter}. A s h a, {9_876_500_000 + at * 97 + one}"
        for at, letter in enumerate(ascii_lowercase)
        for one in range(40)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            masked = list(pool.map(call.mask, texts))
    finally:
        sys.setswitchinterval(interval)
    assert [call.restore(one) for one in masked] == texts


def test_a_stranger_gets_nothing_by_guessing() -> None:
    call = masks()
    text = " ".join(f"[PHONE-{number}]" for number in range(100, 1000))
    assert call.restore(call.mask(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        f"[{PHONE}] <{PHONE}> {{{PHONE}}} ({PHONE}",
        f"{PHONE}s {PHONE}S. {PHONE}'s",
        f"\\{PHONE}\\] \\[{PHONE}\\]",
        f"PHONE {PHONE} PHONE-{PHONE}",
        "Asha123 12Asha [Asha] _Asha_ *Asha*",
        "9876543210\u200d😀 ९८७६५४३२१०\u0903 \u0600" + PHONE,
        "\ud83d 9876543210 \udc00",
    ],
)
def test_putting_back_is_exact(text: str) -> None:
    call = masks(["Asha"])
    masked = call.mask(text)
    assert masked != text
    assert call.restore(masked) == text


def test_json_values() -> None:
    call = masks()
    value = {"phone": [PHONE, {"n": 9876543210, 3: None, "old": True}], "9876543210": 1.5}
    masked = each_text(value, call.mask)
    assert "98765" not in json.dumps(masked["phone"])
    assert list(masked) == list(value)
    restored = call.restore_all(masked)
    assert restored["phone"] == [PHONE, {"n": "9876543210", 3: None, "old": True}]


def test_a_value_of_any_depth() -> None:
    value: Any = PHONE
    for _ in range(100_000):
        value = [value]
    call = masks()
    restored = call.restore_all(each_text(value, call.mask))
    for _ in range(100_000):
        (restored,) = restored
    assert restored == PHONE


def test_restoring_in_json_text() -> None:
    call = masks(['Asha "Rani" O\'Neil \\ x'])
    text = json.dumps({"who": "Asha Rani O'Neil", "phone": PHONE}, ensure_ascii=False)
    assert json.loads(call.restore(call.mask(text))) == json.loads(text)
    assert '"' not in "".join(call.originals.values())
    assert "\\" not in "".join(call.originals.values())


def test_a_name_told_is_masked_in_what_follows() -> None:
    call = masks()
    call.mask("My name is Asha Devi.")
    assert "Asha" not in call.mask("Hello Asha!")


def test_what_is_too_long_raises() -> None:
    with pytest.raises(CannotMask):
        masks().mask("a" * (MOST_CHARACTERS + 1))
