"""The tools a model may call: names of the organisation's tools, or tools run by the caller.

The organisation's own tools are webhook functions and flows. A flow may be given by a name that no
tool can have, such as "Fees of a class"; the model is then offered another one for it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from marshmallow import ValidationError

from flowhook.errors import InvalidInput
from flowhook.json_schema import check_lenient_schema, check_schema
from flowhook.turns import in_turns
from webhooks.context import Context, Tool
from webhooks.fields import EmptyText, UnresolvedText, is_variable

MAX_TOOLS = 64
MAX_OBJECTS = 8_000  # in all tool objects; some 0.2 ms each at worst
MAX_NAME = 200  # of a flow
TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
HELP = "Must be a list of names of webhook functions or flows, or of tool objects with a name."
NOT_TOOLS = frozenset({"function_calling", "function_calling_response"})


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool as offered to the model; `runs` is None if the caller runs it."""

    function: Mapping[str, Any]
    runs: Tool | None = None

    @property
    def name(self) -> str:
        return str(self.function["name"])


def read_functions(value: Any) -> list[str | dict[str, Any]] | None:
    """Read the field `functions`: a list, one item, or names separated by commas."""
    if isinstance(value, str):
        value = [name.strip() for name in value.split(",") if name.strip()]
    if value is None or value == []:
        raise ValidationError([EmptyText("Must name at least one function.")])
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or len(value) > MAX_TOOLS:
        raise ValidationError(f"{HELP[:-1]}, at most {MAX_TOOLS}.")
    if orjson.dumps(value).count(b"{") > MAX_OBJECTS:
        raise ValidationError(f"Must hold at most {MAX_OBJECTS} properties and other objects.")
    items = in_turns(enumerate(value))
    read = [_read_item(item, f"functions[{place}]") for place, item in items]
    names = [item if isinstance(item, str) else item["name"] for item in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValidationError(f"Each name may stand once; twice: {', '.join(twice)}.")
    return read


def offered_tools(chosen: list[str | dict[str, Any]], context: Context) -> dict[str, OfferedTool]:
    """Return the chosen tools by name. Raises InvalidInput if one does not exist, or is the same
    as another."""
    tools: dict[str, OfferedTool] = {}
    for item in chosen:
        tool = _own(item, context) if isinstance(item, str) else OfferedTool(item)
        if tool.name in tools:
            raise _no_tool(
                f"Each name may stand once; twice: {tool.name}.", "Leave one of them out."
            )
        tools[tool.name] = tool
    return tools


def _own(name: str, context: Context) -> OfferedTool:
    if name in NOT_TOOLS:
        raise _no_tool(f"{name} cannot be called by a model", "Leave it out.")
    organisation = context.organisation
    for source in context.tool_sources:
        tool = source.find(name, organisation)
        if tool:
            function = {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": True,
            }
            return OfferedTool(function, tool)
    known = [name for source in context.tool_sources for name in source.names(organisation)]
    nearest = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    raise _no_tool(
        f"there is no function or published flow {name}.{hint}",
        "GET /webhooks lists every function, GET /flows/<org> the flows; or give a whole tool"
        " object.",
    )


def _no_tool(problem: str, fix: str) -> InvalidInput:
    return InvalidInput(f"functions: {problem}", fix=fix, fields={"functions": [problem]})


def _read_item(item: Any, place: str) -> str | dict[str, Any]:
    if isinstance(item, dict) and isinstance(item.get("function"), dict):
        item = item["function"]
    if isinstance(item, str) and is_variable(item):
        raise ValidationError(
            [UnresolvedText(f"{place}: {item.strip()} was never set by the flow.")]
        )
    if isinstance(item, str) and 0 < len(item.strip()) <= MAX_NAME:
        if item.lstrip().startswith(("{", "[")):
            raise ValidationError(f"{place}: {HELP}")  # the text of an object, and a broken one
        return item.strip()
    name = item.get("name") if isinstance(item, dict) else None
    if not isinstance(name, str) or not TOOL_NAME.fullmatch(name.strip()):
        raise ValidationError(f"{place}: a name must be 1 to 64 of A-Z a-z 0-9 _ -.")
    return _read_tool(item, place)


def _read_tool(item: dict[str, Any], place: str) -> dict[str, Any]:
    unknown = sorted(set(item) - {"name", "description", "parameters", "strict", "type"})
    if unknown:
        raise ValidationError(f"{place} has unknown keys: {', '.join(map(str, unknown))}.")
    tool: dict[str, Any] = {"name": item["name"].strip()}
    description, strict = item.get("description"), item.get("strict")
    if description is not None:
        if not isinstance(description, str) or len(description) > 10_000:
            raise ValidationError(f"{place}.description must be text.")
        tool["description"] = description
    if strict is not None and not isinstance(strict, bool):
        raise ValidationError(f"{place}.strict must be true or false.")
    parameters = item.get("parameters")
    if parameters is not None:
        if not isinstance(parameters, dict) or parameters.get("type") != "object":
            raise ValidationError(f'{place}.parameters must be a JSON Schema of "type": "object".')
        check = check_schema if strict else check_lenient_schema
        try:
            tool["parameters"] = check(parameters, f"{place}.parameters")
        except InvalidInput as error:
            raise ValidationError(error.message) from None
    if strict:
        tool["strict"] = True
    return tool
