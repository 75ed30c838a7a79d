"""Groups a sprint's messages for channels: by contact, in order, each with its delay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flows.model.events import Event, MsgCreated

Message = dict[str, Any]


def messages_by_contact(events: Iterable[Event]) -> dict[str, list[tuple[Message, float]]]:
    """Return {contact: [(message, delay in seconds)]}; only broadcasts add other contacts.

    A message has the conversation API's format, with the flow's `template` and `interactive`
    content added if there is any.
    """
    found: dict[str, list[tuple[Message, float]]] = {}
    for event in events:
        if isinstance(event, MsgCreated):
            message = {**event.as_message(), "type": event.kind}
            if event.template is not None:
                message["template"] = dict(event.template)
            if event.interactive is not None:
                message["interactive"] = dict(event.interactive)
            found.setdefault(event.contact, []).append((message, event.delay_seconds))
    return found
