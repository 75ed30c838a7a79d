"""The smallest plausible instance of a JSON schema, always the same for the same schema."""

from __future__ import annotations

import math
from typing import Any

_FORMATS = {
    "date-time": "2026-11-20T09:30:00Z",
    "date": "2026-11-20",
    "time": "09:30:00Z",
    "email": "asha@example.org",
    "uri": "https://example.org/",
    "uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "ipv4": "192.0.2.1",
    "hostname": "example.org",
    "duration": "PT1H",
}


def of(schema: dict[str, Any]) -> Any:
    """An instance that satisfies `schema` (of the kinds strict mode allows; no `pattern`)."""
    return _instance(schema, schema, frozenset())


def _instance(schema: Any, root: dict[str, Any], open_refs: frozenset[str]) -> Any:
    if not isinstance(schema, dict) or not schema:
        return "text"
    if "$ref" in schema:
        reference = schema["$ref"]
        return _instance(_resolved(reference, root), root, open_refs | {reference})
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for combiner in ("anyOf", "oneOf"):
        if combiner in schema:
            return _instance(_first_closed(schema[combiner], open_refs), root, open_refs)
    return _typed(schema, root, open_refs)


def _resolved(reference: str, root: dict[str, Any]) -> Any:
    target: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        target = target[part] if part else target
    return target


def _first_closed(options: list[Any], open_refs: frozenset[str]) -> Any:
    """The first option that does not lead round in a circle."""
    return next(option for option in options if option.get("$ref") not in open_refs | {"#"})


def _typed(schema: dict[str, Any], root: dict[str, Any], open_refs: frozenset[str]) -> Any:
    kind = _kind(schema)
    if kind == "object":
        wanted = schema.get("required", schema.get("properties", {}))
        properties = schema.get("properties", {})
        return {name: _instance(properties.get(name), root, open_refs) for name in wanted}
    if kind == "array":
        return _array(schema, root, open_refs)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    if kind == "string":
        return _text(schema)
    return True if kind == "boolean" else None


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind


def _array(schema: dict[str, Any], root: dict[str, Any], open_refs: frozenset[str]) -> list[Any]:
    item = schema.get("items", {})
    endless = item.get("$ref") in open_refs | {"#"}
    length = schema.get("minItems", 0 if endless else 1)
    return [_instance(item, root, open_refs) for _ in range(length)]


def _number(schema: dict[str, Any], whole: bool) -> int | float:
    low = schema.get("minimum", -math.inf)
    high = schema.get("maximum", math.inf)
    if "exclusiveMinimum" in schema:
        low = max(low, schema["exclusiveMinimum"] + (1 if whole else 1e-6))
    if "exclusiveMaximum" in schema:
        high = min(high, schema["exclusiveMaximum"] - (1 if whole else 1e-6))
    value = min(max(1, low), high)
    step = schema.get("multipleOf")
    if step:
        value = math.ceil(value / step) * step
    return math.ceil(value) if whole else value


def _text(schema: dict[str, Any]) -> str:
    value = _FORMATS.get(schema.get("format", ""), "text")
    value += "x" * (schema.get("minLength", 0) - len(value))
    return value[: schema.get("maxLength", len(value))]
