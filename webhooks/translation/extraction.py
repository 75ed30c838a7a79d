"""Find the human texts of an entry: those its content type marks as text, or all.

Contentstack content types are understood: text (also rich text, Markdown and multiple
values), JSON rich text, groups, global fields, modular blocks and links. Choices, ids, URLs,
references, files, dates, numbers and fields that are not localised stay as they are. A field
that the content type does not know stays too. In JSON rich text only `text` leaves are text.

Errors: invalid_input.
Source: https://www.contentstack.com/docs/developers/create-content-types/json-schema-for-creating-a-content-type
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowhook import errors
from flowhook.strict_json import UnreadableJson, read_value
from flowhook.turns import in_turns
from webhooks.translation.human_text import is_human, is_human_unmarked
from webhooks.translation.segment import Path, Segment, segments_of

MAX_DEPTH = 100
MAX_VALUES = 50_000
MAX_CHARACTERS = 400_000  # with what is not translated, such as tags
_CODE_NODES = {"code", "reference"}
CHOICES = ("dropdown", "radio", "checkbox", "select")  # how Contentstack shows a field's enum

Fields = dict[Any, dict[str, Any]]
# Where a text stands, the text, and the name of its field if no content type says what it is.
Found = Iterator[tuple[Path, str, str | None]]


def extract(entry: Any, schema: Any = None) -> list[Segment]:
    """List the segments of `entry` in order; `schema` is a content type, or None.

    Raises InvalidInput, for an entry that is too large before it looks at any text.
    """
    _check_size(entry)
    fields = None if schema in (None, "", {}, []) else _fields_of(schema)
    if fields is None:
        found = _any_texts((), "", entry)
    elif _is_wrapped(entry, fields):
        found = _object_texts(("entry",), entry["entry"], fields)
    else:
        found = _object_texts((), entry, fields)
    return [
        segment
        for path, text, name in in_turns(found)
        if (is_human(text) if name is None else is_human_unmarked(name, text))
        for segment in segments_of(path, text)
    ]


def _fields_of(schema: Any) -> Fields:
    """The fields in a content type by uid, however it is wrapped."""
    if isinstance(schema, str):
        try:
            schema = read_value(schema)
        except UnreadableJson as refusal:
            raise _bad_schema(f"is {refusal}") from None
    _check_size(schema, "content_type_schema")
    for key in ("content_type", "global_field", "schema"):
        if isinstance(schema, dict) and key in schema:
            schema = schema[key]
    if not isinstance(schema, list) or not all(
        isinstance(field, dict) and isinstance(field.get("uid"), str) for field in schema
    ):
        raise _bad_schema('must be a Contentstack content type: {"schema": [{"uid", "data_type"}]}')
    return _by_uid(schema)


def _is_wrapped(entry: Any, fields: Fields) -> bool:
    """Whether this is the body {"entry": {...}} of Contentstack's API rather than an entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("entry"), dict):
        return False
    return "entry" not in fields


def _by_uid(parts: Any) -> Fields:
    """Fields or blocks by uid, and those inside them; sorted once for an entry's many objects."""
    found: Fields = {}
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and isinstance(part.get("uid"), str):
            inner = {key: _by_uid(part[key]) for key in ("schema", "blocks") if key in part}
            found[part["uid"]] = {**part, **inner}
    return found


def _object_texts(path: Path, value: Any, fields: Fields | None) -> Found:
    if not isinstance(value, dict) or fields is None:
        return
    for key, inner in value.items():
        if key in fields:
            yield from _field_texts((*path, key), inner, fields[key])


def _field_texts(path: Path, value: Any, field: dict[str, Any]) -> Found:
    """The texts in one field's value, which is a list when the field is multiple."""
    if field.get("non_localizable") is True:
        return
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _field_texts((*path, place), inner, field)
        return
    match field.get("data_type"):
        case "text":
            if _is_text_field(field):
                yield from _text(path, value)
        case "json" if _is_rich(value):
            yield from _rich_texts(path, value)
        case "group" | "global_field":
            yield from _object_texts(path, value, field.get("schema"))
        case "blocks":
            yield from _block_texts(path, value, field.get("blocks"))
        case "link" if isinstance(value, dict):
            yield from _text((*path, "title"), value.get("title"))


