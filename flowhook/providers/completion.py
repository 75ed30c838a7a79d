"""Reading a chat completion: text, refusal, tool calls and usage, checked before use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.errors import ContentFilter, InvalidResponse, Refused, Truncated


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counts them."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class CompletionChoice:
    """One answer of the model. `finish_reason` is stop, length, tool_calls or content_filter."""

    text: str
    refusal: str | None
    finish_reason: str
    tool_calls: tuple[Mapping[str, Any], ...] = ()

    def require_text(self, *, whole: bool = False) -> str:
        """The text; raises Refused, ContentFilter or Truncated. `whole`: a cut-off is an error."""
        if self.refusal:
            raise Refused("the model declined to answer")
        if self.finish_reason == "content_filter":
            raise ContentFilter("the provider's content filter stopped the answer")
        if self.finish_reason == "length" and (whole or not self.text.strip()):
            raise Truncated("the answer was cut off at the token limit")
        if not self.text.strip():
            raise InvalidResponse("the provider answered without any text")
        return self.text


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer: its choices in order, the model that gave it, the tokens it cost."""

    choices: tuple[CompletionChoice, ...]
    model: str
    usage: Usage

    @property
    def first(self) -> CompletionChoice:
        return self.choices[0]


def read_completion(body: bytes, asked_model: str) -> Completion:
    """A `/chat/completions` answer; raises InvalidResponse where it is not one."""
    answer = read_object(body)
    found = answer.get("choices")
    if not isinstance(found, list) or not found:
        raise InvalidResponse("the provider answered without any choice")
    model = answer.get("model")
    return Completion(
        choices=tuple(_read_choice(choice) for choice in found),
        model=model if isinstance(model, str) and model else asked_model,
        usage=read_usage(answer.get("usage")),
    )


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object, or InvalidResponse."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidResponse("the provider's answer is not JSON") from None
    if not isinstance(answer, dict):
        raise InvalidResponse("the provider's answer is not a JSON object")
    return answer


def read_usage(usage: Any) -> Usage:
    """Tokens in and out under either of the names OpenAI's endpoints use; absent is 0."""
    if not isinstance(usage, dict):
        return Usage()
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens", usage.get("input_tokens"))),
        output_tokens=_count(usage.get("completion_tokens", usage.get("output_tokens"))),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**12 else 0


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
        tool_calls=tuple(call for call in calls if isinstance(call, dict))
        if isinstance(calls, list)
        else (),
    )
