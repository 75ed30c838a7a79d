"""What a good model says: it keeps to the JSON asked for, translates, and calls functions."""

from __future__ import annotations

import json
import re
from typing import Any

SAID = "Blue light scatters most in the air."
HALF = "Blue light scat"
THOUGHT = "I wonder what they want to hear."
_SCHEMA = re.compile(r"JSON Schema:\n(\{.*\})", re.DOTALL)
_WORDS = {"integer": 7, "number": 7.5, "boolean": True}


def said_to(body: dict[str, Any]) -> str:
    """The whole text that the model answers."""
    system, last = _texts(body)
    schema = _schema(body, system)
    if schema is not None:
        return json.dumps(_filled(schema, last), ensure_ascii=False)
    if _wants_json(body, system):
        return json.dumps({"colour": "blue"})
    if "in which language a text is written" in system:
        return "Hindi"
    return last.upper() if "You translate" in system else SAID


def call_for(body: dict[str, Any]) -> dict[str, Any] | None:
    """The function that the model calls: one, before it has seen a result."""
    tools = [tool.get("function", tool) for tool in body.get("tools") or ()]
    named = [tool["name"] for tool in tools if "name" in tool]
    if not named or body.get("tool_choice") == "none" or _has_result(body):
        return None
    arguments = json.dumps({"buttons_data": "Yes|No"})
    return {"name": named[0], "arguments": arguments}


def written(call: dict[str, Any]) -> str:
    """The call as Qwen and Hermes write it."""
    known = {"name": call["name"], "arguments": json.loads(call["arguments"])}
    return f"<tool_call>\n{json.dumps(known)}\n</tool_call>"


def _has_result(body: dict[str, Any]) -> bool:
    said = body.get("messages") or body.get("input") or ()
    return any(
        one.get("role") == "tool" or one.get("type") == "function_call_output" for one in said
    )


def _texts(body: dict[str, Any]) -> tuple[str, str]:
    """The instructions, and what was said last."""
    said = body.get("messages", body.get("input", ()))
    messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
    system = [str(body.get("instructions", ""))]
    system += [_text(one) for one in messages if one.get("role") == "system"]
    others = [_text(one) for one in messages if one.get("role") == "user"]
    return "\n".join(system), others[-1] if others else ""


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    parts = [{"text": content}] if isinstance(content, str) else content
    return "\n".join(part["text"] for part in parts if "text" in part)


def _schema(body: dict[str, Any], system: str) -> Any:
    declared = (body.get("response_format") or {}).get("json_schema")
    if declared:
        return declared["schema"]
    found = _SCHEMA.search(system)
    return json.JSONDecoder().raw_decode(found[1])[0] if found else None


def _wants_json(body: dict[str, Any], system: str) -> bool:
    kind = (body.get("response_format") or {}).get("type")
    return kind == "json_object" or "one JSON object" in system


def _filled(schema: dict[str, Any], last: str) -> dict[str, Any]:
    """An object of the schema; numbered texts are translated, into capitals."""
    names = schema["properties"]
    if all(name.isdecimal() for name in names):
        return {name: text.upper() for name, text in json.loads(last).items()}
    special = {"language": "Hindi"}
    return {
        name: special.get(name, _WORDS.get(str(one.get("type")), "blue"))
        for name, one in names.items()
    }
