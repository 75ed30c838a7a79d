"""Pictures: the tiny real ones the fake draws, and telling what bytes of others are."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
import zlib

from tests.fakes.openai.complaints import malformed

_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////"
    "////////////////////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAA"
    "AAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z"
)
_WEBP = base64.b64decode(
    "UklGRjAAAABXRUJQVlA4ICQAAABwAQCdASoIAAgAB0CWJaACdAFAAAD+7L1yMNbr8UObO4FQAAA="
)
_DATA_URL = re.compile(r"data:image/([a-z+]+);base64,(.*)", re.DOTALL)
_KINDS = ("png", "jpeg", "gif", "webp")


def draw(output_format: str, subject: str) -> bytes:
    """A picture of 8 by 8 pixels; as PNG its colour depends on the subject."""
    if output_format == "jpeg":
        return _JPEG
    if output_format == "webp":
        return _WEBP
    return png(hashlib.sha256(subject.encode("utf-8", "surrogatepass")).digest()[:3])


def png(colour: bytes, edge: int = 8) -> bytes:
    """A square of one RGB colour."""
    rows = b"".join(b"\x00" + colour * edge for _ in range(edge))
    header = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def kind_of(data: bytes) -> str | None:
    """png, jpeg, gif or webp by its first bytes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def check_image_url(url: str, param: str) -> None:
    """A web address, or a data URL that really holds an image of a kind the API reads."""
    if url.startswith(("https://", "http://")):
        return
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise malformed(
            "Invalid image URL: expected a base64-encoded data URL with an image MIME type "
            "(e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=').",
            param,
            "invalid_value",
        )
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        raise malformed("Invalid base64 image_url.", param, "invalid_base64") from None
    if kind_of(data) is None:
        raise malformed(
            "You uploaded an unsupported image. Please make sure your image has of one the "
            f"following formats: {list(_KINDS)}.",
            param,
            "invalid_image_format",
        )
