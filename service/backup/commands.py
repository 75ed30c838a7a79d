"""A key as the Redis commands that make it, in words that every release and kind understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Command = tuple[bytes, ...]

COMMANDS = frozenset(
    (b"SET", b"HSET", b"RPUSH", b"SADD", b"ZADD", b"XADD", b"XSETID", b"PEXPIREAT", b"UNLINK")
)
WHOLE_BYTES = 256 * 1024  # of one command, unless a single value is larger
MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it was at one moment; `expires_at` in epoch milliseconds, -1 for never."""

    name: bytes
    kind: str
    expires_at: int
    value: Any
    ids: Sequence[Any] | None = None  # XINFO STREAM

    @classmethod
    def read(cls, found: Sequence[Any]) -> Key:
        """The key that read.lua answered."""
        name, kind, expires_at, value, *ids = found
        return cls(name, kind.decode(), expires_at, value, ids[0] if ids else None)

    def commands(self) -> Iterator[Command]:
        """The commands that make this key, where there is none of its name."""
        if self.kind == "string":
            yield (b"SET", self.name, self.value)
        elif self.kind == "stream":
            yield from self._stream()
        elif self.kind == "zset":
            pairs = zip(self.value[1::2], self.value[::2], strict=True)
            yield from self._parted(b"ZADD", pairs)
        elif self.kind == "hash":
            yield from self._parted(b"HSET", zip(self.value[::2], self.value[1::2], strict=True))
        else:
            verb = {"list": b"RPUSH", "set": b"SADD"}[self.kind]
            yield from self._parted(verb, ((one,) for one in self.value))
        if self.expires_at >= 0:
            yield (b"PEXPIREAT", self.name, b"%d" % self.expires_at)

    def _parted(self, verb: bytes, items: Iterator[tuple[bytes, ...]]) -> Iterator[Command]:
        parts: list[bytes] = []
        size = 0
        for item in items:
            if parts and (len(parts) >= MOST_PARTS or size > WHOLE_BYTES):
                yield (verb, self.name, *parts)
                parts, size = [], 0
            parts += item
            size += sum(map(len, item))
        yield (verb, self.name, *parts)

    def _stream(self) -> Iterator[Command]:
        """Its entries under their ids; one without entries still knows its last id."""
        ids = dict(zip((self.ids or ())[::2], (self.ids or ())[1::2], strict=True))
        last = ids[b"last-generated-id"]
        for entry, fields in self.value:
            yield (b"XADD", self.name, entry, *fields)
        if not self.value:
            yield (b"XADD", self.name, b"MAXLEN", b"0", _above_zero(last), b"", b"")
        added, deleted = b"%d" % ids[b"entries-added"], ids[b"max-deleted-entry-id"]
        more = (b"ENTRIESADDED", added, b"MAXDELETEDID", deleted)
        yield (b"XSETID", self.name, last, *more)


def _above_zero(last: bytes) -> bytes:
    """An id that an entry may have: 0-0, of a stream that never had one, may not be."""
    return b"0-1" if last == b"0-0" else last
