"""HTML forms made from the schemas that check the API's bodies.

`form_fields` describes a schema's fields for a page; `read_form` turns a submitted form into the
JSON object that the same schema then checks. A field's name, meaning and range are on the schema
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from marshmallow import Schema, fields, missing, validate

from flowhook.mended_text import mended_text
from flowhook.strict_json import UnreadableJson, read_value

SWITCH, CHOICE, NUMBER, SECRET = "switch", "choice", "number", "secret"
TEXT, AREA, LINES, PAIRS, JSON = "text", "area", "lines", "pairs", "json"
SCALARS = "scalars"  # pairs whose values may be numbers and booleans
MULTILINE = frozenset({AREA, LINES, PAIRS, SCALARS, JSON})
AREA_CHARACTERS = 1000  # a text that may be longer gets a text area
LABELS = {
    "base_url": "Address of the provider",
    "organization": "OpenAI organization",
    "scope": "Kind",
}
WORDS = {"api": "API", "url": "URL", "id": "ID", "openai": "OpenAI"}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form; `value` is its content, always text (for a switch "on" or "")."""

    name: str
    kind: str
    label: str
    description: str
    required: bool = False
    value: str = ""
    example: str = ""
    default: str = ""
    stored: str = ""  # a stored secret in its masked form
    minimum: float | None = None
    maximum: float | None = None
    step: str = "any"
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()  # values to choose from, beside any other
    errors: tuple[str, ...] = ()

    @property
    def is_model(self) -> bool:
        return self.name.endswith("model") and self.kind == TEXT

    @property
    def rows(self) -> int:
        return min(16, max(3, self.value.count("\n") + 1))


def form_fields(
    schema: Schema,
    values: Mapping[str, Any] | None = None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> list[FormField]:
    """The schema's fields with stored `values`, or with the `typed` texts and their `errors`."""
    return [
        _form_field(name, field, values or {}, typed, errors or {})
        for name, field in schema.fields.items()
    ]


def read_form(schema: Schema, form: Mapping[str, str]) -> dict[str, Any]:
    """Read a form as a JSON object: a blank field is null, a blank secret is left out."""
    body: dict[str, Any] = {}
    for name, field in schema.fields.items():
        kind = kind_of(field)
        text = mended_text(form.get(name, "").replace("\r\n", "\n"))
        if kind == SWITCH:
            body[name] = text == "on"
        elif kind == SECRET and not text.strip():
            if form.get(f"remove_{name}") == "on":
                body[name] = None
        else:
            body[name] = _read(kind, text)
    return body


def kind_of(field: fields.Field) -> str:
    """The kind of input for a field."""
    checks = field.validators
    if field.metadata.get("secret"):
        return SECRET
    if isinstance(field, fields.Boolean):
        return SWITCH
    if isinstance(field, fields.Integer | fields.Float):
        return NUMBER
    if isinstance(field, fields.Dict) and isinstance(field.value_field, fields.String):
        return PAIRS
    if field.metadata.get("scalars"):
        return SCALARS
    if isinstance(field, fields.List) and isinstance(field.inner, fields.String):
        return LINES
    if not isinstance(field, fields.String):
        return JSON
    if any(isinstance(check, validate.OneOf) for check in checks):
        return CHOICE
    longest = [check.max or 0 for check in checks if isinstance(check, validate.Length)]
    return AREA if max(longest, default=0) > AREA_CHARACTERS and not _is_address(field) else TEXT


def messages(errors: Any) -> tuple[str, ...]:
    """All of a field's messages as flat texts."""
    if isinstance(errors, Mapping):
        return tuple(
            f"{key}: {text}" if not str(key).isdigit() else text
            for key, inner in errors.items()
            for text in messages(inner)
        )
    if isinstance(errors, list | tuple):
        return tuple(text for inner in errors for text in messages(inner))
    return (str(errors),)


def _form_field(
    name: str,
    field: fields.Field,
    values: Mapping[str, Any],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, Any],
) -> FormField:
    kind = kind_of(field)
    default = None if field.load_default is missing else field.load_default
    if kind == SECRET:
        value = ""
    elif typed is not None:
        value = typed.get(name, "")
    else:
        value = _shown(kind, values.get(name, default))
    low, high = _range(field)
    return FormField(
        name=name,
        kind=kind,
        label=label_of(name),
        description=str(field.metadata.get("description", "")),
        required=field.required,
        value=value,
        example=_shown(kind, field.metadata.get("example")),
        default=_shown(kind, default),
        stored=str(values.get(name) or "") if kind == SECRET else "",
        minimum=low,
        maximum=high,
        step="1" if isinstance(field, fields.Integer) else "any",
        max_length=_max_length(field) if kind in (TEXT, AREA) else None,
        choices=_choices(field),
        suggestions=tuple(map(str, field.metadata.get("suggestions", ()))),
        errors=messages(errors[name]) if name in errors else (),
    )


