"""What WhatsApp's channel holds of a contact: exported, and erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.channels.whatsapp.channel import WhatsAppChannel


class WhatsAppContactData:
    """Exports and erases what is waiting, what was put aside, and what is known of contacts."""

    def __init__(self, channel: WhatsAppChannel) -> None:
        self.channel = channel

    def export(self, org: str, contact: str) -> Mapping[str, Any]:
        """`last_message_at` in epoch seconds, None where it is not known."""
        channel = self.channel
        return {
            "received": channel.inbox.held_of(org, contact),
            "to_be_sent": channel.outbox.held_of(org, contact),
            "last_message_at": channel.window.last_inbound(org, contact),
            "offered": channel.choices.find(org, contact),
            "user_id": channel.identities.user_id_of(org, contact),
        }

    def erase(self, org: str, contact: str) -> dict[str, int]:
        forgotten = self.channel.forget(org, contact)
        return {"waiting_messages": forgotten.waiting, "dead_messages": forgotten.dead}
