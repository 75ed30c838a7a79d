"""What a person reads of a content that was to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words_of(content: Mapping[str, Any]) -> str:
    """The words of a WhatsApp content, or what stands for them: a template's name, a link.

    >>> words_of({"type": "text", "text": {"body": "Hello"}})
    'Hello'
    >>> words_of({"type": "template", "template": {"name": "back", "language": {"code": "en"}}})
    'back'
    >>> words_of({"type": "image", "image": {"link": "https://x.org/a.png", "caption": "A cow"}})
    'A cow'
    >>> words_of({})
    ''
    """
    kind = content.get("type")
    part = content.get(kind) if isinstance(kind, str) else None
    if not isinstance(part, Mapping):
        return ""
    body = part.get("body")
    found = body.get("text") if isinstance(body, Mapping) else body
    return str(found or part.get("caption") or part.get("link") or part.get("name") or "")
