"""POST /v1/images/generations, and the pictures that DALL-E's links point at."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from tests.fakes.exchange import Reply
from tests.fakes.openai import pictures, rules, tokens
from tests.fakes.openai.complaints import Complaint, malformed, unsupported_parameter
from tests.fakes.openai.models import Model
from tests.fakes.openai.routes import Call, route

_GPT_SIZES = ("auto", "1024x1024", "1536x1024", "1024x1536")
_DALL_E_SIZES = {
    "dall-e-2": ("256x256", "512x512", "1024x1024"),
    "dall-e-3": ("1024x1024", "1792x1024", "1024x1792"),
}
_FREE_SIZES = re.compile(r"gpt-image-2")
"""Models that take any WIDTHxHEIGHT in multiples of 16."""
_MORE_QUALITIES = re.compile(r"gpt-image-2\.[56]-(sunburst|flare)")

BODY = rules.shape(
    {
        "model": rules.text(minimum=1),
        "prompt": rules.text(32_000, 1),
        "n": rules.integer(1, 10),
        "size": rules.text(pattern=r"auto|\d+x\d+"),
        "quality": rules.one_of("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"),
        "background": rules.one_of("transparent", "opaque", "auto"),
        "moderation": rules.one_of("low", "auto"),
        "output_format": rules.one_of("png", "jpeg", "webp"),
        "output_compression": rules.integer(0, 100),
        "complexity": rules.one_of("low", "medium", "high"),
        "response_format": rules.one_of("url", "b64_json"),
        "style": rules.one_of("vivid", "natural"),
        "safety_identifier": rules.text(64),
        "user": rules.text(),
    },
    ("prompt",),
)
_GPT_ONLY = ("background", "moderation", "output_format", "output_compression", "complexity")


@route("POST", "/v1/images/generations")
def generate(call: Call) -> dict[str, Any]:
    body = call.body(BODY)
    model = call.model(body.get("model", "dall-e-2"), "image")
    call.asked.heard = [("user", body["prompt"])]
    if model.id in _DALL_E_SIZES:
        return _by_dall_e(call, body, model)
    return _by_gpt(call, body, model)


def _by_gpt(call: Call, body: dict[str, Any], model: Model) -> dict[str, Any]:
    for name in ("response_format", "style"):
        if name in body:
            raise _unknown(name)
    qualities = ["low", "medium", "high", "auto"]
    if _MORE_QUALITIES.match(model.id):
        qualities += ["xhigh", "max"]
    _check_choice("quality", body.get("quality", "auto"), qualities)
    _check_gpt_size(body.get("size", "auto"), model)
    output_format = body.get("output_format", "png")
    if body.get("background") == "transparent" and output_format == "jpeg":
        raise malformed("Transparent background is not supported for JPEG.", "background")
    if "output_compression" in body and output_format == "png":
        raise malformed("Compression is only for jpeg and webp.", "output_compression")
    count = body.get("n", 1)
    drawn = [
        pictures.draw(output_format, f"{body['prompt']} {index} {call.world.new_id('')}")
        for index in range(count)
    ]
    spent = tokens.count(body["prompt"])
    return {
        "created": call.world.now(),
        "background": "opaque",
        "data": [{"b64_json": base64.b64encode(picture).decode()} for picture in drawn],
        "output_format": output_format,
        "quality": "high" if body.get("quality", "auto") == "auto" else body["quality"],
        "size": "1024x1024" if body.get("size", "auto") == "auto" else body["size"],
        "usage": {
            "input_tokens": spent,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": spent},
            "output_tokens": 1056 * count,
            "total_tokens": spent + 1056 * count,
        },
    }


def _unknown(name: str) -> Complaint:
    """What the API says of DALL-E's parameters; no violation, an old caller may name them."""
    return Complaint(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _check_choice(param: str, value: str, choices: list[str] | tuple[str, ...]) -> None:
    if value not in choices:
        listed = ", ".join(f"'{choice}'" for choice in choices)
        raise Complaint(
            f"Invalid value: '{value}'. Supported values are: {listed}.",
            param=param,
            code="invalid_value",
        )


def _check_gpt_size(size: str, model: Model) -> None:
    if size in _GPT_SIZES:
        return None
    if not _FREE_SIZES.match(model.id):
        return _check_choice("size", size, _GPT_SIZES)
    width, height = (int(edge) for edge in size.split("x"))
    fits = (
        width % 16 == height % 16 == 0
        and 0 < width <= 3840
        and 0 < height <= 3840
        and width * height <= 3840 * 2160
        and max(width, height) <= 3 * min(width, height)
    )
    if not fits:
        raise Complaint(f"Invalid size '{size}'.", param="size", code="invalid_value")
    return None


def _by_dall_e(call: Call, body: dict[str, Any], model: Model) -> dict[str, Any]:
    for name in _GPT_ONLY:
        if name in body:
            raise _unknown(name)
    rules.text(4_000 if model.id == "dall-e-3" else 1_000)(body["prompt"], "prompt")
    _check_choice("size", body.get("size", "1024x1024"), _DALL_E_SIZES[model.id])
    if model.id == "dall-e-3":
        _check_choice("quality", body.get("quality", "standard"), ("standard", "hd"))
        if body.get("n", 1) != 1:
            raise Complaint("You must provide n=1 for this model.", code="invalid_parameter")
    elif "style" in body:
        raise unsupported_parameter("style")
    by_url = body.get("response_format", "url") == "url"
    give: Callable[[Call, bytes], dict[str, str]] = _as_link if by_url else _as_base64
    data = []
    for index in range(body.get("n", 1)):
        picture = pictures.draw("png", f"{body['prompt']} {index} {call.world.new_id('')}")
        entry = give(call, picture)
        if model.id == "dall-e-3":
            entry["revised_prompt"] = f"A detailed picture of {body['prompt']}"
        data.append(entry)
    return {"created": call.world.now(), "data": data}


def _as_base64(call: Call, picture: bytes) -> dict[str, str]:
    return {"b64_json": base64.b64encode(picture).decode()}


def _as_link(call: Call, picture: bytes) -> dict[str, str]:
    name = call.world.new_id("img-")
    call.world.pictures[name] = picture
    return {"url": f"{call.world.origin}/pictures/{name}.png"}


@route("GET", "/pictures/{name}.png", public=True)
def fetch(call: Call) -> Reply:
    picture = call.world.pictures.get(call.names["name"])
    if picture is None:
        return Reply(403, b"<Error><Code>AuthenticationFailed</Code></Error>", "application/xml")
    return Reply(200, picture, "image/png")
