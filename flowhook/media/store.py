"""Media kept in Redis for a day, or as long as the operator and the organisation say, under a name
that nobody can guess.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.config import MEDIA_MAX_BYTES, MEDIA_ORGANISATION_BYTES
from flowhook.errors import InvalidResponse, NotFound
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.organisations.retention import DAY_SECONDS, DaysOf, none_set
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script
from flowhook.redis.tagged import forget, tagged
from flowhook.timestamps import timestamp_of

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
SHORTEN = Script(Path(__file__).with_name("shorten.lua"), gone="0")
OLDER_SECONDS = 86_400  # that releases kept media which noted no time
AT_ONCE = 500


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
        seconds: int = DAY_SECONDS,
        organisation_bytes: int = MEDIA_ORGANISATION_BYTES,
        admit: Callable[[], object] = int,
        days_of: DaysOf = none_set,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Keep media for so many seconds, or for fewer where the organisation says so (`days_of`).

        `admit` raises where nothing new may be stored; `clock` tells epoch seconds.
        """
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.seconds = seconds
        self.organisation_bytes = organisation_bytes
        self.admit = admit
        self.days_of = days_of
        self.clock = clock

    def keep(self, org: str, content: bytes, extension: str, contact: str = "") -> str:
        """Store the content, of this contact if any, and return its name; raises InvalidResponse if
        it is too large."""
        if len(content) > MEDIA_MAX_BYTES:
            raise InvalidResponse(
                f"the provider made a file larger than {MEDIA_MAX_BYTES // 1024**2} MiB",
                fix="Ask for a smaller size or less text.",
            )
        self.admit()
        name = f"{org}.{secrets.token_urlsafe(32)}.{extension}"
        digest = _digest(name)
        sealed = self.cipher.seal(org, _purpose(digest), content)
        KEEP.run(
            self.redis,
            _keys(org, digest),
            [
                sealed,
                digest,
                len(sealed),
                int(self.clock()),
                self._seconds(org),
                self.organisation_bytes,
                _content_key(org, ""),
                self.seconds,
                self.names.tag_of(org, contact),
            ],
        )
        return name

    def shorten(self, org: str, days: int) -> None:
        """End what is kept so many days after it was stored, at once where these are over."""
        index, life, now = org_key(org, "media_index"), days * DAY_SECONDS, int(self.clock())
        if life >= self.seconds:
            return
        for raw, ends in self.redis.zscan_iter(index, count=AT_ONCE):
            member = raw.decode()
            _, *since, digest = member.split()
            end = (int(since[0]) if since else int(ends) - OLDER_SECONDS) + life
            if end < ends or end <= now:
                SHORTEN.run(self.redis, _keys(org, digest), [member, end, now])

    def of_contact(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        """The bytes of each of a contact's media, and until when they are kept."""
        index = org_key(org, "media_index")
        for member, until in tagged(self.redis, index, self.names.tag_of(org, contact)):
            yield {"bytes": member.size, "until": timestamp_of(int(until * 1000))}

    def erase(self, org: str, contact: str) -> int:
        """Remove a contact's media; returns how many there were."""
        index = org_key(org, "media_index")
        found = tagged(self.redis, index, self.names.tag_of(org, contact))
        return sum(forget(self.redis, _keys(org, member.name), member) for member, _ in found)

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

    def _seconds(self, org: str) -> int:
        days = self.days_of(org)
        return self.seconds if days is None else min(self.seconds, days * DAY_SECONDS)


def _keys(org: str, digest: str) -> list[str]:
    """The keys of a content, of the index and of the bytes kept in all."""
    return [_content_key(org, digest), org_key(org, "media_index"), org_key(org, "media_bytes")]


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
