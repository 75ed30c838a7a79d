"""Secrets are taken out by the name of their key and by their look; words stay."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowhook.records.redact import (
    MAX_DEPTH,
    REDACTED,
    _remembered,
    is_secret_name,
    redact,
    redact_text,
    redacted_json,
)
from tests.endless import ends

TOKEN = "fh.acme.0123456789ab.0123456789012345678901234567890123456789012"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"
LOOKS = [
    "sk-0123456789abcdef",
    "sk-proj-AbC_123-xyz0123456789",
    TOKEN,
    "EAAG0123456789abcdefghijkl",
    "AIzaSy0123456789abcdefghijklmnopqrstuvw",
    "ghp_0123456789abcdefghijABCDEFGHIJ",
    JWT,
    "Bearer 0123456789abcdef",
    "Basic dXNlcjpwYXNzd29yZA==",
]


@pytest.mark.parametrize("secret", LOOKS)
def test_a_secret_is_known_by_its_look_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"my key is {secret}, keep it", f'{{"x": "{secret}"}}'):
        redacted = redact_text(text)
        assert REDACTED in redacted
        assert secret not in redacted
    assert redact({"question": [{"text": secret}]}) == {"question": [{"text": REDACTED}]}
    assert secret not in str(redact({secret: 1}))


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "API-KEY",
        "access_token",
        "token",
        "password",
        "passwd",
        "client_secret",
        "Authorization",
        "signature",
        "phrase",
        "Cookie",
        "key",
        "private_key",
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert redact({"a": {name: "harmless looking"}}) == {"a": {name: REDACTED}}
    assert redact({name: {"inner": "value"}}) == {name: REDACTED}
    assert redact({name: ""}) == {name: ""}


@pytest.mark.parametrize(
    "value",
    [
        {"max_tokens": 50, "input_tokens": 3},
        {"keyword": "hello", "keyboard": "x", "monkey": "y"},
        {"question_text": "I went skiing, ask-me-anything"},
        {"text": "risk-assessment-form on the desk-organiser"},
        {"text": "my basic question, the bearer of news"},
        {"a": None, "b": True, "c": 1.5},
        ["a", ["b"]],
        "sk-",
    ],
)
def test_everything_else_stays(value: Any) -> None:
    assert redact(value) == value


def test_what_is_nested_too_deep_is_left_out() -> None:
    value: Any = "sk-0123456789abcdef"
    for _ in range(200):
        value = [value]
    assert "sk-" not in str(redact(value))


def test_the_value_itself_is_untouched() -> None:
    value = {"api_key": "secret", "list": ["sk-0123456789abcdef"]}
    redact(value)
    assert value == {"api_key": "secret", "list": ["sk-0123456789abcdef"]}


@given(st.text(max_size=200))
def test_any_text_is_redacted_in_time_and_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize("unit", ["sk-", "eyJ", "eyJ.", "eyJa.", "fh.", "EAA", "gh", "Bearer "])
def test_long_text_is_redacted_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    with ends():
        assert redact_text(redact_text(text)) == redact_text(text)


def test_long_names_are_judged_and_not_remembered() -> None:
    name = "a" * 100_000 + "_token"
    assert redact({name: "x", "a" * 100_000: "x"}) == {name: REDACTED, "a" * 100_000: "x"}
    assert _remembered.cache_info().maxsize is not None
    before = _remembered.cache_info().currsize
    is_secret_name("b" * 100_000)
    assert _remembered.cache_info().currsize == before


@pytest.mark.parametrize("secret", LOOKS)
def test_encoded_it_holds_no_more_secrets(secret: str) -> None:
    value = {"question": [f"my key is\n{secret}"], "contact": {"name": "Asha"}}
    assert redacted_json(value) == orjson.dumps(redact(value))
    assert secret.encode() not in redacted_json(value)


DEEP: list[object] = []
for _ in range(MAX_DEPTH + 10):
    DEEP = [DEEP]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text() | st.sampled_from(LOOKS),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["a", "key", "token"]), inner)
        ),
    )
)
@example(DEEP)
@example({"a": {"password": "harmless looking"}})
@example({"a": {"password": ""}})
def test_encoded_is_the_redacted_value_encoded(value: object) -> None:
    assert redacted_json(value) == orjson.dumps(redact(value))
