"""Media at Meta: uploaded or sent by contacts, found by id, fetched at an address for 5 minutes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.fakes.graph.errors import GraphError

URL_SECONDS = 300
MEGABYTE = 1024 * 1024
# Media types and largest sizes: developers.facebook.com, WhatsApp, Supported Media Types.
LIMITS = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MEGABYTE),
    **dict.fromkeys(
        ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"),
        16 * MEGABYTE,
    ),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "image/webp": 500 * 1024,
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 * MEGABYTE,
    ),
}


@dataclass(frozen=True)
class File:
    id: str
    owner: str
    """The phone number id it belongs to."""
    content: bytes
    mime_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_upload(content: bytes, mime_type: str) -> None:
    limit = LIMITS.get(mime_type.partition(";")[0].strip())
    if limit is None:
        raise GraphError(100, f"Param file must be a file of a supported type, not {mime_type}.")
    if len(content) > limit:
        raise GraphError(131053, f"The file is larger than {limit} bytes")
