"""What chats on pages share: words of notes, media, and messages as their receiver sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from flows.model.media import kind_of_url
from flows.play.bubbles import seen_in_whatsapp
from web.flow_words import NOTES
from web.language import translated
from web.page_security import HEADERS

# A flow may send media from any host; only pages with a chat show them.
POLICY = HEADERS["Content-Security-Policy"].replace(
    "img-src 'self' data:", "img-src 'self' data: https:; media-src 'self' https:"
)
FAULTS = frozenset({"msg_not_sent", "expression_failed", "flow_failed"})

Json = dict[str, Any]


def note_words(kind: str) -> str:
    """What a note tells, by the type of its event."""
    return translated(NOTES.get(kind, kind.replace("_", " ")))


def media_kind(message: Mapping[str, Any]) -> str:
    """How a page shows a message's media; "" for an address that it may not show."""
    url, kind = str(message["url"]), str(message.get("media") or message["type"])
    if not url.startswith(("https://", request.host_url)):
        return ""
    if kind in ("quick_reply", "list"):
        kind = kind_of_url(url) or "image"
    return "image" if kind == "sticker" else kind


def as_seen(transcript: Iterable[Json], own: str) -> list[Json]:
    """A transcript with each message as the `bubbles` that WhatsApp shows of it, and `is_fault`.

    `own` is the service's public address, if it has one. What a contact sent from elsewhere is a
    `link`: whoever looks at the page shall ask no stranger's server for it.
    """
    own_places = tuple(f"{one.rstrip('/')}/" for one in (request.host_url, own) if one)
    return [_seen(entry, own_places) for entry in transcript]


def _seen(entry: Json, own: tuple[str, ...]) -> Json:
    if entry["direction"] == "out":
        return {**entry, "bubbles": seen_in_whatsapp(entry)[0]}
    url = str(entry.get("url", ""))
    if entry["direction"] == "in" and url and not url.startswith(own):
        link = url if url.startswith(("https://", "http://")) else ""
        return {**entry, "link": link}
    return {**entry, "is_fault": is_fault(entry)}


def is_fault(entry: Mapping[str, Any]) -> bool:
    """Whether a note tells that something went wrong."""
    is_call = entry.get("type") == "webhook_called" and not entry.get("parked")
    status = entry.get("status")
    has_failed = is_call and not (isinstance(status, int) and 200 <= status < 300)
    return entry.get("type") in FAULTS or bool(entry.get("error")) or has_failed
