"""Chats in OpenAI's format: the body and the reply of POST /chat/completions.

Source: OpenAI OpenAPI spec 2.3.0, POST /chat/completions
"""

from __future__ import annotations

import re
from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import (
    ChatRequest,
    Completion,
    CompletionChoice,
    JsonAnswer,
    RequestedCall,
    Usage,
)
from flowhook.providers.transport import HttpReply

# These take functions only with their reasoning off (vane #1173).
NEEDS_EFFORT_NONE = re.compile(r"gpt-5\.[6-9]|gpt-6(?!-astra|\.1-sol)")
_OPTIONS = ("temperature", "frequency_penalty", "presence_penalty", "user")


def chat_call(request: ChatRequest, model: str) -> WireCall[Completion]:
    """Build the call to a chat model; only the given fields are sent."""
    body: Body = {"model": model, "messages": request.messages}
    for name in _OPTIONS:
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    if request.choices is not None:
        body["n"] = request.choices
    if request.max_tokens is not None:
        body["max_completion_tokens"] = request.max_tokens
    if request.json_answer is not None:
        body["response_format"] = _response_format(request.json_answer)
    if request.tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in request.tools]
        body["tool_choice"] = "auto" if request.may_call else "none"
        if NEEDS_EFFORT_NONE.match(model):
            body["reasoning_effort"] = "none"
    return WireCall("/chat/completions", body, read_completion)


def read_completion(reply: HttpReply) -> Completion:
    """Read a completion. Raises InvalidResponse if it is not one."""
    answer = reply.read_object()
    found = answer.get("choices")
    if not isinstance(found, list) or not found:
        raise InvalidResponse("the provider answered without any choice")
    return Completion(
        choices=tuple([_read_choice(choice) for choice in found]),
        model=read_model(answer),
        usage=read_usage(answer.get("usage")),
    )


def read_usage(usage: Any) -> Usage:
    """Read tokens in and out under either pair of names that OpenAI uses; absent is 0."""
    if not isinstance(usage, dict):
        return Usage()
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens", usage.get("input_tokens"))),
        output_tokens=_count(usage.get("completion_tokens", usage.get("output_tokens"))),
    )


def read_model(answer: Body) -> str | None:
    """Read which model answered, where that is told."""
    model = answer.get("model")
    return model if isinstance(model, str) and model else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**12 else 0


def _response_format(wanted: JsonAnswer) -> Body:
    if wanted.schema is None:
        return {"type": "json_object"}
    declared = {"name": wanted.name, "schema": wanted.schema, "strict": wanted.strict}
    if wanted.description is not None:
        declared["description"] = wanted.description
    return {"type": "json_schema", "json_schema": declared}


def _read_choice(choice: Any) -> CompletionChoice:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise InvalidResponse("the provider answered a choice without a message")
    content, refusal = message.get("content"), message.get("refusal")
    calls = message.get("tool_calls")
    return CompletionChoice(
        text=content if isinstance(content, str) else "",
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=str(choice.get("finish_reason") or "stop"),
        tool_calls=_read_calls(calls) if calls else (),
    )


def _read_calls(calls: Any) -> tuple[RequestedCall, ...]:
    found = []
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            function = call.get("function")
            named = function if isinstance(function, dict) else {}
            found.append(RequestedCall(call.get("id"), named.get("name"), named.get("arguments")))
    return tuple(found)
