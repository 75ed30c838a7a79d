"""What the Cloud API takes as a message: shapes, kinds and lengths (in UTF-16 units)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.graph.errors import GraphError, missing, wrong

PHONE = re.compile(r"\+?[0-9]{7,15}")
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
HasMedia = Callable[[str], bool]
Object = Mapping[str, Any]


def recipient_of(body: Object) -> str:
    """Who a message is for; a phone number goes in `to`, a user id in `recipient`."""
    to, recipient = body.get("to"), body.get("recipient")
    if to is None and recipient is None:
        raise missing("to")
    if to is not None:
        if not isinstance(to, str) or not PHONE.fullmatch(to):
            raise wrong("to is not a valid phone number")
        return to.lstrip("+")
    if not isinstance(recipient, str) or not BSUID.fullmatch(recipient):
        raise wrong("recipient is not a valid business-scoped user ID")
    return recipient


def check_message(body: Object, has_media: HasMedia) -> None:
    """Raise Meta's error for a message it would not take."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    if body.get("recipient_type", "individual") != "individual":
        raise wrong("recipient_type must be individual")
    kind = body.get("type", "text")
    if kind not in CHECKS:
        raise GraphError(100, f"Param type must be one of {sorted(CHECKS)} - got {kind!r}.")
    part = body.get(kind)
    if not isinstance(part, dict):
        raise missing(kind)
    CHECKS[kind](kind, part, has_media)


def _check_text(kind: str, part: Object, has_media: HasMedia) -> None:
    _bounded(part.get("body"), "text.body", 4096)


def _check_media(kind: str, part: Object, has_media: HasMedia) -> None:
    _check_source(kind, part, has_media)
    allowed = {"link", "id"}
    if kind in ("image", "video", "document"):
        allowed.add("caption")
    if kind == "document":
        allowed.add("filename")
    if set(part) - allowed:
        raise GraphError(100, f"Unexpected key {min(set(part) - allowed)!r} on param {kind!r}.")
    if "caption" in part:
        _bounded(part["caption"], "caption", 1024, low=0)


def _check_source(kind: str, part: Object, has_media: HasMedia) -> None:
    link, media_id = part.get("link"), part.get("id")
    if (link is None) == (media_id is None):
        raise GraphError(100, f"Param {kind} must have exactly one of link and id.")
    if media_id is not None and not has_media(media_id):
        raise GraphError(131009, f"{media_id} is not a valid whatsapp business account media id")
    if link is not None:
        parts = urlsplit(link) if isinstance(link, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise wrong(f"{kind}.link is not a valid URL")


def _check_interactive(kind: str, part: Object, has_media: HasMedia) -> None:
    own = part.get("type")
    if own not in INTERACTIVE:
        raise wrong(f"interactive.type {own!r} is not known")
    text = part.get("body")
    _bounded(text.get("text") if isinstance(text, dict) else None, "interactive.body.text", 1024)
    footer = part.get("footer")
    if footer is not None:
        _bounded(footer.get("text"), "interactive.footer.text", 60)
    action = part.get("action")
    if not isinstance(action, dict):
        raise missing("interactive.action")
    header = part.get("header")
    if header is not None:
        _check_header(own, header, has_media)
    INTERACTIVE[own](action)


def _check_header(own: str, header: Object, has_media: HasMedia) -> None:
    kind = header.get("type")
    if kind == "text":
        _bounded(header.get("text"), "interactive.header.text", 60)
        return
    if own not in ("button", "cta_url") or kind not in ("image", "video", "document"):
        raise wrong(f"a header of type {kind!r} is not allowed here")
    part = header.get(kind)
    if not isinstance(part, dict):
        raise missing(f"interactive.header.{kind}")
    _check_source(kind, part, has_media)


def _check_buttons(action: Object) -> None:
    listed = action.get("buttons")
    if not isinstance(listed, list) or not 1 <= len(listed) <= 3:
        raise wrong("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [button.get("reply") for button in listed]
    for button, reply in zip(listed, replies, strict=True):
        if button.get("type") != "reply" or not isinstance(reply, dict):
            raise wrong("a button must be of type reply")
        _bounded(reply.get("title"), "Button title", 20)
        _bounded(reply.get("id"), "Button id", 256)
    for name in ("id", "title"):
        if len({reply[name] for reply in replies}) < len(replies):
            raise wrong(f"Duplicate button {name}")


def _check_list(action: Object) -> None:
    _bounded(action.get("button"), "List button", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise wrong("a list has 1 to 10 sections")
    rows: list[Any] = []
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            _bounded(section.get("title"), "Section title", 24)
        rows += section.get("rows") or []
    if not 1 <= len(rows) <= 10:
        raise wrong("Total row count exceed max allowed count: 10")
    for row in rows:
        _bounded(row.get("id"), "Row id", 200)
        _bounded(row.get("title"), "Row title", 24)
        if "description" in row:
            _bounded(row["description"], "Row description", 72)
    if len({row["id"] for row in rows}) < len(rows):
        raise wrong("Duplicate row id")


def _check_location_request(action: Object) -> None:
    if action.get("name") != "send_location":
        raise wrong("interactive.action.name must be send_location")


def _check_template(kind: str, part: Object, has_media: HasMedia) -> None:
    _bounded(part.get("name"), "template.name", 512)
    language = part.get("language")
    if not isinstance(language, dict) or not language.get("code"):
        raise missing("template.language.code")
    for component in part.get("components") or []:
        for parameter in component.get("parameters") or []:
            if parameter.get("type") != "text":
                continue
            text = parameter.get("text")
            _bounded(text, "template parameter", 1024)
            if re.search(r"[\n\t]| {5,}", text):
                raise GraphError(
                    132000, "Param text cannot have new-line/tab characters or 5 spaces in a row"
                )


def _bounded(value: Any, name: str, high: int, low: int = 1) -> None:
    if not isinstance(value, str):
        raise missing(name)
    if not low <= len(value.encode("utf-16-le")) // 2 <= high:
        raise wrong(f"{name} length invalid. Min length: {low}, Max length: {high}")
    if low and not value.strip():
        raise wrong(f"{name} is blank")


INTERACTIVE: dict[str, Callable[[Object], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "location_request_message": _check_location_request,
}
CHECKS: dict[str, Callable[[str, Object, HasMedia], None]] = {
    "text": _check_text,
    **dict.fromkeys(("image", "audio", "video", "document", "sticker"), _check_media),
    "interactive": _check_interactive,
    "template": _check_template,
}