def _read(kind: str, text: str) -> Any:
    text = text if kind in (TEXT, AREA, CHOICE) else text.strip()
    if not text.strip():
        return None
    if kind == NUMBER:
        return _number(text)
    if kind == LINES:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == PAIRS:
        return _read_pairs(text)
    if kind == SCALARS:
        return {name: _read_scalar(value) for name, value in _read_pairs(text).items()}
    if kind == JSON:
        try:
            return read_value(text)
        except UnreadableJson:
            return text  # which the schema checks
    return text if kind == AREA else text.strip()


def _read_pairs(text: str) -> dict[str, str]:
    """Read pairs written as `old = new`, one on each line."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {name.strip(): value.strip() for name, _, value in lines}


def _read_scalar(text: str) -> Any:
    """A value as it is written beside its name: a number, true, false, or else a text.

    >>> _read_scalar("2.5"), _read_scalar("true"), _read_scalar('"12"'), _read_scalar("1800 123")
    (2.5, True, '12', '1800 123')
    """
    try:
        value = read_value(text)
    except UnreadableJson:
        return text
    return value if isinstance(value, str | int | float) else text


def _shown_scalar(value: Any) -> str:
    """A value as `_read_scalar` reads it; a text only in quotes where it needs them.

    >>> _shown_scalar(True), _shown_scalar("12"), _shown_scalar("1800 123"), _shown_scalar("a\\nb")
    ('true', '"12"', '1800 123', '"a\\\\nb"')
    """
    written = orjson.dumps(value).decode()
    if not isinstance(value, str):
        return written
    is_plain = value == value.strip() and len(value.splitlines()) == 1
    return value if is_plain and _read_scalar(value) == value else written


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _shown(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == SWITCH:
        return "on" if value else ""
    if kind == LINES and isinstance(value, list):
        return "\n".join(str(line) for line in value)
    if kind == PAIRS and isinstance(value, Mapping):
        return "\n".join(f"{name} = {new}" for name, new in value.items())
    if kind == SCALARS and isinstance(value, Mapping):
        return "\n".join(f"{name} = {_shown_scalar(one)}" for name, one in value.items())
    if kind == JSON and not isinstance(value, str):
        return pretty(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()


def label_of(name: str) -> str:
    """A field's name in words."""
    if name in LABELS:
        return LABELS[name]
    words = [WORDS.get(word, word) for word in name.split("_")]
    label = " ".join(words)
    return label[:1].upper() + label[1:]


def _is_address(field: fields.Field) -> bool:
    return (field.name or "").endswith("url")


def _range(field: fields.Field) -> tuple[float | None, float | None]:
    for check in field.validators:
        if isinstance(check, validate.Range):
            return check.min, check.max
    return None, None


def _max_length(field: fields.Field) -> int | None:
    lengths = [check.max for check in field.validators if isinstance(check, validate.Length)]
    return min((length for length in lengths if length), default=None)


def _choices(field: fields.Field) -> tuple[str, ...]:
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return tuple(str(choice) for choice in check.choices)
    return ()
