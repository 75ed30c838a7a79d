"""POST /v1/moderations: thirteen categories, flagged by plain words."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai import pictures, rules
from tests.fakes.openai.complaints import unsupported_value
from tests.fakes.openai.routes import Call, route

TRIGGERS: dict[str, tuple[str, ...]] = {
    "harassment": ("stupid idiot",),
    "harassment/threatening": ("i will find you",),
    "hate": ("hate those people",),
    "hate/threatening": ("wipe those people out",),
    "illicit": ("sell drugs",),
    "illicit/violent": ("build a bomb",),
    "self-harm": ("hurt myself", "kill myself"),
    "self-harm/intent": ("hurt myself", "kill myself"),
    "self-harm/instructions": ("how to overdose",),
    "sexual": ("explicit sex",),
    "sexual/minors": ("explicit minor",),
    "violence": ("kill", "attack them"),
    "violence/graphic": ("blood everywhere",),
}
"""The words that flag each category."""

_TAKES_IMAGES = {
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "violence",
    "violence/graphic",
}


def _image_url(value: Any, param: str) -> None:
    rules.shape({"url": rules.text()}, ("url",))(value, param)
    pictures.check_image_url(value["url"], f"{param}.url")


_PART = rules.tagged(
    {
        "text": rules.shape({"type": rules.anything, "text": rules.text()}, ("text",)),
        "image_url": rules.shape({"type": rules.anything, "image_url": _image_url}, ("image_url",)),
    }
)


def _input(value: Any, param: str) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return rules.items(_PART, 1)(value, param)
    if isinstance(value, list):
        return rules.items(rules.text(), 1)(value, param)
    return rules.text()(value, param)


BODY = rules.shape({"input": _input, "model": rules.text(minimum=1)}, ("input",))


@route("POST", "/v1/moderations")
def moderate(call: Call) -> dict[str, Any]:
    body = call.body(BODY)
    model = call.model(body.get("model", "omni-moderation-latest"), "moderation")
    given = body["input"]
    return {
        "id": call.world.new_id("modr-"),
        "model": model.id,
        "results": [_result(*one) for one in _inputs(given)],
    }


def _inputs(given: Any) -> list[tuple[str, list[str]]]:
    """(text, kinds of input) of everything to be judged; parts are judged together."""
    if isinstance(given, str):
        return [(given, ["text"])]
    if isinstance(given[0], str):
        return [(text, ["text"]) for text in given]
    pictured = [part for part in given if part["type"] == "image_url"]
    if len(pictured) > 1:
        raise unsupported_value("input", len(pictured), "At most one image can be moderated.")
    text = " ".join(part["text"] for part in given if part["type"] == "text")
    return [(text, ["text", "image"] if pictured else ["text"])]


def _result(text: str, kinds: list[str]) -> dict[str, Any]:
    lower = text.lower()
    flags = {name: any(word in lower for word in words) for name, words in TRIGGERS.items()}
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": {name: 0.98 if flag else 0.0001 for name, flag in flags.items()},
        "category_applied_input_types": {
            name: [kind for kind in kinds if kind == "text" or name in _TAKES_IMAGES]
            for name in TRIGGERS
        },
    }
