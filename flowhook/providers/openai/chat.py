"""Chats in OpenAI's format: the body and the reply of POST /chat/completions.

Source: OpenAI OpenAPI spec 2.3.0, POST /chat/completions
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import (
    KEPT_OF_CALLS,
    KEPT_OF_MESSAGES,
    ChatRequest,
    Completion,
    CompletionChoice,
    JsonAnswer,
    RequestedCall,
    Usage,
    kept_fields,
)
from flowhook.providers.openai.thoughts import without_thoughts
from flowhook.providers.openai.written_calls import split_calls
from flowhook.providers.transport import HttpReply

# These take functions only with their reasoning off (vane #1173).
NEEDS_EFFORT_NONE = re.compile(r"gpt-5\.[6-9]|gpt-6(?!-astra|\.1-sol)")
# These reason unless they are told not to.
REASONS_UNASKED = re.compile(r"gpt-5\.[5-9]|gpt-6(?!-astra|\.1-sol)")
BROKEN_OFF = {"code": "server_error", "message": "the answer was broken off"}
# Why choices ended, in the words of servers that do not use OpenAI's; each with what it is there.
_FINISHES = {
    **dict.fromkeys(("max_tokens", "model_length", "max_output_tokens"), "length"),
    **dict.fromkeys(
        ("safety", "recitation", "blocklist", "prohibited_content", "spii", "sensitive"),
        "content_filter",
    ),
    **dict.fromkeys(("abort", "network_error", "insufficient_system_resource"), "error"),
}
_SAID = ("text", "output_text")  # the types of parts that are for the reader
_OPTIONS = (
    *("temperature", "frequency_penalty", "presence_penalty", "user"),
    *("top_p", "stop", "reasoning_effort"),
)
# Below this many tokens a model that may reason would often think all of them away.
SHORT_ANSWER_TOKENS = 2000


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
        if request.max_tokens < SHORT_ANSWER_TOKENS and REASONS_UNASKED.match(model):
            body.setdefault("reasoning_effort", "none")
    if request.json_answer is not None:
        body["response_format"] = response_format(request.json_answer)
    if request.tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in request.tools]
        body["tool_choice"] = "auto" if request.may_call else "none"
        if NEEDS_EFFORT_NONE.match(model):
            body["reasoning_effort"] = "none"
    read = read_completion_with_calls if request.tools else read_completion
    return WireCall("/chat/completions", body, read)


def read_completion(reply: HttpReply) -> Completion:
    """Read a completion. Raises InvalidResponse if it is not one."""
    answer = reply.read_object()
    found = answer.get("choices")
    if not isinstance(found, list) or not found:
        raise InvalidResponse("the provider answered without any choice")
    choices = tuple([_read_choice(choice) for choice in found if not failure_of(choice)])
    if not choices:
        raise InvalidResponse("the provider broke off every choice")
    return Completion(
        choices=choices,
        model=read_model(answer),
        usage=read_usage(answer.get("usage")),
    )


def read_completion_with_calls(reply: HttpReply) -> Completion:
    """Read a completion in whose texts calls of the offered functions may be left."""
    completion = read_completion(reply)
    return replace(completion, choices=tuple(map(_with_written_calls, completion.choices)))


def _with_written_calls(choice: CompletionChoice) -> CompletionChoice:
    if choice.tool_calls:
        return choice
    text, calls = split_calls(choice.text)
    return replace(choice, text=text, tool_calls=calls) if calls else choice


def failure_of(choice: Any) -> Any:
    """Return the error of a choice that the server broke off in the middle; None if it is whole."""
    if not isinstance(choice, dict):
        return None
    is_broken = _read_finish(choice.get("finish_reason")) == "error"
    return choice.get("error") or (BROKEN_OFF if is_broken else None)


def read_usage(usage: Any) -> Usage | None:
    """Read tokens in and out under either pair of names that OpenAI uses, or from their total.

    None if it cannot be believed: something is missing, or nothing was counted at all.
    """
    if not isinstance(usage, dict):
        return None
    read = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
    written = _count(usage.get("completion_tokens", usage.get("output_tokens")))
    total = _count(usage.get("total_tokens"))
    if total is not None:
        read = max(0, total - (written or 0)) if read is None else read
        written = max(0, total - read) if written is None else written
    if read is None or written is None or read == written == 0:
        return None
    return Usage(read, written)


def read_model(answer: Body) -> str | None:
    """Read which model answered, where that is told."""
    model = answer.get("model")
    return model if isinstance(model, str) and model else None


def _count(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < 10**12 else None


def response_format(wanted: JsonAnswer) -> Body:
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
    if isinstance(content, list):
        content, refusal = _read_parts(content, refusal)
    return CompletionChoice(
        text=without_thoughts(content) if isinstance(content, str) else "",
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=_read_finish(choice.get("finish_reason")),
        tool_calls=_read_calls(calls) if calls else (),
        kept=kept_fields(message, KEPT_OF_MESSAGES),
    )


def _read_parts(parts: list[Any], refusal: Any) -> tuple[str, Any]:
    """Join the texts of content given in parts; a model's thoughts and other kinds are left out."""
    known = [part for part in parts if isinstance(part, dict) and not part.get("thought")]
    said = [part for part in known if (part.get("type") or "text") in _SAID]
    texts = [part["text"] for part in said if isinstance(part.get("text"), str)]
    refusals = [part["refusal"] for part in known if part.get("type") == "refusal"]
    return "".join(texts), refusals[0] if refusals else refusal


def _read_finish(reason: Any) -> str:
    """The reason that a choice ended; Gemini writes some of its own behind a colon."""
    told = str(reason or "stop").partition(":")[0].strip().lower()
    return _FINISHES.get(told, told)


def _read_calls(calls: Any) -> tuple[RequestedCall, ...]:
    found = []
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            function = call.get("function")
            named = function if isinstance(function, dict) else {}
            kept = kept_fields(call, KEPT_OF_CALLS)
            name, arguments = named.get("name"), named.get("arguments")
            found.append(RequestedCall(call.get("id"), name, arguments, kept))
    return tuple(found)
