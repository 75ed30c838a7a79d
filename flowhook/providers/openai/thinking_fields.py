"""What models thought, in the messages of a conversation: filled in where a server wants it back
and nobody has it, left out where a server takes none.

A model's own thoughts and signatures travel back as they came. But a conversation may hold calls of
another server's model, or calls that an author wrote.

Source: https://ai.google.dev/gemini-api/docs/thought-signatures (the signature of others' calls);
github.com/NousResearch/hermes-agent/pull/18263 (DeepSeek takes a space, and no empty text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flowhook.providers.model_client import KEPT_OF_MESSAGES

_WANTED = re.compile(
    r"missing\b.{0,80}\b(thought_signature|reasoning_content)\b"
    r"|\b(thought_signature|reasoning_content)\b.{0,80}\b(?:missing|must be passed back)"
    r"|must include (reasoning_content)",
    re.IGNORECASE | re.DOTALL,
)
OWED = "+"  # before the name of a field that is to be filled in
SIGNATURE_OF_OTHERS = {"google": {"thought_signature": "skip_thought_signature_validator"}}
NO_THOUGHTS = " "


def wanted_field(message: str) -> str | None:
    """Return what an error says to be missing in the messages, such as `+reasoning_content`."""
    found = _WANTED.search(message)
    return OWED + next(filter(None, found.groups())).lower() if found else None


def can_change(field: str, body: Mapping[str, Any]) -> bool:
    """Tell whether `with_field` would change the messages."""
    if not field.startswith(OWED) and field not in KEPT_OF_MESSAGES:
        return False
    return with_field(field, body) != body


def with_field(field: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with a field filled in (`+name`), or without it, in its messages."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        return dict(body)
    return {**body, "messages": [_changed(field, message) for message in messages]}


def _changed(field: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
    if message.get("role") != "assistant":
        return message
    if field == f"{OWED}reasoning_content":
        return {"reasoning_content": NO_THOUGHTS, **message}
    if field == f"{OWED}thought_signature":
        calls = message.get("tool_calls")
        signed = [{"extra_content": SIGNATURE_OF_OTHERS, **call} for call in calls or ()]
        return {**message, "tool_calls": signed} if signed else message
    return {name: value for name, value in message.items() if name != field}
