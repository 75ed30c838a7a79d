"""HTML forms made from the schemas that check the API's bodies.

`form_fields` describes a schema's fields for a page; `read_form` turns a submitted form into the
JSON object that the same schema then checks. A field's name, meaning and range are on the schema
only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema, fields, missing

from flowhook.errors import InvalidInput
from flowhook.mended_text import mended_text
from web.field_kinds import choices_of, kind_of, max_length_of, range_of, schema_of
from web.field_labels import label_of
from web.form_values import (
    AREA,
    CHECKS,
    GROUP,
    JSON,
    LINES,
    NUMBERS,
    PAIRS,
    ROWS,
    SCALARS,
    SECRET,
    SWITCH,
    TEXT,
    TEXTS,
    faults_of_pairs,
    pretty,
    read_text,
    shown_text,
)
from web.language import N_, _

MULTILINE = frozenset({AREA, LINES, NUMBERS, PAIRS, SCALARS, JSON})
BLANK_ROWS = 3
KEY, REMOVE = "key", "remove"  # the field of a row that holds its name, and the box to remove it


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
    parts: tuple[FormField, ...] = ()  # of kind group

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
        if kind in (ROWS, TEXTS, GROUP):
            body[name] = _read_object(kind, name, field, form)
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


def _lost(schema: Schema, form: Mapping[str, str]) -> dict[str, Any]:
    """What to say beside the fields that hold a line without a name, or a name twice."""
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        kind = kind_of(field)
        if kind == GROUP:
            found[name] = _lost(schema_of(field), _within(name, form))
        elif kind in (ROWS, TEXTS):
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


def _typed(name: str, field: fields.Field, form: Mapping[str, str]) -> str:
    """What a form holds of a field: of boxes, a line for each that is ticked."""
    if kind_of(field) == CHECKS:
        return "\n".join(one for one in choices_of(field) if form.get(f"{name}:{one}") == "on")
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
        if kind in (ROWS, TEXTS, GROUP):
            value = pretty(_read_object(kind, name, field, typed) or {})
    else:
        value = shown_text(kind, values.get(name, default))
    low, high = range_of(field)
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
        max_length=max_length_of(field) if kind in (TEXT, AREA) else None,
        choices=choices_of(field),
        suggestions=tuple(map(str, field.metadata.get("suggestions", ()))),
        errors=_messages_beside(kind, errors.get(name, ())),
        rows_of_fields=_rows(name, field, values, typed, errors) if kind in (ROWS, TEXTS) else (),
        parts=tuple(_parts(name, field, values, typed, errors)) if kind == GROUP else (),
    )


def _messages_beside(kind: str, errors: Any) -> tuple[str, ...]:
    """What stands beside a field; what is wrong in a row or a part stands there."""
    is_inside = kind in (ROWS, TEXTS, GROUP) and isinstance(errors, Mapping)
    return () if is_inside else messages(errors)


def _parts(
    name: str,
    field: fields.Field,
    values: Mapping[str, Any],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, Any],
) -> Iterator[FormField]:
    """The fields of a group."""
    inner = None if typed is None else _within(name, typed)
    wrong = errors.get(name)
    told = _told(field, wrong) if isinstance(wrong, Mapping) else {}
    for one in form_fields(schema_of(field), values.get(name) or {}, inner, told):
        yield _moved(one, name)


def _told(field: fields.Field, wrong: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with the fields of a group; for an object by name, marshmallow tells it of
    names and values apart."""
    if isinstance(field, fields.Nested):
        return dict(wrong)
    return {
        one: told.get("value", {}) if isinstance(told, Mapping) else told
        for one, told in wrong.items()
    }


def _moved(field: FormField, group: str) -> FormField:
    """A field, and those in it, named as the group's; a group may be blank, so none is needed."""
    rows = tuple(tuple(_moved(one, group) for one in row) for row in field.rows_of_fields)
    parts = tuple(_moved(one, group) for one in field.parts)
    name = f"{group}.{field.name}"
    return replace(field, name=name, required=False, rows_of_fields=rows, parts=parts)


def _rows(
    name: str,
    field: fields.Field,
    values: Mapping[str, Any],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, Any],
) -> tuple[tuple[FormField, ...], ...]:
    """The rows as stored or typed, and blank ones."""
    is_text = kind_of(field) == TEXTS
    stored = [
        (key, {TEXT: value} if is_text else value)
        for key, value in (values.get(name) or {}).items()
    ]
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
    is_text, inner = kind_of(field) == TEXTS, wrong.get("value")
    if is_text and inner:
        inner = {TEXT: inner}
    columns = form_fields(
        schema_of(field), values, errors=inner if isinstance(inner, Mapping) else {}
    )
    if is_text:
        columns = [replace(one, kind=AREA) for one in columns]
    told, label = messages(wrong.get(KEY, ())), label_of(field.metadata.get(TEXTS, KEY))
    name = FormField(f"{prefix}.{KEY}", TEXT, label, "", value=key, errors=told)
    return name, *(replace(one, name=f"{prefix}.{one.name}") for one in columns)


def _read_object(
    kind: str, name: str, field: fields.Field, form: Mapping[str, str]
) -> dict[str, Any] | None:
    """What a group or rows hold that is not blank; None for nothing."""
    found: dict[str, Any]
    if kind == GROUP:
        read = read_form(schema_of(field), _within(name, form))
        found = {one: value for one, value in read.items() if value is not None}
    else:
        found = dict(_typed_rows(name, field, form))
    if kind == TEXTS:
        found = {key: row[TEXT] for key, row in found.items() if TEXT in row}
    return found or None


def _within(name: str, form: Mapping[str, str]) -> dict[str, str]:
    """What a form holds of a group, by the names within it."""
    start = f"{name}."
    return {one.removeprefix(start): form[one] for one in form if one.startswith(start)}


def _typed_rows(
    name: str, field: fields.Field, form: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    """The rows that are not blank, each with its name, which may be there twice."""
    schema = schema_of(field)
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
