"""Which tools a model may call."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from tests.fixtures_app import Service
from tests.stretches import MOST, stretches
from webhooks.tools.tool_choice import MAX_TOOLS, OfferedTool, read_functions

BODY = {"input": "Which buttons?", "functions": ["get_buttons"]}
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("a", ["a"]),
        (" a , b,", ["a", "b"]),
        ([" a "], ["a"]),
        ({"name": " x "}, [{"name": "x"}]),
        ([{"type": "function", "function": {"name": "x"}}], [{"name": "x"}]),
        (
            [{"name": "x", "description": "X.", "parameters": SCHEMA, "strict": True}],
            [{"name": "x", "description": "X.", "parameters": SCHEMA, "strict": True}],
        ),
        ([{"name": "x", "strict": False}], [{"name": "x"}]),
        (
            [{"name": "x", "parameters": {"type": "object"}}],
            [{"name": "x", "parameters": {"type": "object"}}],
        ),
        ([f"f{at}" for at in range(MAX_TOOLS)], [f"f{at}" for at in range(MAX_TOOLS)]),
        ("a" * 200, ["a" * 200]),
        (["Fees of a class", "फीस"], ["Fees of a class", "फीस"]),
        (
            [{"name": "x", "description": "d" * 10_000}],
            [{"name": "x", "description": "d" * 10_000}],
        ),
    ],
    ids=range(12),
)
def test_what_names_tools_is_read(value: Any, read: Any) -> None:
    assert read_functions(value) == read


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "at least one"),
        ([], "at least one"),
        (" , ", "at least one"),
        (5, "at most 64"),
        ([f"f{at}" for at in range(MAX_TOOLS + 1)], "at most 64"),
        (["b", "a", "b", {"name": "a"}], "twice: a, b"),
        (["a", 5], r"functions\[1\]: a name must be"),
        ([{"name": None}], "a name must be"),
        (["a" * 201], "a name must be"),
        ([" "], "a name must be"),
        ([{"name": "a" * 65}], "a name must be"),
        ([{"name": "a b"}], "a name must be"),
        ([{"name": "x", "colour": 1, "age": 2}], "unknown keys: age, colour"),
        ([{"name": "x", "description": 5}], "description must be text"),
        ([{"name": "x", "description": "d" * 10_001}], "description must be text"),
        ([{"name": "x", "strict": "yes"}], "strict must be true or false"),
        ([{"name": "x", "parameters": []}], "parameters must be a JSON Schema"),
        ([{"name": "x", "parameters": {"type": "array"}}], "parameters must be a JSON Schema"),
        ([{"name": "x", "strict": True, "parameters": {"type": "object"}}], "parameters"),
    ],
    ids=range(19),
)
def test_what_names_no_tools_is_refused(value: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_functions(value)


def test_others_go_on_while_many_large_tools_are_checked() -> None:
    names = [f"p{n}" for n in range(90)]
    described = {name: {"type": "string", "minLength": 1} for name in names}
    schema = {"type": "object", "properties": described, "required": names}
    tools = [{"name": f"t{n}", "parameters": schema} for n in range(MAX_TOOLS)]
    with stretches() as measured:
        assert read_functions(tools) == tools
    assert measured.longest < MOST


def test_too_many_objects_are_refused_before_they_are_looked_at() -> None:
    schema = {"type": "object", "properties": {f"p{n}": {"minLength": []} for n in range(8_000)}}
    with pytest.raises(ValidationError, match="at most 8000 properties"):
        read_functions([{"name": "x", "parameters": schema}])


def test_a_tool_of_the_callers_is_not_run_here() -> None:
    tool = OfferedTool({"name": "x"})
    assert (tool.name, tool.runs) == ("x", None)


def test_a_wrong_name_is_answered_with_the_nearest(calling: Service) -> None:
    answer = calling.call("function_calling", {**BODY, "functions": ["get_button"]})
    assert "Did you mean get_buttons" in answer.error["message"]


@pytest.mark.parametrize("name", ["function_calling", "function_calling_response"])
def test_a_model_cannot_call_what_calls_models(calling: Service, name: str) -> None:
    answer = calling.call("function_calling", {**BODY, "functions": [name]})
    assert f"{name} cannot be called by a model" in answer.error["message"]


def test_a_variable_among_the_names_is_told_as_one(calling: Service) -> None:
    functions = ["get_buttons", "@results.tool"]
    answer = calling.call("function_calling", {**BODY, "functions": functions})
    assert (answer.status, answer.error["type"]) == (400, "unresolved_variable")
    assert "functions[1]: @results.tool was never set by the flow." in answer.error["message"]


def test_names_that_nothing_is_like_get_no_hint(calling: Service) -> None:
    answer = calling.call("function_calling", {**BODY, "functions": ["zzzzzzzz"]})
    assert "there is no function or published flow zzzzzzzz." in answer.error["message"]
    assert "Did you mean" not in answer.error["message"]
