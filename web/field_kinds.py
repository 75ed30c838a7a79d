"""The kinds of input that fields of schemas are typed in, and their bounds."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from web.form_values import (
    AREA,
    CHECKS,
    CHOICE,
    GROUP,
    JSON,
    LINES,
    NUMBER,
    NUMBERS,
    PAIRS,
    ROWS,
    SCALARS,
    SECRET,
    SWITCH,
    TEXT,
    TEXTS,
)

AREA_CHARACTERS = 1000  # a text that may be longer gets a text area


def kind_of(field: fields.Field) -> str:
    """The kind of input for a field."""
    checks = field.validators
    if field.metadata.get("secret"):
        return SECRET
    if isinstance(field, fields.Boolean):
        return SWITCH
    if isinstance(field, fields.Integer | fields.Float):
        return NUMBER
    if field.metadata.get("scalars"):
        return SCALARS
    if isinstance(field, fields.Dict) and field.value_field:
        return _kind_of_dict(field)
    if isinstance(field, fields.Nested):
        return GROUP
    if isinstance(field, fields.List):
        return _kind_of_list(field.inner)
    if not isinstance(field, fields.String):
        return JSON
    if any(isinstance(check, validate.OneOf) for check in checks):
        return CHOICE
    longest = [check.max or 0 for check in checks if isinstance(check, validate.Length)]
    return AREA if max(longest, default=0) > AREA_CHARACTERS and not _is_address(field) else TEXT


def _kind_of_dict(field: fields.Dict) -> str:
    inner = field.value_field
    if isinstance(inner, fields.String):
        return TEXTS if TEXTS in field.metadata else PAIRS
    if isinstance(inner, fields.Nested):
        return ROWS
    return GROUP if isinstance(inner, fields.Dict) and _names(field) else JSON


def _kind_of_list(inner: fields.Field) -> str:
    if isinstance(inner, fields.Integer):
        return NUMBERS
    if isinstance(inner, fields.String):
        return CHECKS if choices_of(inner) else LINES
    return JSON


def _is_address(field: fields.Field) -> bool:
    return (field.name or "").endswith("url")


def range_of(field: fields.Field) -> tuple[float | None, float | None]:
    """The least and the largest number, None without a bound."""
    for check in field.validators:
        if isinstance(check, validate.Range):
            return check.min, check.max
    return None, None


def max_length_of(field: fields.Field) -> int | None:
    """How many characters a text may have, None without a bound."""
    lengths = [check.max for check in field.validators if isinstance(check, validate.Length)]
    return min((length for length in lengths if length), default=None)


def choices_of(field: fields.Field) -> tuple[str, ...]:
    """What may be chosen for a field, or for each entry of a list; empty for any text."""
    chosen = field.inner if isinstance(field, fields.List) else field
    for check in chosen.validators:
        if isinstance(check, validate.OneOf):
            return tuple(str(choice) for choice in check.choices)
    return ()


def schema_of(field: fields.Field) -> Schema:
    """The schema of a group's fields, or of those of one row.

    A group with a known set of names has a field for each.
    """
    if isinstance(field, fields.Nested):
        return field.schema
    inner: fields.Field = field.value_field  # type: ignore[attr-defined]
    if isinstance(inner, fields.Nested):
        return inner.schema
    if isinstance(inner, fields.String):
        return Schema.from_dict({TEXT: inner})()
    return Schema.from_dict(dict.fromkeys(_names(field), inner))()


def _names(field: fields.Field) -> tuple[str, ...]:
    """The only names that an object may have; empty for any."""
    key: fields.Field | None = field.key_field  # type: ignore[attr-defined]
    return choices_of(key) if key else ()
