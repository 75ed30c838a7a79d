"""What reads a body: one JSON object, bounded and clean."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowhook.errors import InvalidJson, UnsupportedMediaType
from flowhook.http.body import check_media_type
from flowhook.strict_json import (
    MAX_DEPTH,
    MAX_VALUES,
    PARSER_DEPTH,
    NotJson,
    Unbounded,
    read_json,
    read_value,
)
from tests.versions import check_versions

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text("abc[]{}\"\\\n'é😀"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("k[{"), inner, max_size=4),
    max_leaves=30,
)


@given(st.dictionaries(st.text("key{["), JSON, max_size=5))
def test_every_object_is_read_as_the_standard_library_reads_it(body: dict[str, object]) -> None:
    assert read_json(json.dumps(body).encode()) == body
    assert read_json(json.dumps(body, ensure_ascii=False, indent=1).encode()) == body


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"{",
        b"null",
        b"[]",
        b"[{}]",
        b'"text"',
        b"1",
        b"true",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1} {"b": 2}',
        b'{"a": 1}garbage',
        b'{"a": "\xff\xfe"}',
        b'{"a": "line\nbreak"}',
        b'{"a": 01}',
        b"\xef\xbb\xbf[]",
        "{\"a\": 'ü'}".encode("utf-16"),
        b"a=1&b=2",
        b"<xml/>",
    ],
)
def test_what_is_no_json_object_is_invalid_json(raw: bytes) -> None:
    with pytest.raises(InvalidJson):
        read_json(raw)


def test_the_error_tells_the_place_but_never_the_words() -> None:
    with pytest.raises(InvalidJson, match="line 2, column") as caught:
        read_json(b'{"a": 1,\n "secret words": }')
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("opening", [b'{"a":', b"[", b'[{"a":'])
def test_nesting_is_bounded(opening: bytes) -> None:
    raw = b'{"a":' + opening * 40_000
    with pytest.raises(InvalidJson, match=f"deeper than {MAX_DEPTH}"):
        read_json(raw)


def test_nesting_up_to_the_bound_is_read() -> None:
    raw = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert read_json(raw)
    with pytest.raises(InvalidJson, match="deeper"):
        read_json(b'{"a":' + raw + b"}")


def test_the_orjson_whose_depth_is_a_part_of_ours() -> None:
    check_versions("orjson", ">=3.13.0,<3.14")
    assert orjson.loads(b"[" * PARSER_DEPTH + b"]" * PARSER_DEPTH)
    with pytest.raises(orjson.JSONDecodeError, match=r"^depth limit"):
        orjson.loads(b"[" * (PARSER_DEPTH + 1) + b"]" * (PARSER_DEPTH + 1))


MANY = b"[" + b"[]," * MAX_DEPTH + b"0]"


@pytest.mark.parametrize(
    "raw",
    [
        *(MANY + b"],[", b"],[" + MANY, MANY + b"]", b"[" + MANY, MANY + b"," + MANY),
        MANY + b"]" * 900 + b",0" + b",[" * 900 + MANY,
    ],
)
def test_brackets_that_are_not_a_pair_are_refused_at_their_own_place(raw: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError) as caught:
        orjson.loads(raw)
    with pytest.raises(NotJson) as ours:
        read_value(raw)
    assert str(ours.value) == f"not JSON: line 1, column {caught.value.colno}: {caught.value.msg}"


@given(JSON)
def test_many_values_are_read_as_few_are(value: object) -> None:
    assert read_value(orjson.dumps([json.loads(MANY), value])) == [json.loads(MANY), value]


@pytest.mark.parametrize("value", [b"[],", b"{},", b"0,", b'"",', b'"a,a,a",'])
def test_the_number_of_values_is_bounded_before_they_are_parsed(value: bytes) -> None:
    raw = b'{"a": [' + value * MAX_VALUES + b"this is no JSON"
    with pytest.raises(InvalidJson, match=f"longer than {MAX_VALUES} values"):
        read_json(raw)
    with pytest.raises(Unbounded):
        read_value(raw.decode())


def test_a_fair_number_of_values_is_read() -> None:
    assert len(read_json(b'{"a": [' + b"0," * (MAX_VALUES - 3) + b"0]}")["a"]) == MAX_VALUES - 2


def test_brackets_inside_texts_do_not_nest() -> None:
    text = '[{"' * 1000
    assert read_json(json.dumps({"a": text, text: "\\" * 99}).encode()) == {
        "a": text,
        text: "\\" * 99,
    }


def test_of_a_repeated_key_the_last_counts() -> None:
    assert read_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": 1e999}', "line 1, column 7: number is infinity"),
        ('{"a": "आप",\n "b": "ü'.encode() + b'\xff"}', "line 2, column 9: a byte that is not"),
        (b'{"a": "line\nbreak"}', "line 1, column 12: unexpected control character"),
    ],
)
def test_what_is_refused_is_named_with_its_place(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidJson, match=f"the body is not JSON: {reason}"):
        read_json(raw)


def test_what_is_read_has_its_name() -> None:
    with pytest.raises(InvalidJson, match="the delivery is empty"):
        read_json(b"", what="the delivery")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "Application/JSON; charset=utf-8",
        "text/json",
        "application/vnd.api+json",
    ],
)
def test_json_under_any_of_its_names(content_type: str) -> None:
    check_media_type(content_type)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_other_media_types_are_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_media_type(content_type)
