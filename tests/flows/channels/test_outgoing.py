"""A sprint's events as messages for a channel."""

from __future__ import annotations

from typing import Any

from flows.channels.outgoing_messages import messages_by_contact
from flows.model.events import FlowCompleted, MsgCreated, MsgNotSent


def test_messages_go_by_contact_in_order_with_their_delays() -> None:
    where: dict[str, Any] = {"flow": "f", "node": "n"}
    buttons = {"type": "quick_reply", "msgid": "n"}
    events = [
        MsgCreated(**where, id=1, contact="9198", kind="text", text="one"),
        MsgNotSent(**where, reason="empty"),
        MsgCreated(**where, id=2, contact="9188", kind="text", text="to another"),
        MsgCreated(
            **where,
            id=3,
            contact="9198",
            kind="quick_reply",
            text="two",
            options=({"title": "Yes"},),
            delay_seconds=2,
            interactive=buttons,
        ),
        FlowCompleted(**where, results={}),
    ]
    assert messages_by_contact(events) == {
        "9198": [
            ({"type": "text", "text": "one"}, 0),
            (
                {
                    "type": "quick_reply",
                    "text": "two",
                    "options": [{"title": "Yes"}],
                    "interactive": buttons,
                },
                2,
            ),
        ],
        "9188": [({"type": "text", "text": "to another"}, 0)],
    }


def test_a_sticker_is_one_for_a_channel_and_an_image_for_the_api() -> None:
    sent = MsgCreated(
        flow="f",
        node="n",
        id=1,
        contact="9198",
        kind="sticker",
        text="",
        url="https://x.org/s.webp",
    )
    assert sent.as_message() == {"type": "image", "url": "https://x.org/s.webp"}
    assert messages_by_contact([sent]) == {
        "9198": [({"type": "sticker", "url": "https://x.org/s.webp"}, sent.delay_seconds)]
    }
