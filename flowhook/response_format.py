"""OpenAI's `response_format`: text, any JSON object, or JSON by a schema."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError

from flowhook.errors import InvalidInput
from flowhook.json_schema import check_lenient_schema, check_schema
from flowhook.providers.model_client import JsonAnswer

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
HELP = (
    'Must be "text", "json_object", or {"type": "json_schema", "json_schema":'
    ' {"name": ..., "schema": {...}}}.'
)


def read_response_format(value: Any) -> JsonAnswer | None:
    """Read a response_format, given as text or object; None for text. Raises ValidationError."""
    if isinstance(value, str):
        value = {"type": value.strip()}
    if not isinstance(value, dict):
        raise ValidationError(HELP)
    kind = value.get("type")
    if kind == "text":
        return None
    if kind == "json_object":
        return JsonAnswer()
    if kind == "json_schema":
        return _read_json_schema(value.get("json_schema"))
    raise ValidationError(HELP)


def _read_json_schema(declared: Any) -> JsonAnswer:
    if not isinstance(declared, dict) or not isinstance(declared.get("schema"), dict):
        raise ValidationError(HELP)
    unknown = sorted(set(declared) - {"name", "schema", "strict", "description"})
    if unknown:
        raise ValidationError(f"json_schema has unknown keys: {', '.join(map(str, unknown))}.")
    name = declared.get("name", "answer")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValidationError("json_schema.name must be 1 to 64 of A-Z a-z 0-9 _ -.")
    if not isinstance(declared.get("strict", True), bool):
        raise ValidationError("json_schema.strict must be true or false.")
    if not isinstance(declared.get("description", ""), str | None):
        raise ValidationError("json_schema.description must be text.")
    return JsonAnswer(declared["schema"], name, _is_strict(declared), declared.get("description"))


def _is_strict(declared: dict[str, Any]) -> bool:
    """Check the schema; without `strict`, it is strict if the schema allows it."""
    place, strict = "json_schema.schema", declared.get("strict")
    try:
        if strict is not False:
            try:
                check_schema(declared["schema"], place)
                return True
            except InvalidInput:
                if strict:
                    raise
        check_lenient_schema(declared["schema"], place)
    except InvalidInput as error:
        raise ValidationError(error.message) from None
    return False
