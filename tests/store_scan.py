"""Looks for words in a whole store: in keys, fields, members and values, also in sealed ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from service.backup.families import owner_of


class StoreScan:
    """`nobodys` are names under which values are sealed that belong to no organisation."""

    def __init__(self, redis: Any, cipher: Cipher, nobodys: Iterable[str] = ("*",)) -> None:
        self.redis = redis
        self.cipher = cipher
        self.nobodys = tuple(nobodys)
        self._sealed = re.compile(re.escape(b"\x01" + cipher.current))

    def places(self, *words: str) -> list[str]:
        """Where one of the words stands, as the names of keys."""
        sought = [word.encode() for word in words]
        return sorted(
            {
                key.decode()
                for key in self.redis.scan_iter(count=1000)
                if any(word in text for text in self._texts(key) for word in sought)
            }
        )

    def _texts(self, key: bytes) -> Iterator[bytes]:
        yield key
        for part in self._parts(key):
            yield part
            yield from self._opened(owner_of(key), part)

    def _opened(self, org: str | None, part: bytes) -> Iterator[bytes]:
        """What seems to be sealed in a value, from wherever it begins."""
        for found in self._sealed.finditer(part):
            for name in filter(None, (org, *self.nobodys)):
                try:
                    yield self.cipher.guess(name, part[found.start() :])
                except CannotDecrypt:
                    continue

    def _parts(self, key: bytes) -> Iterator[bytes]:
        kind = self.redis.type(key)
        if kind == b"string":
            yield self.redis.get(key) or b""
        elif kind == b"list":
            yield from self.redis.lrange(key, 0, -1)
        elif kind == b"set":
            yield from self.redis.smembers(key)
        elif kind == b"zset":
            yield from self.redis.zrange(key, 0, -1)
        elif kind == b"hash":
            for pair in self.redis.hgetall(key).items():
                yield from pair
        elif kind == b"stream":
            for _, fields in self.redis.xrange(key):
                for pair in fields.items():
                    yield from pair
