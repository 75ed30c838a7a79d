"""OpenAI's Responses API: chats with functions or files, read as a chat's answer.

Source: OpenAI OpenAPI spec 2.3.0, POST /responses
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import (
    ChatRequest,
    Citation,
    Completion,
    CompletionChoice,
    FilesRequest,
    JsonAnswer,
    RequestedCall,
)
from flowhook.providers.openai.chat import read_model, read_usage, response_format
from flowhook.providers.openai.thoughts import without_thoughts
from flowhook.providers.transport import HttpReply

# The models' citations of files, which are useless to a contact.
CITATION = re.compile(r"\s?(?:【[^【】]{0,200}】|\ue200[^\ue200\ue201]{0,200}\ue201)")
MIN_OUTPUT_TOKENS = 16
# Models whose reasoning cannot be turned off take functions only here (vane #1173).
ALWAYS_REASONS = re.compile(r"gpt-6-astra|gpt-6\.1-sol")
_FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}
_HALF = ("incomplete", "cancelled")  # states of a response; other servers may not say why


def call_with_tools(request: ChatRequest, model: str) -> WireCall[Completion]:
    """Build the call to a model that calls functions only in this API.

    Nothing is stored, so every request holds the whole conversation.
    """
    body: Body = {"model": model, **_parameters(request)}
    body["input"] = [item for message in request.messages for item in _items(message)]
    body["tools"] = [_tool(tool) for tool in request.tools]
    body["tool_choice"] = "auto" if request.may_call else "none"
    if request.json_answer is not None:
        body["text"] = {"format": _format(request.json_answer)}
    body["store"] = False
    return WireCall("/responses", body, read_response)


def files_call(request: FilesRequest, model: str) -> WireCall[Completion]:
    """Build the call to a model that searches a vector store first; nothing is stored."""
    body: Body = {
        "model": model,
        **_parameters(request),
        "instructions": request.instructions,
        "input": request.messages,
        "tools": [{"type": "file_search", "vector_store_ids": [request.vector_store_id]}],
        "store": False,
    }
    return WireCall("/responses", body, read_response)


def _parameters(request: ChatRequest | FilesRequest) -> Body:
    """The parameters that are given, under this API's names."""
    found: Body = {}
    if request.temperature is not None:
        found["temperature"] = request.temperature
    if request.max_tokens is not None:
        found["max_output_tokens"] = max(MIN_OUTPUT_TOKENS, request.max_tokens)
    return found


def _format(wanted: JsonAnswer) -> Body:
    """The form of an answer, which this API takes without the level `json_schema`."""
    declared: Body = response_format(wanted)
    return {"type": declared["type"], **declared.get("json_schema", {})}


def _items(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Convert a message to items: its text, its calls, or the result of a call."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content or ""}]
    text = "\n".join(part["text"] for part in parts if "text" in part)
    if any("image_url" in part for part in parts):
        yield {"role": message["role"], "content": [_part(part) for part in parts]}
        return
    if message["role"] == "tool":
        call_id = message["tool_call_id"]
        yield {"type": "function_call_output", "call_id": call_id, "output": text}
        return
    if text:
        yield {"role": message["role"], "content": text}
    for call in message.get("tool_calls", ()):
        yield {"type": "function_call", "call_id": call["id"], **call["function"]}


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a part of a user's message: a text, or an image with its link in place."""
    if "text" in part:
        return {"type": "input_text", "text": part["text"]}
    image = part["image_url"]
    detail = {"detail": image["detail"]} if "detail" in image else {}
    return {"type": "input_image", "image_url": image["url"], **detail}


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a tool; functions are strict in this API unless set otherwise."""
    no_parameters = {"type": "object", "properties": {}}
    return {"type": "function", "parameters": no_parameters, "strict": False, **function}


def read_response(reply: HttpReply) -> Completion:
    """Read a response as a chat's answer, so that refusals and cut-offs are handled alike."""
    answer = reply.read_object()
    return Completion(
        choices=(_read_choice(answer),),
        model=read_model(answer),
        usage=read_usage(answer.get("usage")),
    )


def _read_choice(answer: Mapping[str, Any]) -> CompletionChoice:
    parts = list(_parts(answer))
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    refusals = [part["refusal"] for part in parts if isinstance(part.get("refusal"), str)]
    details = answer.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    otherwise = "length" if answer.get("status") in _HALF else "stop"
    return CompletionChoice(
        text=without_thoughts(CITATION.sub("", "\n".join(texts)).strip()),
        refusal=refusals[0] if refusals else None,
        finish_reason=_FINISHES.get(reason, otherwise) if isinstance(reason, str) else otherwise,
        tool_calls=tuple(_calls(answer)),
        citations=tuple(dict.fromkeys(_citations(parts))),
    )


def _citations(parts: Iterable[Mapping[str, Any]]) -> Iterator[Citation]:
    """The files that the parts name; annotations of other kinds, such as web pages, are none."""
    for part in parts:
        found = part.get("annotations")
        for one in found if isinstance(found, list) else ():
            if not isinstance(one, dict) or one.get("type") != "file_citation":
                continue
            file_id, name = one.get("file_id"), one.get("filename")
            if isinstance(file_id, str) and file_id:
                yield Citation(file_id, name if isinstance(name, str) else "")


def _calls(answer: Mapping[str, Any]) -> Iterator[RequestedCall]:
    output = answer.get("output")
    for item in output if isinstance(output, list) else ():
        if isinstance(item, dict) and item.get("type") == "function_call":
            yield RequestedCall(item.get("call_id"), item.get("name"), item.get("arguments"))


def _parts(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the content parts of its messages; other servers omit fields that OpenAI sends."""
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
