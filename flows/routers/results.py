"""The result that a router saves of a message. The first matching shape applies."""

from __future__ import annotations

from typing import Any

import orjson

from flows.model.action import as_text
from flows.model.session import Message
from flows.model.text import words

MEDIA_TYPES = ("image", "audio", "video", "document")


def result_of(
    message: Message, category: Any, at: str, *, keeps_words: bool = False
) -> dict[str, Any]:
    """Build the result object.

    `category` is a name, or its translation as the one-item list of definitions; `at` the time as
    results hold it; `keeps_words` adds the message's words as `selected`.
    """
    if message.type in MEDIA_TYPES:
        return {
            "id": message.id,
            "url": message.url,
            "source_url": message.url,
            "caption": message.caption,
            "category": "media",
            "input": message.url,
            "inserted_at": at,
        }
    if message.type == "location":
        return {
            "id": message.id,
            "latitude": message.latitude,
            "longitude": message.longitude,
            "category": "location",
            "inserted_at": at,
        }
    if message.type == "whatsapp_form_response":
        return {key: _form_value(value) for key, value in (message.form or {}).items()}
    answer = {"input": message.text, "category": category, "inserted_at": at}
    if message.type in ("quick_reply", "list"):
        interactive = dict(message.interactive or {"title": message.text})
        return {**answer, "intent": None, "interactive": interactive}
    if keeps_words:
        return {**answer, "selected": sorted(words(message.text))}
    extra: dict[str, Any] = {"intent": message.intent}
    if message.intent is not None:
        extra |= {"confidence": message.confidence, "response": message.response}
    return {**answer, **extra}


def _form_value(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return ", ".join(
        orjson.dumps(item).decode() if isinstance(item, dict) else as_text(item) for item in value
    )
