"""The catalogue of webhook functions, generated from their schemas and docstrings."""

from __future__ import annotations

import inspect
from typing import Any

from marshmallow import Schema, fields, missing, validate

from flowhook.common_keys import BUILDER_KEYS
from flowhook.registry import Registry
from webhooks.fields import Json, Number, Whole
from webhooks.registry import WebhookFunction


def catalogue(functions: Registry[WebhookFunction]) -> dict[str, Any]:
    """Return `{"functions": [...], "builder_keys": [...]}`, sorted by name."""
    return {
        "functions": [describe(function) for function in functions],
        "builder_keys": sorted(BUILDER_KEYS),
    }


def describe(function: WebhookFunction) -> dict[str, Any]:
    """Describe a function: summary, page, fields, results, and a body to paste into a flow node."""
    page = inspect.cleandoc(function.page)
    return {
        "name": function.name,
        "url": f"/webhooks/{function.name}",
        "summary": page.partition("\n")[0],
        "page": page,
        "fields": [_field(name, field) for name, field in function.fields.fields.items()],
        "results": _results(function.result),
        "main_result": function.main,
        "example": dict(function.example),
    }


def _field(name: str, field: fields.Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "type": _type(field),
        "required": field.required,
        "description": field.metadata.get("description", ""),
    }
    for key in ("example", "suggestions", "default"):
        if key in field.metadata:
            described[key] = field.metadata[key]
    if field.load_default is not missing and field.load_default is not None:
        described["default"] = field.load_default
    for check in field.validators:
        if isinstance(check, validate.Range):
            described["minimum"], described["maximum"] = check.min, check.max
        elif isinstance(check, validate.OneOf):
            described["choices"] = list(check.choices)
        elif isinstance(check, validate.Length) and check.max is not None:
            described["max_length"] = check.max
    return described


def _results(schema: Schema) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": _type(field),
            "description": field.metadata.get("description", ""),
            **({"example": field.metadata["example"]} if "example" in field.metadata else {}),
        }
        for name, field in schema.fields.items()
    ]


def _type(field: fields.Field) -> str:
    kinds: list[tuple[tuple[type, ...], str]] = [
        ((Json, fields.Raw), "any"),
        ((Whole, fields.Integer), "integer"),
        ((Number, fields.Float), "number"),
        ((fields.Boolean,), "boolean"),
        ((fields.List,), "list"),
        ((fields.Dict, fields.Nested), "object"),
    ]
    return next((name for types, name in kinds if isinstance(field, types)), "text")
