"""The contents of WhatsApp messages, as the Cloud API takes them, and their limits.

Lengths are UTF-16 units, the stricter of the two ways to count: most emoji count two.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
BODY_LENGTH = 1024
MAX_BUTTONS = 3
BUTTON_TITLE_LENGTH = 20
BUTTON_ID_LENGTH = 256
MAX_ROWS = 10
ROW_TITLE_LENGTH = 24
ROW_DESCRIPTION_LENGTH = 72
ROW_ID_LENGTH = 200
LIST_BUTTON_LENGTH = 20
CAPTIONED = frozenset({"image", "video", "document"})

Content = dict[str, Any]


def length(text: str) -> int:
    """Count characters by the stricter of WhatsApp's ways.

    >>> length("abc"), length("नमस्ते"), length("👍")
    (3, 6, 2)
    """
    return len(text) + sum(character > "\uffff" for character in text)


def text(body: str) -> Content:
    """A text of up to 4,096 characters; its first link is previewed."""
    return {"type": "text", "text": {"body": body, "preview_url": "https://" in body}}


def media(
    kind: str, *, link: str = "", media_id: str = "", caption: str = "", filename: str = ""
) -> Content:
    """An image, audio, video, document or sticker, by https link or by the id of an upload."""
    source = {"id": media_id} if media_id else {"link": link}
    more: Content = {}
    if caption and kind in CAPTIONED:
        more["caption"] = caption
    if filename and kind == "document":
        more["filename"] = filename
    return {"type": kind, kind: {**source, **more}}


def buttons(
    body: str, options: Sequence[tuple[str, str]], header: Content | None = None
) -> Content:
    """One to three reply buttons, each (id, title); `header` is a media content."""
    interactive: Content = {
        "type": "button",
        "body": {"text": body},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": option_id, "title": title}}
                for option_id, title in options
            ]
        },
    }
    if header:
        interactive["header"] = header
    return {"type": "interactive", "interactive": interactive}


def listing(body: str, button: str, rows: Sequence[tuple[str, str, str]]) -> Content:
    """A list of up to ten rows, each (id, title, description), opened by `button`."""
    shown = []
    for row_id, title, description in rows:
        row = {"id": row_id, "title": title}
        shown.append({**row, "description": description} if description else row)
    interactive = {
        "type": "list",
        "body": {"text": body},
        "action": {"button": button, "sections": [{"rows": shown}]},
    }
    return {"type": "interactive", "interactive": interactive}


def location_request(body: str) -> Content:
    """A request for the contact's location."""
    return {
        "type": "interactive",
        "interactive": {
            "type": "location_request_message",
            "body": {"text": body},
            "action": {"name": "send_location"},
        },
    }


def template(name: str, language: str, variables: Sequence[str] = ()) -> Content:
    """An approved template with the variables of its body in order."""
    chosen: Content = {"name": name, "language": {"code": language}}
    if variables:
        parameters = [{"type": "text", "text": variable} for variable in variables]
        chosen["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": chosen}
