"""Images in the messages of a chat: their parts, and their download.

A part is text or an image by its link, as OpenAI writes it, as Contentstack does, or shorter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from flowhook.blanks import unpadded
from flowhook.errors import InvalidInput, TooLarge
from flowhook.media.caller import read_image
from webhooks.chat.messages import Message, read_said, read_text_part
from webhooks.context import Context
from webhooks.fields import Text

MAX_IMAGES = 10
MAX_IMAGES_BYTES = 20 * 1024 * 1024
DETAILS = ("auto", "low", "high")
IMAGE_TYPES = ("image_url", "image", "input_image")
LINK = re.compile(r"(?:https?://|data:)\S+\Z", re.IGNORECASE)


def read_part(part: Any, place: str) -> Message:
    """Read a part of a content: text, or an image by its link."""
    if isinstance(part, str) and LINK.match(unpadded(part)):
        part = {"type": "image", "url": part}
    kind = str(part.get("type", "")).lower() if isinstance(part, dict) else ""
    if kind not in IMAGE_TYPES:
        return read_text_part(part, place)
    named = (part.get(name) for name in ("image_url", "url", "image", "value"))
    given = next((one for one in named if one is not None), None)
    known = given if isinstance(given, Mapping) else {"url": given}
    image = {"url": unpadded(read_said(known.get("url"), f"{place}.image_url.url"))}
    detail = known.get("detail", part.get("detail"))
    if detail is not None:
        if detail not in DETAILS:
            raise ValidationError(f"{place}.image_url.detail must be one of {', '.join(DETAILS)}.")
        image["detail"] = detail
    return {"type": "image_url", "image_url": image}


class SeenText(Text):
    """A text, or a list of texts and images. A text is never read as a list: a contact typed it."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        if isinstance(value, list) and value:
            return [read_part(part, f"input[{at}]") for at, part in enumerate(value)]
        return super().deserialize(value, attr, data, **kwargs)


def inline_images(said: Sequence[Message], user_input: Any, context: Context) -> None:
    """Put the images themselves in the place of their links.

    Raises InvalidInput for too many images or one of another than the user, TooLarge, and the
    errors of a link that leads to no image.
    """
    contents = [
        (f"messages[{at}].content", message["content"], message["role"])
        for at, message in enumerate(said)
    ]
    places = [
        (f"{place}[{where}]", part, role)
        for place, content, role in [*contents, ("input", user_input, "user")]
        if isinstance(content, list)
        for where, part in enumerate(content)
        if part["type"] == "image_url"
    ]
    _check(places)
    if places:
        context.model_client().check_may_send("a picture")
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


def _check(places: list[tuple[str, Message, str]]) -> None:
    if len(places) > MAX_IMAGES:
        raise _wrong("messages", f"hold {len(places)} images; at most {MAX_IMAGES} are taken")
    for place, _, role in places:
        if role != "user":
            raise _wrong(place, "is an image of another than the user")


def _wrong(place: str, problem: str) -> InvalidInput:
    field = place.partition("[")[0]
    return InvalidInput(f"{place} {problem}", fields={field: [f"{place} {problem}."]})
