"""A flow's message as the bubbles that a contact sees of it in WhatsApp.

The channel itself renders and splits it (flows/channels/whatsapp/render.py); here its contents are
read back into the conversation API's format, one for each message that WhatsApp would get.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.providers.whatsapp_content import Content
from flows.channels.outgoing_messages import messages_by_contact
from flows.channels.whatsapp.options import read_option_id
from flows.channels.whatsapp.render import render
from flows.model.events import MsgCreated

Json = dict[str, Any]


def bubbles_of(event: MsgCreated) -> tuple[list[Json], Json | None]:
    """The bubbles of a message that a flow created, and the options that the last one numbers."""
    [(message, _)] = messages_by_contact((event,))[event.contact]
    return seen_in_whatsapp(message)


def words_of(bubble: Json) -> str:
    r"""A bubble as a contact reads it: its text, or else its address, and its options, a line each.

    >>> words_of({"type": "quick_reply", "text": "Go on?", "options": [{"title": "Yes"}]})
    'Go on?\nYes'
    >>> words_of({"type": "image", "url": "https://example.org/a.png", "text": ""})
    'https://example.org/a.png'
    """
    options = (option["title"] for option in bubble.get("options") or ())
    return "\n".join(filter(None, [bubble.get("text") or bubble.get("url", ""), *options]))


def seen_in_whatsapp(message: Mapping[str, Any]) -> tuple[list[Json], Json | None]:
    """The bubbles of a message, and the options that its last bubble numbers, if it does.

    An approved template stays as it is: Meta has its words.
    """
    rendered = render(message)
    bubbles = [_bubble(content, message) for content in rendered.contents]
    if not rendered.numbered:
        return bubbles, None
    interactive = message.get("interactive")
    named = interactive if isinstance(interactive, Mapping) else {}
    node = str(named.get("msgid") or "")
    return bubbles, {"kind": message["type"], "node": node, "titles": list(rendered.numbered)}


def _bubble(content: Content, message: Mapping[str, Any]) -> Json:
    kind = content["type"]
    part = content[kind]
    if kind == "text":
        return {"type": "text", "text": part["body"]}
    if kind == "interactive":
        return _interactive(part)
    if kind == "template":
        return {
            name: message[name] for name in ("type", "text", "url", "options") if name in message
        }
    return {"type": kind, "url": part["link"], "text": part.get("caption", "")}


def _interactive(part: Mapping[str, Any]) -> Json:
    bubble: Json = {"type": "location_request", "text": part["body"]["text"]}
    header = part.get("header")
    if header:
        bubble |= {"url": header[header["type"]]["link"], "media": header["type"]}
    action = part["action"]
    listed = [row for section in action.get("sections", ()) for row in section["rows"]]
    offered = listed or [one["reply"] for one in action.get("buttons", ())]
    if offered:
        bubble["type"] = "list" if listed else "quick_reply"
        bubble["options"] = [_option(one) for one in offered]
    return bubble


def _option(offered: Mapping[str, str]) -> Json:
    """An option with the full title that the channel gives the flow when it is chosen."""
    chosen = read_option_id(offered["id"], offered["title"])
    more = {name: offered[name] for name in ("description",) if name in offered}
    return {"title": chosen.title, "kind": chosen.kind, **more}
