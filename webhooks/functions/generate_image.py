"""The webhook function generate_image."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from marshmallow import ValidationError, fields

from flowhook.errors import EmptyInput
from flowhook.providers.model_client import (
    PICTURE_QUALITIES,
    PICTURE_SIZE,
    PICTURE_STYLES,
    PictureRequest,
)
from webhooks.fields import Choice, FunctionSchema, Pasted, Text, Whole, model_field
from webhooks.guarded import IN_REPLY, NOTHING, GuardedResultSchema
from webhooks.leaving import TEXT
from webhooks.media.pictures import draw
from webhooks.registry import Context, webhook

MAX_PROMPT_CHARACTERS = 31_900  # the models take 32,000, and a style may be added
DEFAULT_COUNT = 1
SIZES = ["auto", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"]
DEFAULT_STYLE = "vivid"
DEFAULT_QUALITY = "standard"


def known_size(value: str) -> None:
    if value != "auto" and not PICTURE_SIZE.fullmatch(value):
        raise ValidationError("Must be auto or WIDTHxHEIGHT, for example 1024x1024.")


class GenerateImageSchema(FunctionSchema):
    prompt = Text(
        max_length=MAX_PROMPT_CHARACTERS,
        metadata={
            "description": "What the image shows, at most 31,900 characters; required, here or as"
            " description.",
            "example": "A child planting a tree in the rain, watercolour",
        },
    )
    description = Text(
        max_length=MAX_PROMPT_CHARACTERS,
        metadata={
            "description": "Another name for prompt.",
            "example": "A child planting a tree in the rain, watercolour",
        },
    )
    desc = Text(
        max_length=MAX_PROMPT_CHARACTERS,
        metadata={
            "description": "Another name for prompt.",
            "example": "A child planting a tree in the rain, watercolour",
        },
    )
    model = model_field("The model; if not given, the organisation's image_model.")
    size = Pasted(
        max_length=9,
        validate=[known_size],
        metadata={
            "description": "WIDTHxHEIGHT or auto; DALL-E 3's sizes 1024x1024, 1792x1024 and"
            " 1024x1792 become the nearest size that the model offers.",
            "example": "1024x1024",
            "suggestions": SIZES,
        },
    )
    style = Choice(
        PICTURE_STYLES,
        metadata={
            "description": "vivid (the default) or natural.",
            "example": "natural",
            "default": DEFAULT_STYLE,
        },
    )
    quality = Choice(
        PICTURE_QUALITIES,
        metadata={
            "description": "standard (the default) or hd as in DALL-E 3, or low, medium, high or"
            " auto as in newer models.",
            "example": "standard",
            "default": DEFAULT_QUALITY,
        },
    )
    n = Whole(
        1, 10, metadata={"description": "How many images, 1 to 10.", "example": 1, "default": 1}
    )


class GenerateImageResultSchema(GuardedResultSchema):
    url = fields.String(
        metadata={
            "description": "Link to the (first) image, available for 24 hours.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....jpg",
        }
    )
    urls = fields.List(
        fields.String(),
        metadata={
            IN_REPLY: NOTHING,
            "description": "Links to all n images.",
            "example": ["https://flowhook.example.org/media/acme.8fJ2....jpg"],
        },
    )


def page(body: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """The images on a page, each with its prompt as alternative text."""
    prompt = escape(_prompt(body) or "")
    images = "\n".join(
        f'<p><a href="{escape(url)}"><img src="{escape(url)}" alt="{prompt}" width="512"></a></p>'
        for url in result["urls"]
    )
    images = images or f"<p>{escape(result['url'])}</p>"  # a guardrail's reply
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Generated images</title></head>'
        f"\n<body>\n<h1>Generated images</h1>\n{images}\n<p>{prompt}</p>\n</body>\n</html>\n"
    )


@webhook(
    fields=GenerateImageSchema,
    result=GenerateImageResultSchema,
    main="url",
    example={
        "prompt": "A child planting a tree in the rain, watercolour",
        "size": "1024x1024",
        "style": "natural",
        "quality": "standard",
        "n": 1,
    },
    page=page,
    leaves=(TEXT,),
    words=("prompt", "description", "desc"),
)
def generate_image(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Draw images from a prompt.

    Use it when a flow should send a picture of something you describe. The link at
    `@results.<result_name>.url` works in WhatsApp; `urls` holds all links. The service keeps the
    images for 24 hours under names that nobody can guess. `size`, `style` and `quality` are those
    of DALL-E 3; they are adapted to the model that draws. Needs the organisation's OpenAI
    settings: active, with an API key. The operator must set PUBLIC_URL if the service is reached
    at another address. Give it a `wait_seconds`: a model may take a minute.

    `GET /webhooks/generate_image?description=...` in a browser, or with `Accept: text/html`,
    returns a page that shows every image. This is Contentstack's action DALL-E 3 Image Generator.

    Errors: empty_input, unresolved_variable, invalid_input, inactive, missing_api_key,
    forbidden, model_not_found, content_filter, provider_rejected, invalid_response,
    provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/images/create
    """
    prompt = _prompt(data)
    if prompt is None:
        raise EmptyInput(
            "prompt is empty",
            fix="Pass what the image shows as prompt, description or desc.",
            fields={"prompt": ["Must not be empty."]},
        )
    request = PictureRequest(
        prompt,
        data.get("n") or DEFAULT_COUNT,
        model=data.get("model"),
        size=data.get("size"),
        style=data.get("style") or DEFAULT_STYLE,
        quality=data.get("quality") or DEFAULT_QUALITY,
    )
    urls = draw(context, request)
    return {"url": urls[0], "urls": urls}


def _prompt(data: Mapping[str, Any]) -> str | None:
    return data.get("prompt") or data.get("description") or data.get("desc") or None
