"""The usual answers of servers, and the calls and choices that a request asks for in any answer."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from typing import Any

from tests.fakes.exchange import Reply
from tests.fakes.openai import pictures, sounds

Remember = Callable[[str, dict[str, Any]], None]
_IDS = itertools.count()
_SPOKEN = {"wav": "audio/wav", "mp3": "audio/mpeg", "opus": "audio/ogg", "pcm": "audio/pcm"}

USUAL: dict[str, dict[str, Any]] = {
    "/chat/completions": {
        "body": {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_795_000_000,
            "model": "$model",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "$said"},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 20, "completion_tokens": 8, "total_tokens": 28},
        }
    },
    "/responses": {
        "body": {
            "id": "resp_1",
            "object": "response",
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "model": "$model",
            "output": [
                {
                    "type": "message",
                    "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "$said", "annotations": []}],
                }
            ],
            "usage": {"input_tokens": 20, "output_tokens": 8, "total_tokens": 28},
        }
    },
    "/audio/transcriptions": {"body": {"text": "When does the school open?"}},
    "/images/generations": {
        "body": {
            "created": 1_795_000_000,
            "data": [
                {"b64_json": base64.b64encode(pictures.draw("png", "a school")).decode()},
            ],
        }
    },
    "/moderations": {
        "body": {
            "id": "modr-1",
            "model": "$model",
            "results": [{"flagged": False, "categories": {"violence": False}}],
        }
    },
    "/models": {
        "body": {"object": "list", "data": [{"id": "a-model", "object": "model", "created": 1}]}
    },
}


def speech(body: dict[str, Any]) -> Reply:
    """A short silence in the format that was asked for."""
    format_ = body.get("response_format", "mp3")
    return Reply(200, sounds.silence(format_, 2), _SPOKEN[format_])


BYTES: dict[str, Callable[[dict[str, Any]], Reply]] = {"/audio/speech": speech}


def with_calls(
    answer: Any, call: dict[str, Any] | None, remember: Remember, more: dict[str, Any]
) -> Any:
    """The answer with the model's call in it, if it makes one and the answer is a whole one."""
    if call is None or not isinstance(answer, dict):
        return answer
    made_id = f"call_{next(_IDS):08x}"
    if isinstance(answer.get("output"), list) and answer.get("status") == "completed":
        kept = [item for item in answer["output"] if item.get("type") == "reasoning"]
        item = {"type": "function_call", "call_id": made_id, "status": "completed", **call}
        return {**answer, "output": [*kept, item]}
    choices = answer.get("choices")
    whole = ("stop", "STOP", "eos", None)
    if not choices or any(one.get("error") or one["finish_reason"] not in whole for one in choices):
        return answer
    beside = _signed(more.get("call", {}), made_id)
    in_message = _signed(more.get("message", {}), made_id)
    remember(made_id, {**beside, **in_message})
    made = {"id": made_id, "type": "function", "function": call, **beside}
    message = {**choices[0]["message"], **in_message, "tool_calls": [made]}
    first = {**choices[0], "message": message, "finish_reason": "tool_calls"}
    return {**answer, "choices": [first]}


def with_choices(answer: Any, count: Any) -> Any:
    """The answer with as many choices as were asked for."""
    if not isinstance(answer, dict) or not isinstance(count, int) or count < 2:
        return answer
    choices = answer.get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        return answer
    return {**answer, "choices": [{**choices[0], "index": at} for at in range(count)]}


def _signed(node: Any, token: str) -> Any:
    if isinstance(node, str):
        return node.replace("$token", f"signature of {token}")
    if isinstance(node, dict):
        return {key: _signed(value, token) for key, value in node.items()}
    return node
