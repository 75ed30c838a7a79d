"""The webhook function chat_with_vision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from flowhook.errors import InvalidInput, TooLarge
from flowhook.media import samples
from flowhook.media.caller import read_image
from webhooks.chat.chat_request import ChatFieldsSchema, ChatResultSchema, answer_chat
from webhooks.chat.messages import Message, messages_field, read_said, read_text_part
from webhooks.fields import Text
from webhooks.registry import Context, webhook

MAX_IMAGES = 10
MAX_IMAGES_BYTES = 20 * 1024 * 1024
DETAILS = ("auto", "low", "high")
LINK = re.compile(r"(?:https?://|data:)\S+\Z", re.IGNORECASE)


def read_part(part: Any, place: str) -> Message:
    """A part of a content: text, or an image by its link, as OpenAI writes it or shorter."""
    if isinstance(part, str) and LINK.match(part):
        part = {"type": "image", "url": part}
    if not isinstance(part, dict) or part.get("type") not in ("image_url", "image", "input_image"):
        return read_text_part(part, place)
    given = part.get("image_url", part.get("url"))
    known = given if isinstance(given, Mapping) else {"url": given}
    image = {"url": read_said(known.get("url"), f"{place}.image_url.url")}
    if known.get("detail") is not None:
        if known["detail"] not in DETAILS:
            raise ValidationError(f"{place}.image_url.detail must be one of {', '.join(DETAILS)}.")
        image["detail"] = known["detail"]
    return {"type": "image_url", "image_url": image}


class SeenText(Text):
    """A text, or a list of texts and images. A text is never read as a list: a contact typed it."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        if isinstance(value, list) and value:
            return [read_part(part, f"input[{at}]") for at, part in enumerate(value)]
        return super().deserialize(value, attr, data, **kwargs)


class ChatWithVisionSchema(ChatFieldsSchema):
    input = SeenText(
        metadata={
            "description": "What the contact said; added as the last message after `messages`: a"
            " text, or a list of texts and images as in `messages`.",
            "example": "Which plant is this?",
        }
    )
    messages = messages_field(
        read_part,
        metadata={
            "description": "The conversation so far, in order; a user's content is text, or a list"
            ' of {"type": "text", "text"} and {"type": "image_url", "image_url": {"url"}}, or of'
            f" plain texts and links; up to {MAX_IMAGES} images of at most 5 MiB each.",
            "example": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Which plant is this?"},
                        {
                            "type": "image_url",
                            "image_url": {"url": "https://example.org/plant.jpg"},
                        },
                    ],
                }
            ],
        },
    )


@webhook(
    fields=ChatWithVisionSchema,
    result=ChatResultSchema,
    main="response",
    example={
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Which colour is this?"},
                    {"type": "image_url", "image_url": {"url": samples.IMAGE}},
                ],
            }
        ],
        "max_tokens": 300,
    },
)
def chat_with_vision(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Chat with a model that can see images: user messages may hold text and images.

    Accepts and returns the same as `chat`. In addition, `input` and the content of a user's
    message may be a list of texts and images; give each image as a link or as a data URL. The
    service downloads the images itself and sends them with the request, so links that expire or
    that OpenAI cannot open work too. Up to 10 images, each at most 5 MiB, together at most 20 MiB;
    their content must be JPEG, PNG, WebP or GIF. A thread remembers the words, not the images.
    Needs the organisation's OpenAI settings, and a model that accepts images. This is
    Contentstack's action Chat with Vision.

    Errors: invalid_input, empty_input, unresolved_variable, too_large, inactive,
    missing_api_key, forbidden, invalid_api_key, insufficient_quota, model_not_found, refused,
    content_filter, truncated, provider_rejected, invalid_response, provider_unavailable,
    provider_timeout.
    Source: https://platform.openai.com/docs/guides/images-vision
    """
    context.model_client()
    given = data.get("messages") or []
    contents = [
        (f"messages[{at}].content", message["content"], message["role"])
        for at, message in enumerate(given)
    ]
    places = [
        (f"{place}[{where}]", part, role)
        for place, content, role in [*contents, ("input", data.get("input"), "user")]
        if isinstance(content, list)
        for where, part in enumerate(content)
        if part["type"] == "image_url"
    ]
    _check(places)
    left = MAX_IMAGES_BYTES
    for place, part, _ in places:
        image = read_image(context.fetch, part["image_url"]["url"], place)
        left -= len(image.content)
        if left < 0:
            field = place.partition("[")[0]
            raise TooLarge(
                f"the images hold more than {MAX_IMAGES_BYTES // 1024**2} MiB together",
                fix="Send fewer or smaller images.",
                fields={field: ["Its images are too large together."]},
            )
        part["image_url"] = {**part["image_url"], "url": image.as_data_url()}
    return answer_chat(data, context)


def _check(places: list[tuple[str, Message, str]]) -> None:
    if len(places) > MAX_IMAGES:
        raise _wrong("messages", f"hold {len(places)} images; at most {MAX_IMAGES} are taken")
    for place, _, role in places:
        if role != "user":
            raise _wrong(place, "is an image of another than the user")


def _wrong(place: str, problem: str) -> InvalidInput:
    field = place.partition("[")[0]
    return InvalidInput(f"{place} {problem}", fields={field: [f"{place} {problem}."]})
