"""Reads back a result of function_calling: the conversation and the calls without a result.

Accepts the whole result (its `messages`), its `calls` alone, and OpenAI's own shapes: a
completion, an assistant's message with tool_calls, or one function call. Glific turns lists
into objects with the keys 0, 1, 2...; they become lists again here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from flowhook.providers.model_client import KEPT_OF_CALLS, KEPT_OF_MESSAGES, kept_fields
from flowhook.turns import in_turns
from webhooks.chat.messages import MAX_MESSAGES, Message, text_of
from webhooks.tools.tool_calls import ToolCall, called, read_arguments, tool_message

HELP = "Must be what function_calling returned with run false: an object with messages or calls."
MAX_WAITING = 128
BEGINNING = "Answer with the results of the functions you called."


def read_earlier(value: Any) -> list[Message]:
    """Read the conversation up to the calls that wait for a result."""
    value = _listed(value)
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        return _read_messages(value["messages"])
    calls = _calls(value)
    if not calls:
        raise ValidationError(HELP)
    _check_number(calls)
    return [{"role": "user", "content": BEGINNING}, called("", calls)]


def with_results(messages: Sequence[Message], given: Any) -> list[Message]:
    """Return the conversation with the results inserted.

    One result answers one call. For several calls `given` is a list in their order, or an
    object with a key for each call's id or name; else it answers the first of them.
    """
    waiting = waiting_calls(messages)
    given = _listed(given) if len(waiting) > 1 else given
    answered = [
        tool_message(call.id, _result(call, place, waiting, given))
        for place, call in in_turns(enumerate(waiting))
    ]
    return [*messages, *answered]


def waiting_calls(messages: Sequence[Message]) -> list[ToolCall]:
    """Return the calls of the last message with calls, except those that have a result."""
    done: set[str] = set()
    for message in reversed(messages):
        if message["role"] == "tool":
            done.add(message["tool_call_id"])
            continue
        return [call for call in _calls(message) if call.id not in done]
    return []


def _result(call: ToolCall, place: int, waiting: Sequence[ToolCall], given: Any) -> Any:
    if len(waiting) == 1:
        return given
    if isinstance(given, list) and len(given) == len(waiting):
        return given[place]
    if isinstance(given, dict):
        for key in (call.id, call.name):
            if key in given:
                return given[key]
    return given if place == 0 else "There is no result for this call."


def _read_messages(found: list[Any]) -> list[Message]:
    if len(found) > 2 * MAX_MESSAGES:
        raise ValidationError("Holds too many messages.")
    messages = [_read_message(message) for message in in_turns(found)]
    waiting = waiting_calls(messages)
    if not waiting:
        raise ValidationError("No function call in it waits for a result.")
    _check_number(waiting)
    _check_order(messages)
    return messages


def _check_number(waiting: Sequence[ToolCall]) -> None:
    """Refuse many calls, each of which may be answered with one long result."""
    if len(waiting) > MAX_WAITING:
        raise ValidationError(f"More than {MAX_WAITING} function calls in it wait for a result.")


def _read_message(message: Any) -> Message:
    role = message.get("role") if isinstance(message, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    text = content if isinstance(content, str) else text_of(content)
    if role == "assistant" and (calls := _calls(message)):
        return called(text, calls, kept_fields(message, KEPT_OF_MESSAGES))
    if role == "tool" and isinstance(message.get("tool_call_id"), str):
        return {"role": "tool", "tool_call_id": message["tool_call_id"], "content": text}
    if role in ("system", "user", "assistant") and text:
        return {"role": role, "content": text}
    raise ValidationError(HELP)


def _check_order(messages: list[Message]) -> None:
    """Check that results follow their calls and that only the last calls lack results."""
    owed: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in owed:
                raise ValidationError("Holds a result without its call.")
            owed.discard(message["tool_call_id"])
        elif owed:
            raise ValidationError("Holds a call without its result.")
        else:
            owed = {call["id"] for call in message.get("tool_calls", ())}


def _calls(value: Any) -> list[ToolCall]:
    """Return the calls in any of the shapes, or an empty list."""
    if isinstance(value, list):
        return [call for place, item in enumerate(value) if (call := _call(item, place))]
    if not isinstance(value, dict):
        return []
    choices = value.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return _calls(choices[0].get("message"))
    for key in ("tool_calls", "calls"):
        held = value.get(key)
        if isinstance(held, list | dict):  # XML cannot express a list of one
            return _calls(held if isinstance(held, list) else [held])
    call = _call(value.get("function_call", value), 0)
    return [call] if call else []


def _call(item: Any, place: int) -> ToolCall | None:
    if not isinstance(item, Mapping):
        return None
    function = item.get("function")
    inner = function if isinstance(function, Mapping) else item
    name = inner.get("name")
    if not isinstance(name, str) or not name or "arguments" not in inner:
        return None
    id_ = item.get("id")
    known = id_ if isinstance(id_, str) and id_ else f"call_{place}"
    kept = kept_fields(item, KEPT_OF_CALLS)
    return ToolCall(known, name[:64], read_arguments(inner["arguments"]), kept=kept)


def _listed(value: Any) -> Any:
    """Convert objects with the keys 0, 1, 2... back to lists."""
    if isinstance(value, list):
        return [_listed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and set(value) == {str(place) for place in range(len(value))}:
        return [_listed(value[str(place)]) for place in range(len(value))]
    return {key: _listed(item) for key, item in value.items()}
