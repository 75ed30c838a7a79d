"""Media kept in Redis for a day under a name that nobody can guess.

A name is `<organisation>.<256 random bits>.<extension>`. Whoever has it may fetch the media, since
WhatsApp and browsers send no credentials. Redis holds the name's digest and the encrypted bytes, so
a copy of the store reveals neither. The keys belong to the organisation and are deleted with it;
its oldest media are removed when it stores more than its share.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.config import MEDIA_MAX_BYTES, MEDIA_ORGANISATION_BYTES, MEDIA_SECONDS
from flowhook.errors import InvalidResponse, NotFound
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script

# Types of media that providers make or contacts send, by extension.
CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "webm": "audio/webm",
    "amr": "audio/amr",
    "m4v": "video/mp4",
    "3gp": "video/3gpp",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "bin": "application/octet-stream",
}
OGG, OPUS = "audio/ogg", b"OpusHead"
VOICE_NOTE = "audio/ogg; codecs=opus"  # Meta takes no other Ogg as a voice note
NAME = re.compile(r"(?P<org>[A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{43}\.(?P<extension>[a-z0-9]{3,4})")


def extension_of(content_type: str) -> str:
    """The extension for a file of this type; `bin` for an unknown one.

    >>> extension_of("audio/ogg; codecs=opus"), extension_of("application/x-odd")
    ('ogg', 'bin')
    """
    bare = content_type.partition(";")[0].strip().lower()
    return next((extension for extension, kind in CONTENT_TYPES.items() if kind == bare), "bin")


KEEP = Script(Path(__file__).with_name("keep.lua"))


@dataclass(frozen=True, slots=True)
class Kept:
    """Media with their type, as served."""

    content: bytes
    content_type: str


class MediaStore:
    """Stores media of organisations and finds them by name."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        seconds: int = MEDIA_SECONDS,
        organisation_bytes: int = MEDIA_ORGANISATION_BYTES,
        admit: Callable[[], object] = int,
    ) -> None:
        """`admit` raises where nothing new may be stored."""
        self.redis = redis
        self.cipher = cipher
        self.seconds = seconds
        self.organisation_bytes = organisation_bytes
        self.admit = admit

    def keep(self, org: str, content: bytes, extension: str) -> str:
        """Store the content and return its name; raises InvalidResponse if it is too large."""
        if len(content) > MEDIA_MAX_BYTES:
            raise InvalidResponse(
                f"the provider made a file larger than {MEDIA_MAX_BYTES // 1024**2} MiB",
                fix="Ask for a smaller size or less text.",
            )
        self.admit()
        name = f"{org}.{secrets.token_urlsafe(32)}.{extension}"
        digest = _digest(name)
        sealed = self.cipher.seal(org, _purpose(digest), content)
        keys = [_content_key(org, digest), org_key(org, "media_index"), org_key(org, "media_bytes")]
        KEEP.run(
            self.redis,
            keys,
            [
                sealed,
                digest,
                len(sealed),
                int(time.time()),
                self.seconds,
                self.organisation_bytes,
                _content_key(org, ""),
            ],
        )
        return name

    def get(self, name: str) -> Kept:
        """The media of this name; raises NotFound if they never existed or have expired."""
        known = NAME.fullmatch(name)
        content_type = CONTENT_TYPES.get(known["extension"]) if known else None
        if known is None or content_type is None:
            raise _gone()
        digest = _digest(name)
        sealed = self.redis.get(_content_key(known["org"], digest))
        if sealed is None:
            raise _gone()
        try:
            content = self.cipher.open(known["org"], _purpose(digest), sealed)
        except CannotDecrypt:  # its key was removed from ENCRYPTION_KEYS
            raise _gone() from None
        if content_type == OGG and OPUS in content[:64]:  # the first page names the codec
            content_type = VOICE_NOTE
        return Kept(content, content_type)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _content_key(org: str, digest: str) -> str:
    return org_key(org, "media", digest)


def _purpose(digest: str) -> str:
    return f"media:{digest}"


def _gone() -> NotFound:
    return NotFound(
        "there is nothing at this address, or not any more",
        fix="Media are kept for a limited time: call the function again for a new link.",
    )
