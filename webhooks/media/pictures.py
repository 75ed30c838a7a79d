"""Images from a prompt: DALL-E 3's words in whatever the chosen model takes, links of ours out.

`size`, `style` and `quality` are kept as authors wrote them for DALL-E 3 and fitted to each
model's own parameters, also when a retired model's successor answers in its place.

Source: OpenAI OpenAPI spec 2.3.0, POST /images/generations
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import urlsplit

from flowhook.config import FETCH_SECONDS, MEDIA_MAX_BYTES
from flowhook.errors import FlowhookError, InvalidResponse
from flowhook.providers.media_type import sniff
from flowhook.providers.openai import OpenAIClient
from flowhook.providers.transport import TransportError
from webhooks.registry import Context

Body = dict[str, Any]

GPT_IMAGE = re.compile(r"(gpt-image|chatgpt-image)")
ANY_SIZE = re.compile(r"gpt-image-2")
SIZE = re.compile(r"([0-9]{2,4})x([0-9]{2,4})")
STYLES = {
    "vivid": "Style: vivid, hyper-real and dramatic.",
    "natural": "Style: natural, not hyper-real.",
}
QUALITIES = ("standard", "hd", "low", "medium", "high", "auto")
_GPT_QUALITY = {"standard": "medium", "hd": "high"}
_DALL_E_QUALITY = {"low": "standard", "medium": "standard", "auto": "standard", "high": "hd"}
_DALL_E_2_SIZES = ("256x256", "512x512", "1024x1024")


def draw(context: Context, asked: Body, count: int) -> list[str]:
    """URLs of `count` images; `asked` holds prompt, model, size, style and quality as given."""
    client = context.openai()
    asked = {**asked, "model": asked.get("model") or client.account.image_model}
    urls: list[str] = []
    while len(urls) < count:
        answer = client.ask("/images/generations", {**asked, "n": count - len(urls)}, fit)
        found = answer.get("data")
        if not isinstance(found, list) or not found:
            raise InvalidResponse("the provider answered without any image")
        urls += [_keep(context, entry) for entry in found[: count - len(urls)]]
    return urls


def fit(asked: Body) -> Body:
    """What `asked["model"]` takes; a model of another maker gets what was given, as given."""
    given = {name: value for name, value in asked.items() if value is not None}
    model = given["model"]
    if GPT_IMAGE.match(model):
        return _for_gpt_image(given)
    if model.startswith("dall-e-3"):
        return _for_dall_e_3(given)
    return _for_dall_e_2(given) if model.startswith("dall-e-2") else given


def _for_gpt_image(body: Body) -> Body:
    """JPEG, since WhatsApp takes it and it is a fraction of a PNG's size."""
    fitted = {**_with_style_in_prompt(body), "output_format": "jpeg"}
    if "quality" in body:
        fitted["quality"] = _GPT_QUALITY.get(body["quality"], body["quality"])
    if "size" in body and not (ANY_SIZE.match(body["model"]) and _is_any_size(body["size"])):
        fitted["size"] = _nearest(body["size"], "1024x1024", "1536x1024", "1024x1536")
    return fitted


def _for_dall_e_3(body: Body) -> Body:
    """One image a request; no size or quality of its own choosing."""
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
    """A size of the author's own that gpt-image-2 draws as it is; DALL-E's are mapped instead."""
    edges = SIZE.fullmatch(size)
    if edges is None or size in ("1792x1024", "1024x1792"):
        return False
    width, height = int(edges[1]), int(edges[2])
    return (
        width % 16 == height % 16 == 0
        and max(width, height) <= min(3840, 3 * min(width, height))
        and 1024 * 1024 <= width * height <= 3840 * 2160
    )


def _nearest(size: str, square: str, wide: str, tall: str) -> str:
    edges = SIZE.fullmatch(size)
    if edges is None or size in (square, wide, tall):
        return size
    width, height = int(edges[1]), int(edges[2])
    if width == height:
        return square
    return wide if width > height else tall


def _keep(context: Context, entry: Any) -> str:
    content = _content(context, entry if isinstance(entry, dict) else {})
    found = sniff(content)
    if found is None or not found.is_image:
        raise InvalidResponse("the provider answered with something else than an image")
    return context.keep(content, found.extension)


def _content(context: Context, entry: Body) -> bytes:
    """The image's bytes: inline from today's models, behind a link from older ones."""
    encoded, url = entry.get("b64_json"), entry.get("url")
    if isinstance(encoded, str):
        try:
            return base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidResponse("the provider's image is not base64") from None
    if not isinstance(url, str):
        raise InvalidResponse("the provider answered without an image")
    try:
        own = _from_provider(context.openai(), url)
        return context.fetch(url, "url", MEDIA_MAX_BYTES) if own is None else own
    except (FlowhookError, TransportError) as failure:
        raise InvalidResponse("the provider's link to the image cannot be opened") from failure


def _from_provider(client: OpenAIClient, url: str) -> bytes | None:
    """What a link to the provider's own server leads to, without the key; None where the link
    is to another's, which only the guard may fetch."""
    try:
        is_own = urlsplit(url)[:2] == urlsplit(client.account.base_url)[:2]
    except ValueError:
        return None
    if not is_own:
        return None
    reply = client.transport.send("GET", url, {}, None, FETCH_SECONDS)
    return reply.body if reply.status == 200 else b""
