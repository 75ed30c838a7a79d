"""The Responses API: a chat with functions in its words, and its answers read as a chat's.

Source: OpenAI OpenAPI spec 2.3.0, POST /responses
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flowhook.errors import (
    InvalidResponse,
    ProviderError,
    ProviderFailure,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)
from flowhook.providers.completion import CompletionChoice

# How models point at the files they used; a contact can do nothing with them.
CITATION = re.compile(r"\s?(?:【[^【】]{0,200}】|\ue200[^\ue200\ue201]{0,200}\ue201)")
CODE = re.compile(r"[a-z_]{1,60}")
MIN_OUTPUT_TOKENS = 16
_FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}
_FAILURES: dict[str, type[ProviderFailure]] = {
    "server_error": ProviderError,
    "rate_limit_exceeded": ProviderRateLimited,
    "vector_store_timeout": ProviderTimeout,
}


def as_response_request(chat: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a chat whose messages are texts, for the models that call functions only here.

    Nothing is stored, so every request holds the whole conversation.
    """
    same = ("model", "temperature", "tool_choice")
    body = {name: chat[name] for name in same if name in chat}
    if "max_completion_tokens" in chat:
        body["max_output_tokens"] = max(MIN_OUTPUT_TOKENS, chat["max_completion_tokens"])
    body["input"] = [item for message in chat["messages"] for item in _items(message)]
    body["tools"] = [_tool(tool["function"]) for tool in chat["tools"]]
    return {**body, "store": False}


def _items(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A message as the items it becomes: its words, its calls, or the result of one."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content or ""}]
    text = "\n".join(part["text"] for part in parts)
    if message["role"] == "tool":
        call_id = message["tool_call_id"]
        yield {"type": "function_call_output", "call_id": call_id, "output": text}
        return
    if text:
        yield {"role": message["role"], "content": text}
    for call in message.get("tool_calls", ()):
        yield {"type": "function_call", "call_id": call["id"], **call["function"]}


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    """Functions are strict here unless they say otherwise."""
    no_parameters = {"type": "object", "properties": {}}
    return {"type": "function", "parameters": no_parameters, "strict": False, **function}


def read_response(answer: Mapping[str, Any]) -> CompletionChoice:
    """What a response says, as a choice, so that a refusal or a cut-off is found the same way."""
    if answer.get("status") == "failed":
        raise _failure(answer.get("error"))
    parts = list(_parts(answer))
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    refusals = [part["refusal"] for part in parts if isinstance(part.get("refusal"), str)]
    details = answer.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return CompletionChoice(
        text=CITATION.sub("", "\n".join(texts)).strip(),
        refusal=refusals[0] if refusals else None,
        finish_reason=_FINISHES.get(reason, "stop") if isinstance(reason, str) else "stop",
        tool_calls=tuple(_calls(answer)),
    )


def _calls(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The functions it calls, as a chat completion writes them."""
    output = answer.get("output")
    for item in output if isinstance(output, list) else ():
        if isinstance(item, dict) and item.get("type") == "function_call":
            named = {"name": item.get("name"), "arguments": item.get("arguments")}
            yield {"id": item.get("call_id"), "type": "function", "function": named}


def _parts(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The content parts of its messages; other servers write less than OpenAI does."""
    output = answer.get("output")
    if not isinstance(output, list):
        if not isinstance(answer.get("output_text"), str):
            raise InvalidResponse("the provider answered without any output")
        yield {"text": answer["output_text"]}
        return
    for item in output:
        if not isinstance(item, dict) or item.get("type", "message") != "message":
            continue
        content = item.get("content")
        if isinstance(content, str):
            yield {"text": content}
        elif isinstance(content, list):
            yield from (part for part in content if isinstance(part, dict))


def _failure(error: Any) -> ProviderFailure:
    code = error.get("code") if isinstance(error, dict) else None
    named = code if isinstance(code, str) and CODE.fullmatch(code) else "no code"
    return _FAILURES.get(named, ProviderRejected)(f"the provider could not answer ({named})")
