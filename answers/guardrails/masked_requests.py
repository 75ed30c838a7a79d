"""What a provider gets of a request: each text of it masked, wherever it stands.

The names of functions, models and fields stay, since the author chose them and an answer comes back
by them. So do signatures, which a model's server wants back byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from answers.guardrails.masking.json_texts import each_text
from flowhook.providers.model_client import (
    KEPT_OF_CALLS,
    KEPT_OF_MESSAGES,
    ChatRequest,
    FilesRequest,
    JsonAnswer,
    Message,
)

Mask = Callable[[str], str]

# The keywords of a JSON Schema that hold texts, and those that hold schemas by name.
SAID = frozenset({"description", "title", "$comment", "enum", "const", "default", "examples"})
BY_NAME = frozenset({"properties", "$defs", "definitions"})
SIGNATURE = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def is_picture(part: Any) -> bool:
    """Whether a part of a message is something else than text, by itself or behind a link.

    >>> is_picture({"type": "image_url", "image_url": {"url": "https://example.org/a.jpg"}})
    True
    >>> is_picture({"type": "text", "text": "Hello"}), is_picture("Hello")
    (False, False)
    """
    return isinstance(part, Mapping) and part.get("type", "text") != "text"


def holds_picture(message: Message) -> bool:
    content = message.get("content")
    return isinstance(content, list) and any(map(is_picture, content))


def masked_chat(request: ChatRequest, mask: Mask) -> ChatRequest:
    return replace(
        request,
        messages=[masked_message(message, mask) for message in request.messages],
        user=request.user and mask(request.user),
        stop=request.stop and [mask(text) for text in request.stop],
        json_answer=request.json_answer and _masked_form(request.json_answer, mask),
        tools=[_masked_tool(tool, mask) for tool in request.tools],
    )


def masked_files(request: FilesRequest, mask: Mask) -> FilesRequest:
    return replace(
        request,
        messages=[masked_message(message, mask) for message in request.messages],
        instructions=mask(request.instructions),
    )


def masked_message(message: Message, mask: Mask) -> Message:
    """A message with its words masked, and so what it calls and a model's thoughts."""
    masked = {name: each_text(value, mask) for name, value in message.items()}
    masked["role"] = message["role"]
    content = message.get("content")
    if isinstance(content, list):
        masked["content"] = [_masked_part(part, mask) for part in content]
    if "tool_calls" in message:
        masked["tool_calls"] = [_masked_call(call, mask) for call in message["tool_calls"]]
    return masked | _kept(message, KEPT_OF_MESSAGES, mask)


def masked_schema(schema: Any, mask: Mask) -> Any:
    """A JSON Schema with the texts in it masked; its form and the names of its properties stay.

    >>> masked_schema({"properties": {"title": {"title": "Of Asha", "type": "string"}}}, str.upper)
    {'properties': {'title': {'title': 'OF ASHA', 'type': 'string'}}}
    """
    if isinstance(schema, list):
        return [masked_schema(inner, mask) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {keyword: _masked_value(keyword, value, mask) for keyword, value in schema.items()}


def _masked_value(keyword: str, value: Any, mask: Mask) -> Any:
    if keyword in BY_NAME and isinstance(value, Mapping):
        return {name: masked_schema(inner, mask) for name, inner in value.items()}
    return each_text(value, mask) if keyword in SAID else masked_schema(value, mask)


def _masked_form(wanted: JsonAnswer, mask: Mask) -> JsonAnswer:
    return replace(
        wanted,
        schema=masked_schema(wanted.schema, mask),
        description=wanted.description and mask(wanted.description),
    )


def _masked_tool(tool: Mapping[str, Any], mask: Mask) -> Mapping[str, Any]:
    masked = {**tool}
    if "description" in tool:
        masked["description"] = mask(tool["description"])
    if "parameters" in tool:
        masked["parameters"] = masked_schema(tool["parameters"], mask)
    return masked


def _masked_part(part: Any, mask: Mask) -> Any:
    if is_picture(part):
        return part
    return {**part, "text": mask(part["text"])} if isinstance(part, Mapping) else mask(part)


def _masked_call(call: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    called = call["function"]
    function = {**called, "arguments": each_text(called["arguments"], mask)}
    masked = {**call, "id": mask(call["id"]), "function": function}
    return masked | _kept(call, KEPT_OF_CALLS, mask)


def _kept(given: Mapping[str, Any], names: tuple[str, ...], mask: Mask) -> dict[str, Any]:
    """The thoughts and signatures that come back to a model, where there are some."""

    def unless_signed(text: str) -> str:
        return text if SIGNATURE.fullmatch(text) else mask(text)

    return {name: each_text(given[name], unless_signed) for name in names if name in given}
