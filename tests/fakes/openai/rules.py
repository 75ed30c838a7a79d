"""The vocabulary request bodies are checked with: types, ranges, lengths, choices, shapes.

A rule is called with a value and its place in the body (`messages[0].role`) and raises the
API's complaint. `null` counts as left out, as in the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.openai.complaints import Complaint, malformed, missing, unknown_parameter

Rule = Callable[[Any, str], None]

_TYPE_NAMES = {
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    str: "a string",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def _wrong_type(param: str, expected: str, value: object) -> Complaint:
    got = _TYPE_NAMES[type(value)]
    message = f"Invalid type for '{param}': expected {expected}, but got {got} instead."
    return malformed(message, param, "invalid_type")


def number(minimum: float, maximum: float) -> Rule:
    """A number within its range, both ends included."""
    return _ranged("decimal", "a decimal", minimum, maximum)


def integer(minimum: int, maximum: int | None = None) -> Rule:
    return _ranged("integer", "an integer", minimum, maximum)


def _ranged(word: str, expected: str, minimum: float, maximum: float | None) -> Rule:
    def check(value: Any, param: str) -> None:
        kinds = (int,) if word == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise _wrong_type(param, expected, value)
        if maximum is not None and value > maximum:
            raise _out_of_range(param, word, "above", "maximum", f"<= {maximum}", value)
        if value < minimum:
            raise _out_of_range(param, word, "below", "minimum", f">= {minimum}", value)

    return check


def _out_of_range(
    param: str, word: str, side: str, end: str, expected: str, value: float
) -> Complaint:
    message = (
        f"Invalid '{param}': {word} {side} {end} value. "
        f"Expected a value {expected}, but got {value} instead."
    )
    return malformed(message, param, f"{word}_{side}_{end[:3]}_value")


def flag(value: Any, param: str) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise _wrong_type(param, "a boolean", value)


def text(maximum: int | None = None, minimum: int = 0, pattern: str | None = None) -> Rule:
    """A string; `pattern` is matched over the whole of it."""

    def check(value: Any, param: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type(param, "a string", value)
        if maximum is not None and len(value) > maximum:
            raise malformed(
                f"Invalid '{param}': string too long. Expected a string with maximum length "
                f"{maximum}, but got a string with length {len(value)} instead.",
                param,
                "string_above_max_length",
            )
        if len(value) < minimum:
            raise malformed(
                f"Invalid '{param}': empty string. Expected a string with minimum length "
                f"{minimum}, but got an empty string instead.",
                param,
                "empty_string",
            )
        if pattern is not None and not re.fullmatch(pattern, value):
            raise malformed(
                f"Invalid '{param}': string does not match pattern. "
                f"Expected a string that matches the pattern '^{pattern}$'.",
                param,
                "invalid_value",
            )

    return check


def one_of(*choices: str) -> Rule:
    def check(value: Any, param: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type(param, f"one of {_listed(choices)}", value)
        if value not in choices:
            message = f"Invalid value: '{value}'. Supported values are: {_listed(choices)}."
            raise malformed(message, param, "invalid_value")

    return check


def _listed(choices: tuple[str, ...]) -> str:
    return ", ".join(f"'{choice}'" for choice in choices)


def items(of: Rule, minimum: int = 0, maximum: int | None = None) -> Rule:
    """An array whose items all pass `of`."""

    def check(value: Any, param: str) -> None:
        if not isinstance(value, list):
            raise _wrong_type(param, "an array", value)
        if len(value) < minimum:
            raise malformed(
                f"Invalid '{param}': empty array. Expected an array with minimum length "
                f"{minimum}, but got an empty array instead.",
                param,
                "empty_array",
            )
        if maximum is not None and len(value) > maximum:
            raise malformed(
                f"Invalid '{param}': array too long. Expected an array with maximum length "
                f"{maximum}, but got an array with length {len(value)} instead.",
                param,
                "array_above_max_length",
            )
        for index, item in enumerate(value):
            of(item, f"{param}[{index}]")

    return check


def either(*rules: Rule) -> Rule:
    """Passes when one of the rules does; else complains about the value's content if any rule
    knew its type, in the words of the last rule if none did."""

    def check(value: Any, param: str) -> None:
        complaints = []
        for rule in rules:
            try:
                return rule(value, param)
            except Complaint as complaint:
                complaints.append(complaint)
        known = [one for one in complaints if one.code != "invalid_type"]
        raise (known or complaints)[-1]

    return check


def anything(value: Any, param: str) -> None:
    """Any JSON value."""


def an_object(value: Any, param: str) -> None:
    if not isinstance(value, dict):
        raise _wrong_type(param, "an object", value)


def text_map(value: Any, param: str) -> None:
    """`metadata`: up to 16 pairs, keys to 64 and values to 512 characters."""
    an_object(value, param)
    if len(value) > 16:
        raise malformed(f"Invalid '{param}': too many properties.", param, "invalid_value")
    for key, entry in value.items():
        text(64)(key, f"{param}.{key}")
        text(512)(entry, f"{param}.{key}")


def shape(fields: Mapping[str, Rule], required: tuple[str, ...] = ()) -> Rule:
    """An object with these fields and no others."""

    def check(value: Any, param: str) -> None:
        an_object(value, param)
        prefix = f"{param}." if param else ""
        for name in value:
            if name not in fields:
                raise unknown_parameter(f"{prefix}{name}")
        for name in required:
            if value.get(name) is None:
                raise missing(f"{prefix}{name}")
        for name, entry in value.items():
            if entry is not None:
                fields[name](entry, f"{prefix}{name}")

    return check


def tagged(variants: Mapping[str, Rule], tag: str = "type") -> Rule:
    """An object whose `tag` field says which shape it has."""

    def check(value: Any, param: str) -> None:
        an_object(value, param)
        if tag not in value:
            raise missing(f"{param}.{tag}")
        one_of(*variants)(value[tag], f"{param}.{tag}")
        variants[value[tag]](value, param)

    return check
