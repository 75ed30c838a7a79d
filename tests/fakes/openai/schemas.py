"""The rules a JSON schema must keep for strict structured output and strict function tools.

Root an object, every property required, additionalProperties false everywhere, no keyword
strict mode does not know; at most 10 levels, 5,000 properties, 1,000 enum values and 120,000
characters of names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.openai.complaints import malformed

MAXIMUM_DEPTH = 10
MAXIMUM_PROPERTIES = 5_000
MAXIMUM_ENUM_VALUES = 1_000
MAXIMUM_NAME_CHARACTERS = 120_000

_REFUSED_KEYWORDS = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "uniqueItems",
    "contains",
)
_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}

Place = tuple[str, ...]


class Unfit(Exception):
    """Why a schema is refused, in the API's words."""


@dataclass
class _Totals:
    properties: int = 0
    enum_values: int = 0
    name_characters: int = 0


def check_strict(schema: Any, subject: str, param: str, code: str | None = None) -> None:
    """`subject` is what the schema belongs to: "response_format 'x'" or "function 'y'"."""
    try:
        _check_root(schema)
        totals = _Totals()
        _check(schema, (), 0, totals)
        for name, definition in schema.get("$defs", {}).items():
            _check(definition, ("$defs", name), 0, totals)
        _check_totals(totals)
    except Unfit as unfit:
        raise malformed(f"Invalid schema for {subject}: {unfit}", param, code) from None


def _check_root(schema: Any) -> None:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        kind = schema.get("type") if isinstance(schema, dict) else None
        raise Unfit(f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'.")
    if "anyOf" in schema:
        raise Unfit("schema must not have 'anyOf' at the top level.")


def _check_totals(totals: _Totals) -> None:
    for what, count, limit in (
        ("properties", totals.properties, MAXIMUM_PROPERTIES),
        ("enum values", totals.enum_values, MAXIMUM_ENUM_VALUES),
        ("characters of names", totals.name_characters, MAXIMUM_NAME_CHARACTERS),
    ):
        if count > limit:
            raise Unfit(f"the schema has {count} {what}; the maximum is {limit}.")


def _check(schema: Any, place: Place, depth: int, totals: _Totals) -> None:
    if not isinstance(schema, dict):
        raise Unfit(f"In context={place}, {schema!r} is not of type 'object'.")
    _check_keywords(schema, place)
    totals.enum_values += len(schema.get("enum", ()))
    kinds = _kinds(schema, place)
    if "object" in kinds:
        if depth >= MAXIMUM_DEPTH:
            raise Unfit(f"In context={place}, the schema exceeds {MAXIMUM_DEPTH} levels.")
        _check_object(schema, place, depth, totals)
    if "array" in kinds:
        if "items" not in schema:
            raise Unfit(f"In context={place}, array schema missing items.")
        _check(schema["items"], (*place, "items"), depth + 1, totals)
    for index, option in enumerate(schema.get("anyOf", ())):
        _check(option, (*place, "anyOf", str(index)), depth, totals)


def _check_keywords(schema: dict[str, Any], place: Place) -> None:
    for keyword in _REFUSED_KEYWORDS:
        if keyword in schema:
            raise Unfit(f"In context={place}, '{keyword}' is not permitted.")
    if not schema.keys() & {"type", "enum", "const", "anyOf", "$ref"}:
        raise Unfit(f"In context={place}, schema must have a 'type' key.")


def _kinds(schema: dict[str, Any], place: Place) -> list[str]:
    kind = schema.get("type", [])
    kinds = kind if isinstance(kind, list) else [kind]
    for one in kinds:
        if one not in _TYPES:
            raise Unfit(f"In context={place}, '{one}' is not a type.")
    return kinds


def _check_object(schema: dict[str, Any], place: Place, depth: int, totals: _Totals) -> None:
    properties = schema.get("properties", {})
    if schema.get("additionalProperties") is not False:
        raise Unfit(
            f"In context={place}, 'additionalProperties' is required to be supplied and to be "
            "false."
        )
    missing = [name for name in properties if name not in schema.get("required", ())]
    if missing:
        raise Unfit(
            f"In context={place}, 'required' is required to be supplied and to be an array "
            f"including every key in properties. Missing '{missing[0]}'."
        )
    extra = [name for name in schema.get("required", ()) if name not in properties]
    if extra:
        raise Unfit(f"In context={place}, Extra required key '{extra[0]}' supplied.")
    totals.properties += len(properties)
    for name, entry in properties.items():
        totals.name_characters += len(name)
        _check(entry, (*place, "properties", name), depth + 1, totals)
