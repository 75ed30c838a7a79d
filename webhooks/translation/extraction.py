"""Find the human texts of an entry: those its content type marks as text, or all.

Contentstack content types are understood: text (also rich text, Markdown and multiple
values), JSON rich text, groups, global fields, modular blocks and links. Choices, ids, URLs,
references, files, dates, numbers and fields that are not localised stay as they are. A field
that the content type does not know stays too. In JSON rich text only `text` leaves are text.

Errors: invalid_input.
Source: https://www.contentstack.com/docs/developers/create-content-types/json-schema-for-creating-a-content-type
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flowhook import errors
from webhooks.translation.human_text import is_human, is_human_unmarked
from webhooks.translation.segment import Path, Segment, segments_of

MAX_DEPTH = 100
_CODE_NODES = {"code", "reference"}

Found = Iterator[tuple[Path, str]]


def extract(entry: Any, schema: Any = None) -> list[Segment]:
    """List the segments of `entry` in order; `schema` is a content type, or None."""
    _check_depth(entry)
    fields = None if schema in (None, "", {}, []) else _fields_of(schema)
    if fields is None:
        found = _any_texts((), "", entry)
    elif _is_wrapped(entry, fields):
        found = _object_texts(("entry",), entry["entry"], fields)
    else:
        found = _object_texts((), entry, fields)
    return [segment for path, text in found for segment in segments_of(path, text)]


def _fields_of(schema: Any) -> list[dict[str, Any]]:
    """The list of fields in a content type, however it is wrapped."""
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            raise _bad_schema("is not JSON") from None
    _check_depth(schema, "content_type_schema")
    for key in ("content_type", "global_field", "schema"):
        if isinstance(schema, dict) and key in schema:
            schema = schema[key]
    if not isinstance(schema, list) or not all(
        isinstance(field, dict) and isinstance(field.get("uid"), str) for field in schema
    ):
        raise _bad_schema('must be a Contentstack content type: {"schema": [{"uid", "data_type"}]}')
    return schema


def _is_wrapped(entry: Any, fields: list[dict[str, Any]]) -> bool:
    """Whether this is the body {"entry": {...}} of Contentstack's API rather than an entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("entry"), dict):
        return False
    return all(field["uid"] != "entry" for field in fields)


def _by_uid(parts: list[Any]) -> dict[Any, Any]:
    return {part["uid"]: part for part in parts if isinstance(part, dict) and "uid" in part}


def _object_texts(path: Path, value: Any, fields: Any) -> Found:
    if not isinstance(value, dict) or not isinstance(fields, list):
        return
    known = _by_uid(fields)
    for key, inner in value.items():
        if key in known:
            yield from _field_texts((*path, key), inner, known[key])


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
    if isinstance(value, str) and is_human(value):
        yield path, value


def _is_text_field(field: dict[str, Any]) -> bool:
    """Whether a field is text; choices are read by machines, `url` and `uid` are addresses."""
    metadata = field.get("field_metadata")
    is_slug = isinstance(metadata, dict) and metadata.get("isUrl") is True
    return not (field.get("enum") or is_slug or field["uid"] in {"url", "uid", "slug", "locale"})


def _block_texts(path: Path, value: Any, blocks: Any) -> Found:
    """The texts of a modular block: an object whose one key names the block's kind."""
    if not isinstance(value, dict) or not isinstance(blocks, list):
        return
    known = _by_uid(blocks)
    for key, inner in value.items():
        if key in known:
            yield from _object_texts((*path, key), inner, known[key].get("schema"))


def _any_texts(path: Path, key: str, value: Any) -> Found:
    """Every text that looks human, without a content type."""
    if isinstance(value, str):
        if is_human_unmarked(key, value):
            yield path, value
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _any_texts((*path, place), key, inner)
    elif _is_rich(value):
        yield from _rich_texts(path, value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _any_texts((*path, name), name, inner)


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
        if node.get("inlineCode") is not True and is_human(text):
            yield (*path, "text"), text
        return
    children = node.get("children")
    if isinstance(children, list):
        for place, child in enumerate(children):
            yield from _rich_texts((*path, "children", place), child)


def _check_depth(value: Any, field: str = "entry") -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    problem = f"is nested deeper than {MAX_DEPTH} levels"
    raise errors.InvalidInput(f"{field} {problem}", fields={field: [problem]})


def _bad_schema(problem: str) -> errors.InvalidInput:
    return errors.InvalidInput(
        f"content_type_schema {problem}", fields={"content_type_schema": [problem]}
    )
