"""What a log entry keeps of large values: their shape, no secret, and few bytes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from flowhook.records.redact import REDACTED
from flowhook.records.shortened import (
    BODY_BYTES,
    CUT,
    ITEMS,
    REFUSED_BYTES,
    TEXT_CHARACTERS,
    shortened_json,
)

REFUSED = ["invalid_input", "unauthorized", "forbidden", "rate_limited", "budget_exceeded"]
SECRET = "sk-proj-0123456789abcdefghij"


def read(value: Any, status: str = "ok") -> Any:
    return orjson.loads(shortened_json(value, status))


def within(value: Any, status: str = "ok") -> Any:
    """The shortened value, read from the text that stands for it."""
    text = read(value, status)
    assert text.endswith(CUT)
    return orjson.loads(text.removesuffix(CUT))


def test_what_is_small_is_kept_whole() -> None:
    value = {"question": "x" * 60_000, "n": [1, None, True]}
    assert read(value) == value
    assert read(value, "provider_timeout") == value
    assert read({"question": "y" * 4000}, "invalid_input") == {"question": "y" * 4000}


@pytest.mark.parametrize("status", REFUSED)
def test_of_a_refused_call_little_is_kept_but_every_short_field(status: str) -> None:
    value = {"contact": "x" * 900_000, "prompt": "Be kind.", "temperature": 9}
    assert len(shortened_json(value, status)) < 1000
    kept = within(value, status)
    assert kept["contact"] == "x" * TEXT_CHARACTERS + CUT
    assert (kept["prompt"], kept["temperature"]) == ("Be kind.", 9)


@pytest.mark.parametrize(
    "value",
    [
        "x" * 900_000,
        ["é" * 300] * 1000,
        {f"{number}" * 50: "\u0000" * 300 for number in range(500)},
        [[[[["x" * 100] * 10] * 10] * 10] * 10] * 10,
        {"a" * 900_000: 1},
    ],
    ids=["text", "list", "object", "deep", "name"],
)
@pytest.mark.parametrize("status", ["ok", "invalid_input"])
def test_nothing_is_larger_than_its_bound(value: Any, status: str) -> None:
    kept = shortened_json(value, status)
    assert len(kept) <= (BODY_BYTES if status == "ok" else REFUSED_BYTES)
    assert orjson.loads(kept).endswith(CUT)


def test_what_is_left_out_is_told() -> None:
    rows = ["y" * 300] * 500
    assert within({"rows": rows})["rows"][ITEMS:] == [CUT]
    many = {f"field {number}": "z" * 300 for number in range(500)}
    assert within(many)[CUT] == 500 - ITEMS


def test_a_cut_hides_no_secret() -> None:
    """Neither one that begins before the cut, nor one whose name tells it."""
    text = "x" * (TEXT_CHARACTERS - 5) + SECRET + "y" * 900_000
    value = {"question": text, "password": ["hunter2"], "contact": "z" * 900_000}
    kept = shortened_json(value, "ok")
    assert SECRET[:6].encode() not in kept
    assert b"hunter2" not in kept
    assert within(value)["password"] == REDACTED
