"""Reads the content of each type of WhatsApp message into fields of Inbound.

The id of a button or row contains its node and the option's full title
(flows/channels/whatsapp/options.py), so that titles shortened for WhatsApp are restored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from flowhook.strict_json import UnreadableJson, read_value
from flows.channels.inbound import InboundMedia
from flows.channels.whatsapp.options import read_option_id

MAX_TEXT = 65_536
MAX_FORM_DEPTH = 8
MAX_FORM_BYTES = 65_536

Fields = dict[str, Any]
Object = Mapping[str, Any]


def read_content(message: Object) -> Fields:
    """Return `type` and the message's content; an unknown type gives `unsupported` and its name."""
    kind = message.get("type")
    kind = kind if isinstance(kind, str) else ""
    read = READERS.get(kind)
    part = _map(message.get("voice" if kind == "voice" else kind))
    fields = read(message, part, kind) if read else None
    if fields is None:
        fields = _unsupported(message, part, kind)
    context = _map(message.get("context"))
    about = _text(context.get("id"))[:512]
    return {"about": about, **fields} if about else fields


def _read_text(message: Object, part: Object, kind: str) -> Fields | None:
    body = part.get("body")
    return {"type": "text", "text": body[:MAX_TEXT]} if isinstance(body, str) else None


def _read_media(message: Object, part: Object, kind: str) -> Fields | None:
    media_id = _text(part.get("id"))
    if not media_id or len(media_id) > 128:
        return None
    caption = _text(part.get("caption"))[:MAX_TEXT]
    return {
        "type": "audio" if kind == "voice" else kind,
        "text": caption,
        "caption": caption or None,
        "media": InboundMedia(
            id=media_id,
            mime_type=_text(part.get("mime_type"))[:128],
            sha256=_text(part.get("sha256"))[:128],
            filename=_text(part.get("filename"))[:256],
            voice=kind == "voice" or part.get("voice") is True,
        ),
    }


def _read_location(message: Object, part: Object, kind: str) -> Fields | None:
    latitude, longitude = _number(part.get("latitude")), _number(part.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    named = {name: _text(part.get(name))[:1024] for name in ("name", "address") if part.get(name)}
    return {
        "type": "location",
        "latitude": latitude,
        "longitude": longitude,
        "detail": {name: value for name, value in named.items() if value},
    }


def _read_contacts(message: Object, part: Object, kind: str) -> Fields | None:
    """Read shared contact cards; flows get the names and numbers as text."""
    cards = message.get("contacts")
    lines = []
    for card in (cards if isinstance(cards, list) else [])[:100]:
        name = _text(_map(_map(card).get("name")).get("formatted_name"))
        phones = _map(card).get("phones")
        listed = phones if isinstance(phones, list) else []
        numbers = [_text(_map(phone).get("phone")) for phone in listed[:20]]
        lines.append(" ".join(word for word in (name, *numbers) if word))
    return {"type": "contact", "text": "\n".join(filter(None, lines))[:MAX_TEXT]}


def _read_button(message: Object, part: Object, kind: str) -> Fields | None:
    """Read the quick reply to a template."""
    title = _text(part.get("text"))
    return _choice("quick_reply", _text(part.get("payload")), title, "") if title else None


def _read_interactive(message: Object, part: Object, kind: str) -> Fields | None:
    reply_kind = part.get("type")
    if reply_kind == "nfm_reply":
        return _read_form(_map(part.get("nfm_reply")))
    if reply_kind not in ("button_reply", "list_reply"):
        return None
    reply = _map(part.get(reply_kind))
    title = _text(reply.get("title"))
    if not title:
        return None
    own = "quick_reply" if reply_kind == "button_reply" else "list"
    return _choice(own, _text(reply.get("id")), title, _text(reply.get("description")))


def _choice(kind: str, reply_id: str, title: str, description: str) -> Fields:
    option = read_option_id(reply_id[:256], title[:1024])
    interactive: Fields = {"id": option.node or option.id, "title": option.title}
    if option.node:
        interactive["postbackText"] = option.id
    if description:
        interactive["description"] = description[:1024]
    return {"type": option.kind or kind, "text": option.title, "interactive": interactive}


def _read_form(reply: Object) -> Fields | None:
    """Read the contact's answers in a WhatsApp Flow; None if they are invalid."""
    try:
        form = read_value(_text(reply.get("response_json"))[:MAX_FORM_BYTES])
    except UnreadableJson:
        form = None
    if not isinstance(form, dict) or not _is_shallow(form, MAX_FORM_DEPTH):
        return None
    return {
        "type": "whatsapp_form_response",
        "text": _text(reply.get("body"))[:MAX_TEXT],
        "form": form,
    }


def _read_reaction(message: Object, part: Object, kind: str) -> Fields | None:
    """Read an emoji reaction to a message; the text is empty if it was removed."""
    about = _text(part.get("message_id"))[:512]
    return {"type": "reaction", "text": _text(part.get("emoji"))[:64], "about": about}


def _read_order(message: Object, part: Object, kind: str) -> Fields | None:
    items = part.get("product_items")
    kept = [
        {name: value for name, value in _map(item).items() if isinstance(value, str | int | float)}
        for item in (items if isinstance(items, list) else [])[:100]
    ]
    return {"type": "order", "text": _text(part.get("text"))[:MAX_TEXT], "detail": {"items": kept}}


def _read_system(message: Object, part: Object, kind: str) -> Fields | None:
    """Read a change of phone number or user id; `detail` holds the new ones."""
    names = ("type", "wa_id", "user_id")
    kept = {name: _text(part.get(name))[:256] for name in names if _text(part.get(name))}
    return {"type": "system", "detail": kept}


def _read_edit(message: Object, part: Object, kind: str) -> Fields | None:
    """Read an edit; `about` is the edited message's id, `text` its new text."""
    edited = read_content({**_map(part.get("message")), "edit": None, "context": None})
    about = _text(part.get("original_message_id"))[:512]
    return {"type": "edit", "text": edited.get("text", ""), "about": about}


def _read_revoke(message: Object, part: Object, kind: str) -> Fields | None:
    return {"type": "revoke", "about": _text(part.get("original_message_id"))[:512]}


def _unsupported(message: Object, part: Object, kind: str) -> Fields:
    """Return fields with the name of an unknown type, so that it can be reported."""
    named = _text(part.get("type")) if kind == "unsupported" else kind
    return {"type": "unsupported", "detail": {"type": named[:64] or "unknown"}}


READERS: dict[str, Callable[[Object, Object, str], Fields | None]] = {
    "text": _read_text,
    **dict.fromkeys(("image", "audio", "voice", "video", "document", "sticker"), _read_media),
    "location": _read_location,
    "contacts": _read_contacts,
    "button": _read_button,
    "interactive": _read_interactive,
    "reaction": _read_reaction,
    "order": _read_order,
    "system": _read_system,
    "edit": _read_edit,
    "revoke": _read_revoke,
}


def _is_shallow(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return True
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Object:
    return value if isinstance(value, Mapping) else {}
