"""What is mended in JSON, and what is left as it is."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowhook.mended_json import mended
from flowhook.strict_json import NotJson, read_value

HALF = r"\ud83d"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'"Nice \ud83d"', "Nice \ufffd"),
        (rb'"\uDE00 Nice"', "\ufffd Nice"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\ud83d\ud83d\ude00\ude00"', "\ufffd\U0001f600\ufffd"),
        (rb'"\\ud83d"', r"\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'"\\\\ud83d\ud83d"', "\\\\ud83d\ufffd"),
        (rb'"\n\ud83d\u0041"', "\n\ufffdA"),
        (b'"\xed\xa0\xbd"', "\ufffd"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "\U0001f600"),
        ('"한국 힣"'.encode() + b" ", "한국 힣"),
        (rb'{"\ud83d": 1}', {"\ufffd": 1}),
    ],
)
def test_halves_of_characters(raw: bytes, value: Any) -> None:
    assert read_value(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'"a\u0000b"', "ab"),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"a\\\u0000b"', "a\\b"),
        (rb'{"\u0000k": ["\u0000"]}', {"k": [""]}),
        (rb'"\ud83d\u0000\ude00"', "\ufffd\ufffd"),
        (b'{"a": "x\0"}\0', {"a": "x"}),
    ],
)
def test_nul_characters(raw: bytes, value: Any) -> None:
    assert read_value(raw) == value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    assert read_value('{"a": "ü \U0001f600"}'.encode(encoding)) == {"a": "ü \U0001f600"}
    assert read_value('\ufeff{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", "-9223372036854775809"),
        ("1" * 400, "1" * 400),
        ("1" * 5000, "1" * 5000),
        ("12345678901234567890123.5", 12345678901234567890123.5),
        ("12345678901234567890123e2", 12345678901234567890123e2),
        ("0.12345678901234567890123", 0.12345678901234567890123),
        ("1e-12345678901234567890123", 0.0),
        ('"1234567890123456789012"', "1234567890123456789012"),
        (r'"\": 1234567890123456789012,"', '": 1234567890123456789012,'),
    ],
)
def test_whole_numbers_stay_exact(number: str, value: Any) -> None:
    assert read_value(number) == value
    assert read_value(f'{{"a":{number},"b":[ {number}]}}') == {"a": value, "b": [value]}


def test_what_cannot_be_mended_keeps_its_place() -> None:
    for raw, place in (
        (rb'{"a": "\ud83d", b: 1}', "column 17"),
        (rb'{"a": "\ud83", "b": 1}', "column 8"),
    ):
        with pytest.raises(NotJson, match=place):
            read_value(raw)


LOOSE = st.text(st.characters(), max_size=20)
ODD = st.recursive(
    LOOSE | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LOOSE, inner, max_size=4),
    max_leaves=20,
)


def expected(value: Any) -> Any:
    """What reading a value should give, told by Python's own parts."""
    if isinstance(value, str):
        return (
            value.encode("utf-16-le", "surrogatepass")
            .decode("utf-16-le", "replace")
            .replace("\0", "")
        )
    if isinstance(value, list):
        return [expected(item) for item in value]
    if isinstance(value, dict):
        return {expected(key): expected(item) for key, item in value.items()}
    if type(value) is int and not -(2**63) <= value < 2**64:
        return str(value)
    return value


@given(ODD)
def test_whatever_is_written_can_be_read_and_is_never_mended_twice(value: Any) -> None:
    found = read_value(json.dumps(value).encode())
    assert found == expected(value)
    raw = orjson.dumps(found)
    assert mended(raw) == raw
    assert read_value(raw) == found
