"""Read the pictures and recordings whose URL a caller gives: a link, or a data URL.

Links are fetched through the guard. The content decides the type, not the name, the declared type
or the server's header.

Errors: invalid_input, empty_input, too_large, provider_unavailable, provider_timeout.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

from flowhook.errors import InvalidInput, TooLarge
from flowhook.providers.media_type import (
    MAX_AUDIO_BYTES,
    MAX_IMAGE_BYTES,
    MediaType,
    require_audio,
    require_image,
)

Fetch = Callable[[str, str, int], bytes]
"""(URL, field, most bytes) to what the URL answers."""

DATA_URL = re.compile(r"data:([^,]{0,200}?)(;\s*base64\s*)?,", re.IGNORECASE)
URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class CallerMedia:
    """Bytes of a known type."""

    content: bytes
    type: MediaType

    def as_data_url(self) -> str:
        return f"data:{self.type.mime};base64,{base64.b64encode(self.content).decode()}"

    def as_file(self, stem: str) -> tuple[str, bytes, str]:
        """Return (name with the right extension, content, media type), for an upload."""
        return f"{stem}.{self.type.extension}", self.content, self.type.mime


def read_image(fetch: Fetch, url: str, field: str = "url") -> CallerMedia:
    """Read the image at a URL, at most 5 MiB."""
    content = _read(fetch, url, field, MAX_IMAGE_BYTES)
    return CallerMedia(content, require_image(content, field))


def read_audio(fetch: Fetch, url: str, field: str = "speech") -> CallerMedia:
    """Read the recording at a URL, at most 16 MiB."""
    content = _read(fetch, url, field, MAX_AUDIO_BYTES)
    return CallerMedia(content, require_audio(content, field))


def _read(fetch: Fetch, url: str, field: str, max_bytes: int) -> bytes:
    url = url.strip()
    if url[:5].lower() == "data:":
        return _read_data_url(url, field, max_bytes)
    return fetch(url, field, max_bytes)


def _read_data_url(url: str, field: str, max_bytes: int) -> bytes:
    head = DATA_URL.match(url)
    if head is None:
        raise _malformed(field)
    body = url[head.end() :]
    try:
        content = _decoded(body) if head[2] else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        raise _malformed(field) from None
    if len(content) > max_bytes:
        raise TooLarge(f"{field} holds more than {max_bytes} bytes", fix="Send less.")
    return content


def _decoded(body: str) -> bytes:
    """The bytes of base64, also the URL-safe kind, with or without its padding."""
    bare = unquote("".join(body.split())).translate(URL_SAFE).rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)


def _malformed(field: str) -> InvalidInput:
    problem = "is not a well-formed data URL"
    return InvalidInput(
        f"{field} {problem}",
        fix="Send data:<media type>;base64,<content>, or a link.",
        fields={field: [problem]},
    )
