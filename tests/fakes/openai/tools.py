"""Function tools and the choice among them, as chat/completions takes them."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import rules, schemas
from tests.fakes.openai.complaints import Complaint, malformed
from tests.fakes.openai.models import Model

NAME = rules.text(64, 1, r"[a-zA-Z0-9_-]+")
_FUNCTION = rules.shape(
    {
        "name": NAME,
        "description": rules.text(),
        "parameters": rules.an_object,
        "strict": rules.flag,
    },
    ("name",),
)
_TOOL = rules.shape({"type": rules.one_of("function"), "function": _FUNCTION}, ("type", "function"))
TOOLS = rules.items(_TOOL, 1, 128)

_NAMED = rules.shape({"name": rules.text(64)}, ("name",))
_MODES = rules.one_of("none", "auto", "required")
_CHOICE_OBJECT = rules.tagged(
    {
        "function": rules.shape({"type": rules.anything, "function": _NAMED}, ("function",)),
        "allowed_tools": rules.shape(
            {
                "type": rules.anything,
                "allowed_tools": rules.shape(
                    {
                        "mode": rules.one_of("auto", "required"),
                        "tools": rules.items(rules.an_object, 1),
                    },
                    ("mode", "tools"),
                ),
            },
            ("allowed_tools",),
        ),
    }
)


def check_choice(value: Any, param: str) -> None:
    (_CHOICE_OBJECT if isinstance(value, dict) else _MODES)(value, param)


def check(body: dict[str, Any], model: Model) -> None:
    """What goes beyond the shape: strict schemas, choices among tools, reasoning effort."""
    functions = [tool["function"] for tool in body.get("tools", ())]
    for needs_tools in ("tool_choice", "parallel_tool_calls"):
        if needs_tools in body and not functions:
            raise malformed(
                f"Invalid value for '{needs_tools}': '{needs_tools}' is only allowed when "
                "'tools' are specified.",
                needs_tools,
            )
    for index, function in enumerate(functions):
        check_parameters(function, f"tools[{index}].function.parameters")
    if functions:
        _check_effort(body, model)
        _check_named(body, {function["name"] for function in functions})


def check_parameters(function: dict[str, Any], param: str) -> None:
    subject = f"function '{function['name']}'"
    parameters = function.get("parameters")
    if function.get("strict"):
        schemas.check_strict(parameters, subject, param, "invalid_function_parameters")
    elif parameters is not None and parameters.get("type") != "object":
        raise malformed(
            f"Invalid schema for {subject}: schema must be a JSON Schema of 'type: \"object\"', "
            f"got 'type: \"{parameters.get('type')}\"'.",
            param,
            "invalid_function_parameters",
        )


def _check_effort(body: dict[str, Any], model: Model) -> None:
    effort = body.get("reasoning_effort")
    needs_none = model.tools_need_effort_none and effort != "none"
    forbidden = model.tools_forbid_effort and effort not in (None, "none")
    if not needs_none and not forbidden:
        return
    advice = (
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
        if needs_none
        else "Please use /v1/responses instead."
    )
    raise Complaint(
        f"Function tools with reasoning_effort are not supported for {model.id} in "
        f"/v1/chat/completions. {advice}",
        param="reasoning_effort",
    )


def _check_named(body: dict[str, Any], names: set[str]) -> None:
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "function":
        name = choice["function"]["name"]
        if name not in names:
            raise malformed(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")


def by_name(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each function's parameters schema."""
    return {
        tool["function"]["name"]: tool["function"].get("parameters")
        or {"type": "object", "properties": {}}
        for tool in body.get("tools", ())
    }


def forced(body: dict[str, Any]) -> str | None:
    """The function the model has to call, if the request leaves it no choice."""
    choice = body.get("tool_choice")
    if choice == "required":
        return next(iter(by_name(body)))
    if isinstance(choice, dict) and choice["type"] == "function":
        return str(choice["function"]["name"])
    return None