def _text(path: Path, value: Any) -> Found:
    if isinstance(value, str):
        yield path, value, None


def _is_text_field(field: dict[str, Any]) -> bool:
    """Whether a field is text; choices are read by machines, `url` and `uid` are addresses."""
    metadata = field.get("field_metadata")
    is_slug = isinstance(metadata, dict) and metadata.get("isUrl") is True
    is_choice = field.get("enum") or field.get("display_type") in CHOICES
    return not (is_choice or is_slug or field["uid"] in {"url", "uid", "slug", "locale"})


def _block_texts(path: Path, value: Any, blocks: Fields | None) -> Found:
    """The texts of a modular block: an object whose one key names the block's kind."""
    if not isinstance(value, dict) or blocks is None:
        return
    for key, inner in value.items():
        if key in blocks:
            yield from _object_texts((*path, key), inner, blocks[key].get("schema"))


def _any_texts(path: Path, key: str, value: Any) -> Found:
    """Every text, with the name of its field, without a content type."""
    if isinstance(value, str):
        yield path, value, key
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _any_texts((*path, place), key, inner)
    elif _is_rich(value):
        yield from _rich_texts(path, value)
    elif isinstance(value, dict):
        choices = _choices_of(value)
        for name, inner in value.items():
            if name != "enum" and not (isinstance(inner, str) and inner in choices):
                yield from _any_texts((*path, name), name, inner)


def _choices_of(value: dict[str, Any]) -> set[str]:
    """The texts of an object that are choices: of its `enum`, or a `value` that is its label.

    A program compares such a value, so a translated one would fit nowhere.
    """
    listed = value.get("enum")
    listed = listed.get("choices") if isinstance(listed, dict) else listed
    found = [one.get("value") if isinstance(one, dict) else one for one in _items(listed)]
    label, chosen = value.get("label"), value.get("value")
    if isinstance(label, str) and isinstance(chosen, str) and chosen == _slug(label):
        found.append(chosen)
    return {one for one in found if isinstance(one, str)}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _slug(label: str) -> str:
    """A label as programs write it: in small letters, without spaces."""
    return "_".join(label.lower().split())


def _is_rich(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "doc"
        and isinstance(value.get("children"), list)
    )


def _rich_texts(path: Path, node: Any) -> Found:
    """The `text` leaves of JSON rich text; code and embedded entries stay."""
    if not isinstance(node, dict) or node.get("type") in _CODE_NODES:
        return
    text = node.get("text")
    if isinstance(text, str):
        if node.get("inlineCode") is not True:
            yield (*path, "text"), text, None
        return
    children = node.get("children")
    if isinstance(children, list):
        for place, child in enumerate(children):
            yield from _rich_texts((*path, "children", place), child)


def _check_size(value: Any, field: str = "entry") -> None:
    level = [value]
    values = characters = 0
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return
        values += len(level)
        characters += sum(len(inner) for inner in level if isinstance(inner, str))
        if values > MAX_VALUES:
            raise _too_large(field, f"holds more than {MAX_VALUES} values")
        if characters > MAX_CHARACTERS:
            raise _too_large(field, f"holds more than {MAX_CHARACTERS} characters")
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    raise _too_large(field, f"is nested deeper than {MAX_DEPTH} levels")


def _too_large(field: str, problem: str) -> errors.InvalidInput:
    return errors.InvalidInput(f"{field} {problem}", fields={field: [problem]})


def _bad_schema(problem: str) -> errors.InvalidInput:
    return errors.InvalidInput(
        f"content_type_schema {problem}", fields={"content_type_schema": [problem]}
    )
