"""Converts a webhook function's fields to the JSON schema of a tool in strict mode.

Every property is required and `additionalProperties` is false; an optional field may be
null instead. A field that takes any JSON takes it as text, because strict mode has no
"any".

Source: https://platform.openai.com/docs/guides/function-calling#strict-mode
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from webhooks.fields import Json, Number, Whole


def tool_schema(schema: Schema) -> dict[str, Any]:
    """Return the strict JSON schema of a function's input."""
    properties = {name: _property(field) for name, field in schema.fields.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _property(field: fields.Field) -> dict[str, Any]:
    kind = _kind(field)
    described: dict[str, Any] = {"type": kind if field.required else [kind, "null"]}
    description = str(field.metadata.get("description", ""))
    if isinstance(field, Json | fields.Raw | fields.List | fields.Dict):
        description = f"{description} Written as JSON text.".strip()
    if description:
        described["description"] = description
    for check in field.validators:
        if isinstance(check, validate.Range):
            described |= {"minimum": check.min, "maximum": check.max}
        elif isinstance(check, validate.OneOf):
            described["enum"] = [*check.choices, *([] if field.required else [None])]
    return described


def _kind(field: fields.Field) -> str:
    if isinstance(field, Whole | fields.Integer):
        return "integer"
    if isinstance(field, Number | fields.Float):
        return "number"
    return "boolean" if isinstance(field, fields.Boolean) else "string"
