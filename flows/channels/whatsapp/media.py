"""Downloads the file of a contact's message from Meta and stores it.

Media ids expire after seven days, their addresses after five minutes, and both require the
organisation's token, so flows and functions get an address of the service instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flowhook.providers.whatsapp import MAX_MEDIA_BYTES, WhatsAppClient
from flows.channels.inbound import Inbound

Keep = Callable[[bytes, str], str]
"""Stores a file, given content and media type; returns the address that serves it."""

MAX_DOCUMENT_BYTES = 30 * 1024 * 1024  # the transport's limit; WhatsApp allows 100 MB
KINDS = {"image": "image/", "sticker": "image/", "audio": "audio/", "video": "video/"}


def fetched(client: WhatsAppClient, inbound: Inbound, keep: Keep) -> Inbound:
    """Return the message with its file stored and `url` set.

    Raises the client's errors if the file is too large, altered or gone.
    """
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
