"""POST /v1/completions, the legacy endpoint; its models are gone unless a test revives one."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import chat, rules, tokens
from tests.fakes.openai.answers import Wanted
from tests.fakes.openai.complaints import malformed, unsupported_parameter
from tests.fakes.openai.routes import Call, route

_TOKEN_IDS = rules.items(rules.integer(0), 1)
_PROMPT = rules.either(
    rules.items(rules.text(), 1), _TOKEN_IDS, rules.items(_TOKEN_IDS, 1), rules.text()
)
BODY = rules.shape(
    {
        "model": rules.text(minimum=1),
        "prompt": _PROMPT,
        "best_of": rules.integer(1, 20),
        "echo": rules.flag,
        "frequency_penalty": rules.number(-2, 2),
        "presence_penalty": rules.number(-2, 2),
        "logit_bias": rules.an_object,
        "logprobs": rules.integer(0, 5),
        "max_tokens": rules.integer(1),
        "n": rules.integer(1, 128),
        "seed": rules.integer(-(2**63), 2**63 - 1),
        "stop": chat.STOP,
        "stream": chat.not_streamed,
        "suffix": rules.text(),
        "temperature": rules.number(0, 2),
        "top_p": rules.number(0, 1),
        "user": rules.text(),
    },
    ("model", "prompt"),
)


@route("POST", "/v1/completions")
def complete(call: Call) -> dict[str, Any]:
    body = call.body(BODY)
    model = call.model(body["model"], "completion")
    if "suffix" in body and model.id != "gpt-3.5-turbo-instruct":
        raise unsupported_parameter("suffix")
    if body.get("best_of", 128) < body.get("n", 1):
        raise malformed("'best_of' must be at least 'n'.", "best_of")
    prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
    texts = [prompt for prompt in prompts if isinstance(prompt, str)]
    call.asked.heard = [("user", text) for text in texts]
    wanted = Wanted(body, " ".join(texts), max_tokens=body.get("max_tokens", 16))
    said = call.world.answers.next(wanted)
    choices: list[dict[str, Any]] = [
        {
            "text": said.text_of(index) or "",
            "index": index,
            "logprobs": None,
            "finish_reason": said.finish,
        }
        for index in range(body.get("n", 1) * len(prompts))
    ]
    spoken = sum(tokens.count(choice["text"]) for choice in choices)
    return {
        "id": call.world.new_id("cmpl-"),
        "object": "text_completion",
        "created": call.world.now(),
        "model": model.id,
        "choices": choices,
        "usage": chat.usage(tokens.count_any(prompts), spoken),
    }
