"""HTML forms made from the schemas that check the API's bodies.

`form_fields` describes a schema's fields for a page; `read_form` turns a submitted form into the
JSON object that the same schema then checks. A field's name, meaning and range are on the schema
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema, fields, missing, validate

from flowhook.errors import InvalidInput
from flowhook.mended_text import mended_text
from web.field_labels import label_of
from web.form_values import (
    AREA,
    CHECKS,
    CHOICE,
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
    faults_of_pairs,
    pretty,
    read_text,
    shown_text,
)
from web.language import N_, _

MULTILINE = frozenset({AREA, LINES, NUMBERS, PAIRS, SCALARS, JSON})
BLANK_ROWS = 3
KEY, REMOVE = "key", "remove"  # the field of a row that holds its name, and the box to remove it
AREA_CHARACTERS = 1000  # a text that may be longer gets a text area


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
    rows_of_fields: tuple[tuple[FormField, ...], ...] = ()  # of kind rows; the first is the name's

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
        if kind == ROWS:
            body[name] = _read_rows(name, field, form)
            continue
        text = mended_text(_typed(name, field, form).replace("\r\n", "\n"))
        if kind == SWITCH:
            body[name] = text == "on"
        elif kind == SECRET and not text.strip():
            if form.get(f"remove_{name}") == "on":
                body[name] = None
        else:
            body[name] = read_text(kind, text)
    return body


def check_lost(schema: Schema, form: Mapping[str, str]) -> None:
    """Raise InvalidInput for lines and names of which `read_form` would lose something."""
    lost = _lost(schema, form)
    if lost:
        raise InvalidInput(N_("something typed cannot be read"), fields=lost)


def _lost(schema: Schema, form: Mapping[str, str]) -> dict[str, list[str]]:
    """What to say beside the fields that hold a line without a name, or a name twice."""
    found = {}
    for name, field in schema.fields.items():
        kind = kind_of(field)
        if kind == ROWS:
            keys = [key for key, _values in _typed_rows(name, field, form)]
            found[name] = [_twice(key) for key in dict.fromkeys(keys) if keys.count(key) > 1]
        elif kind in (PAIRS, SCALARS):
            faults = faults_of_pairs(form.get(name, ""))
            found[name] = [_twice(word) if again else _no_sign(word) for word, again in faults]
    return {name: words for name, words in found.items() if words}


def _twice(name: str) -> str:
    return _("%(name)s is here twice: keep one.", name=name)


def _no_sign(line: str) -> str:
    return _("The line “%(line)s” has no =: write it as name = value.", line=line)


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
    if isinstance(field, fields.Dict) and isinstance(field.value_field, fields.Nested):
        return ROWS
    if field.metadata.get("scalars"):
        return SCALARS
    if isinstance(field, fields.List):
        return _kind_of_list(field.inner)
    if not isinstance(field, fields.String):
        return JSON
    if any(isinstance(check, validate.OneOf) for check in checks):
        return CHOICE
    longest = [check.max or 0 for check in checks if isinstance(check, validate.Length)]
    return AREA if max(longest, default=0) > AREA_CHARACTERS and not _is_address(field) else TEXT


def _kind_of_list(inner: fields.Field) -> str:
    if isinstance(inner, fields.Integer):
        return NUMBERS
    if isinstance(inner, fields.String):
        return CHECKS if _choices(inner) else LINES
    return JSON


def _typed(name: str, field: fields.Field, form: Mapping[str, str]) -> str:
    """What a form holds of a field: of boxes, a line for each that is ticked."""
    if kind_of(field) == CHECKS:
        return "\n".join(one for one in _choices(field) if form.get(f"{name}:{one}") == "on")
    return form.get(name, "")


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
        value = _typed(name, field, typed)
        if kind == ROWS:
            value = pretty(_read_rows(name, field, typed) or {})
    else:
        value = shown_text(kind, values.get(name, default))
    low, high = _range(field)
    return FormField(
        name=name,
        kind=kind,
        label=label_of(name),
        description=str(field.metadata.get("description", "")),
        required=field.required,
        value=value,
        example=shown_text(kind, field.metadata.get("example")),
        default=shown_text(kind, default),
        stored=str(values.get(name) or "") if kind == SECRET else "",
        minimum=low,
        maximum=high,
        step="1" if isinstance(field, fields.Integer) else "any",
        max_length=_max_length(field) if kind in (TEXT, AREA) else None,
        choices=_choices(field),
        suggestions=tuple(map(str, field.metadata.get("suggestions", ()))),
        errors=_messages_beside(kind, errors.get(name, ())),
        rows_of_fields=_rows(name, field, values, typed, errors) if kind == ROWS else (),
    )


def _messages_beside(kind: str, errors: Any) -> tuple[str, ...]:
    """What stands beside a field; what is wrong in a row stands there."""
    return () if kind == ROWS and isinstance(errors, Mapping) else messages(errors)


def _rows(
    name: str,
    field: fields.Field,
    values: Mapping[str, Any],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, Any],
) -> tuple[tuple[FormField, ...], ...]:
    """The rows as stored or typed, and blank ones."""
    stored = (values.get(name) or {}).items()
    given = _typed_rows(name, field, typed) if typed is not None else stored
    found = [*given, *[("", {})] * BLANK_ROWS]
    wrong = errors.get(name)
    wrong = wrong if isinstance(wrong, Mapping) else {}
    return tuple(
        _row(f"{name}.{at}", field, key, value, wrong.get(key) if key or value else None)
        for at, (key, value) in enumerate(found)
    )


def _row(
    prefix: str, field: fields.Field, key: str, values: Mapping[str, Any], wrong: Any
) -> tuple[FormField, ...]:
    wrong = wrong if isinstance(wrong, Mapping) else {}
    inner = wrong.get("value")
    columns = form_fields(
        _schema_of(field), values, errors=inner if isinstance(inner, Mapping) else {}
    )
    told = messages(wrong.get(KEY, ()))
    name = FormField(f"{prefix}.{KEY}", TEXT, label_of(KEY), "", value=key, errors=told)
    return name, *(replace(one, name=f"{prefix}.{one.name}") for one in columns)


def _schema_of(field: fields.Field) -> Schema:
    """The schema of a row's fields."""
    schema: Schema = field.value_field.schema  # type: ignore[attr-defined]
    return schema


def _read_rows(name: str, field: fields.Field, form: Mapping[str, str]) -> dict[str, Any] | None:
    """The rows that are not blank, by name."""
    return dict(_typed_rows(name, field, form)) or None


def _typed_rows(
    name: str, field: fields.Field, form: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    """The rows that are not blank, each with its name, which may be there twice."""
    schema = _schema_of(field)
    found = []
    at = 0
    while f"{name}.{at}.{KEY}" in form:
        row = {one: form.get(f"{name}.{at}.{one}", "") for one in schema.fields}
        values = {one: value for one, value in read_form(schema, row).items() if value is not None}
        key = form[f"{name}.{at}.{KEY}"].strip()
        is_kept = form.get(f"{name}.{at}.{REMOVE}") != "on"
        if is_kept and (key or values):
            found.append((key, values))
        at += 1
    return found


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
    chosen = field.inner if isinstance(field, fields.List) else field
    for check in chosen.validators:
        if isinstance(check, validate.OneOf):
            return tuple(str(choice) for choice in check.choices)
    return ()
