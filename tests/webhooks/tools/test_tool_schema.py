"""A webhook function's fields as the strict schema of a tool."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import fields

from tests.fakes.openai import schemas
from webhooks.fields import Choice, Flag, FunctionSchema, Json, Number, Text, Whole
from webhooks.registry import load_functions
from webhooks.tools.tool_schema import tool_schema


def test_every_function_is_a_tool_that_strict_mode_takes() -> None:
    for function in load_functions():
        schema = tool_schema(function.fields)
        schemas.check_strict(schema, f"function '{function.name}'", "tools")
        assert all(entry["description"] for entry in schema["properties"].values())


@pytest.mark.parametrize(
    ("field", "described"),
    [
        (Text(), {"type": ["string", "null"]}),
        (
            Text(required=True, metadata={"description": "Said."}),
            {"type": "string", "description": "Said."},
        ),
        (Number(0, 2), {"type": ["number", "null"], "minimum": 0, "maximum": 2}),
        (Whole(1, 9, required=True), {"type": "integer", "minimum": 1, "maximum": 9}),
        (Flag(), {"type": ["boolean", "null"]}),
        (Choice(["a", "b"]), {"type": ["string", "null"], "enum": ["a", "b", None]}),
        (Choice(["a", "b"], required=True), {"type": "string", "enum": ["a", "b"]}),
        (fields.Integer(required=True), {"type": "integer"}),
        (fields.Float(required=True), {"type": "number"}),
        (Json(), {"type": ["string", "null"], "description": "Written as JSON text."}),
        (
            fields.List(fields.String(), required=True, metadata={"description": "All."}),
            {"type": "string", "description": "All. Written as JSON text."},
        ),
    ],
)
def test_a_field_becomes_a_property(field: fields.Field, described: dict[str, Any]) -> None:
    schema = tool_schema(FunctionSchema.from_dict({"x": field})())
    assert schema == {
        "type": "object",
        "properties": {"x": described},
        "required": ["x"],
        "additionalProperties": False,
    }
