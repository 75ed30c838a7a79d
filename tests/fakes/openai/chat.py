"""POST /v1/chat/completions, without streaming."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import messages, rules, sampling, schemas, tokens, tools
from tests.fakes.openai.answers import Said, Wanted
from tests.fakes.openai.complaints import Complaint, malformed
from tests.fakes.openai.models import Model
from tests.fakes.openai.routes import Call, route
from tests.fakes.openai.world import World

SCHEMA_NAME = rules.text(64, 1, r"[a-zA-Z0-9_-]+")
_JSON_SCHEMA = rules.shape(
    {
        "name": SCHEMA_NAME,
        "description": rules.text(),
        "schema": rules.an_object,
        "strict": rules.flag,
    },
    ("name",),
)
_RESPONSE_FORMAT = rules.tagged(
    {
        "text": rules.shape({"type": rules.anything}),
        "json_object": rules.shape({"type": rules.anything}),
        "json_schema": rules.shape(
            {"type": rules.anything, "json_schema": _JSON_SCHEMA}, ("json_schema",)
        ),
    }
)
EFFORT = rules.one_of("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITY = rules.one_of("low", "medium", "high")
STOP = rules.either(rules.items(rules.text(), 1, 4), rules.text())
_RETENTION = rules.one_of("in_memory", "24h")


def not_streamed(value: Any, param: str) -> None:
    """The rule for `stream`."""
    rules.flag(value, param)
    if value:
        raise malformed("This fake answers in one piece: 'stream' must be false.", param)


SHARED = {
    "model": rules.text(minimum=1),
    "temperature": rules.number(0, 2),
    "top_p": rules.number(0, 1),
    "top_logprobs": rules.integer(0, 20),
    "parallel_tool_calls": rules.flag,
    "metadata": rules.text_map,
    "store": rules.flag,
    "stream": not_streamed,
    "service_tier": rules.one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "safety_identifier": rules.text(64),
    "prompt_cache_key": rules.text(),
    "prompt_cache_retention": _RETENTION,
    "prompt_cache_options": rules.an_object,
    "moderation": rules.shape({"model": rules.text(), "policy": rules.an_object}, ("model",)),
    "user": rules.text(),
}
"""Parameters that chat/completions and responses both take."""

BODY = rules.shape(
    {
        **SHARED,
        "messages": messages.check,
        "max_tokens": rules.integer(1),
        "max_completion_tokens": rules.integer(1),
        "n": rules.integer(1, 128),
        "stop": STOP,
        "seed": rules.integer(-(2**63), 2**63 - 1),
        "presence_penalty": rules.number(-2, 2),
        "frequency_penalty": rules.number(-2, 2),
        "logit_bias": rules.an_object,
        "logprobs": rules.flag,
        "response_format": _RESPONSE_FORMAT,
        "reasoning_effort": EFFORT,
        "verbosity": VERBOSITY,
        "tools": tools.TOOLS,
        "tool_choice": tools.check_choice,
        "modalities": rules.items(rules.one_of("text"), 1),
        "web_search_options": rules.an_object,
    },
    ("model", "messages"),
)


@route("POST", "/v1/chat/completions")
def complete(call: Call) -> dict[str, Any]:
    body = call.body(BODY)
    model = call.model(body["model"], "chat")
    sampling.check_for_chat(body, model)
    _check_together(body)
    tools.check(body, model)
    prompt_tokens = 3 + sum(3 + tokens.count_any(message) for message in body["messages"])
    sampling.check_length(prompt_tokens, model, "messages")
    call.asked.heard = messages.heard(body["messages"])
    said = call.world.answers.next(_wanted(body, call.asked.heard))
    return _completion(call.world, body, model, said, prompt_tokens)


def _check_together(body: dict[str, Any]) -> None:
    """Parameters that are right alone and wrong together."""
    if "max_tokens" in body and "max_completion_tokens" in body:
        raise malformed(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_tokens",
            "invalid_parameter_combination",
        )
    if "top_logprobs" in body and not body.get("logprobs"):
        raise malformed("'logprobs' must be true to use 'top_logprobs'.", "top_logprobs")
    _check_format(body.get("response_format", {"type": "text"}), body["messages"])


def _check_format(response_format: dict[str, Any], said: list[dict[str, Any]]) -> None:
    if response_format["type"] == "json_object":
        check_json_word(" ".join(messages.text_of(one.get("content")) for one in said), "messages")
    if response_format["type"] == "json_schema":
        wanted = response_format["json_schema"]
        if wanted.get("schema") is None:
            raise malformed(
                "Missing required parameter: 'response_format.json_schema.schema'.",
                "response_format.json_schema.schema",
                "missing_required_parameter",
            )
        if wanted.get("strict"):
            subject = f"response_format '{wanted['name']}'"
            schemas.check_strict(wanted["schema"], subject, "response_format")


def check_json_word(text: str, param: str) -> None:
    """JSON mode is only for prompts that say so."""
    if "json" not in text.lower():
        raise malformed(
            f"'{param}' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param,
        )


def _wanted(body: dict[str, Any], heard: list[tuple[str, str]]) -> Wanted:
    response_format = body.get("response_format", {"type": "text"})
    return Wanted(
        body=body,
        last_user_text=messages.last_user_text(heard),
        format=response_format["type"],
        schema=response_format.get("json_schema", {}).get("schema"),
        tools=tools.by_name(body),
        forced_tool=tools.forced(body),
        max_tokens=body.get("max_completion_tokens", body.get("max_tokens")),
    )


def _completion(
    world: World, body: dict[str, Any], model: Model, said: Said, prompt_tokens: int
) -> dict[str, Any]:
    if said.failure is not None:
        code, message = said.failure
        raise Complaint(message, status=500, type="server_error", code=code)
    choices = [_choice(world, said, index) for index in range(body.get("n", 1))]
    spoken = sum(tokens.count_any(choice["message"]) for choice in choices)
    thought = sampling.reasoning_tokens(said.text_of(0) or "", model, body.get("reasoning_effort"))
    return {
        "id": world.new_id("chatcmpl-"),
        "object": "chat.completion",
        "created": world.now(),
        "model": model.id,
        "choices": choices,
        "usage": usage(prompt_tokens, spoken, thought),
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _choice(world: World, said: Said, index: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": said.text_of(index),
        "refusal": said.refusal,
        "annotations": [],
    }
    if said.calls:
        message["tool_calls"] = [
            {
                "id": call.id or world.new_id("call_"),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in said.calls
        ]
    return {"index": index, "message": message, "logprobs": None, "finish_reason": said.finish}


def usage(prompt_tokens: int, spoken: int, thought: int = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": spoken + thought,
        "total_tokens": prompt_tokens + spoken + thought,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": thought,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
