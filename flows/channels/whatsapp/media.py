"""Fetches the file of a contact's message while Meta still has it, and keeps it with us.

Ids in deliveries last seven days, the addresses behind them five minutes, and both want the
organisation's token: flows and functions get an address of our own instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flowhook.providers.whatsapp import MAX_MEDIA_BYTES, WhatsAppClient
from flows.channels.inbound import Inbound

Keep = Callable[[bytes, str], str]
"""(content, media type) to the address under which it is now served."""

MAX_DOCUMENT_BYTES = 30 * 1024 * 1024  # WhatsApp allows 100 MB; more does not fit the transport
KINDS = {"image": "image/", "sticker": "image/", "audio": "audio/", "video": "video/"}


def fetched(client: WhatsAppClient, inbound: Inbound, keep: Keep) -> Inbound:
    """The message with `url` set. Raises the client's errors: too large, altered, gone."""
    media = inbound.media
    if media is None:
        return inbound
    accepted = KINDS.get(inbound.type)
    got = client.download(
        media.id,
        max_bytes=MAX_DOCUMENT_BYTES if inbound.type == "document" else MAX_MEDIA_BYTES,
        mime_types=(accepted,) if accepted else (),
        sha256=media.sha256,
    )
    return replace(inbound, url=keep(got.content, got.mime_type))
