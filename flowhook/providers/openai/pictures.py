"""Pictures in OpenAI's format: DALL-E 3's size, style and quality fitted to each model's own.

Source: OpenAI OpenAPI spec 2.3.0, POST /images/generations
"""

from __future__ import annotations

import base64
import binascii
import re

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import PICTURE_SIZE, Picture, PictureRequest, Pictures
from flowhook.providers.openai.chat import read_model, read_usage
from flowhook.providers.transport import HttpReply

GPT_IMAGE = re.compile(r"(gpt-image|chatgpt-image)")
ANY_SIZE = re.compile(r"gpt-image-2")
STYLES = {
    "vivid": "Style: vivid, hyper-real and dramatic.",
    "natural": "Style: natural, not hyper-real.",
}
_GPT_QUALITY = {"standard": "medium", "hd": "high"}
_DALL_E_QUALITY = {"low": "standard", "medium": "standard", "auto": "standard", "high": "hd"}
_DALL_E_2_SIZES = ("256x256", "512x512", "1024x1024")


def picture_call(request: PictureRequest, model: str) -> WireCall[Pictures]:
    """Build the call for pictures; another maker's model gets the given fields unchanged."""
    given: Body = {"model": model, "prompt": request.prompt, "n": request.count}
    for name in ("size", "style", "quality"):
        value = getattr(request, name)
        if value is not None:
            given[name] = value
    return WireCall("/images/generations", _fitted(given), read_pictures)


def read_pictures(reply: HttpReply) -> Pictures:
    """Read pictures, inline from today's models, behind links from older ones.

    Raises InvalidResponse if there is none.
    """
    answer = reply.read_object()
    found = answer.get("data")
    if not isinstance(found, list) or not found:
        raise InvalidResponse("the provider answered without any image")
    return Pictures(
        tuple(_read_picture(entry if isinstance(entry, dict) else {}) for entry in found),
        usage=read_usage(answer.get("usage")),
        model=read_model(answer),
    )


def _read_picture(entry: Body) -> Picture:
    encoded, url = entry.get("b64_json"), entry.get("url")
    if isinstance(encoded, str):
        try:
            return Picture(content=base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            raise InvalidResponse("the provider's image is not base64") from None
    if not isinstance(url, str):
        raise InvalidResponse("the provider answered without an image")
    return Picture(url=url)


def _fitted(given: Body) -> Body:
    model = given["model"]
    if GPT_IMAGE.match(model):
        return _for_gpt_image(given)
    if model.startswith("dall-e-3"):
        return _for_dall_e_3(given)
    return _for_dall_e_2(given) if model.startswith("dall-e-2") else given


def _for_gpt_image(body: Body) -> Body:
    """Ask for JPEG, which WhatsApp accepts and which is much smaller than PNG."""
    fitted = {**_with_style_in_prompt(body), "output_format": "jpeg"}
    if "quality" in body:
        fitted["quality"] = _GPT_QUALITY.get(body["quality"], body["quality"])
    if "size" in body and not (ANY_SIZE.match(body["model"]) and _is_any_size(body["size"])):
        fitted["size"] = _nearest(body["size"], "1024x1024", "1536x1024", "1024x1536")
    return fitted


def _for_dall_e_3(body: Body) -> Body:
    """Ask for one image per request, without automatic size or quality."""
    fitted = {**body, "n": 1}
    if "quality" in body:
        fitted["quality"] = _DALL_E_QUALITY.get(body["quality"], body["quality"])
    if body.get("size") == "auto":
        del fitted["size"]
    elif "size" in body:
        fitted["size"] = _nearest(body["size"], "1024x1024", "1792x1024", "1024x1792")
    return fitted


def _for_dall_e_2(body: Body) -> Body:
    fitted = _with_style_in_prompt(body)
    fitted.pop("quality", None)
    if body.get("size") not in (None, *_DALL_E_2_SIZES):
        fitted["size"] = "1024x1024"
    return fitted


def _with_style_in_prompt(body: Body) -> Body:
    style = body.get("style")
    rest = {name: value for name, value in body.items() if name != "style"}
    return {**rest, "prompt": f"{body['prompt']}\n\n{STYLES[style]}"} if style else rest


def _is_any_size(size: str) -> bool:
    """Tell whether gpt-image-2 draws this size unchanged; DALL-E's sizes are mapped instead."""
    edges = PICTURE_SIZE.fullmatch(size)
    if edges is None or size in ("1792x1024", "1024x1792"):
        return False
    width, height = int(edges[1]), int(edges[2])
    return (
        width % 16 == height % 16 == 0
        and max(width, height) <= min(3840, 3 * min(width, height))
        and 1024 * 1024 <= width * height <= 3840 * 2160
    )


def _nearest(size: str, square: str, wide: str, tall: str) -> str:
    edges = PICTURE_SIZE.fullmatch(size)
    if edges is None or size in (square, wide, tall):
        return size
    width, height = int(edges[1]), int(edges[2])
    if width == height:
        return square
    return wide if width > height else tall
