"""Reads an organisation's library from Redis, and keeps those that are current in memory."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flows.library.library import EMPTY, Library, LibraryEntry

CACHED_LIBRARIES = 1_000

Json = dict[str, Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an organisation's flows."""

    index: str
    version: str
    interactive: str
    groups: str
    fields: str
    bytes: str

    @classmethod
    def of(cls, org: str) -> Keys:
        names = ("index", "version", "interactive", "groups", "fields", "bytes")
        return cls(*(org_key(org, "flows", name) for name in names))


def version_key(org: str) -> str:
    """The key of the version, which every message reads to check whether a library is current."""
    return org_key(org, "flows", "version")


class Libraries:
    """The libraries of all organisations; each is read again where its version changed."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher
        self._libraries: OrderedDict[str, tuple[str, Library]] = OrderedDict()
        self._lock = threading.Lock()  # guards the cache: workers wake contacts on threads

    def get(self, org: str, version: str | None = None) -> Library:
        """The organisation's flows at `version`, as just read elsewhere; None reads it first."""
        if version is None:
            version = _text(self.redis.get(version_key(org)))
        held = self._libraries.get(org)
        if held is not None and held[0] == version:
            return held[1]
        version, library = self.load(org)
        with self._lock:
            self._libraries[org] = (version, library)
            self._libraries.move_to_end(org)
            while len(self._libraries) > CACHED_LIBRARIES:
                self._libraries.popitem(last=False)
        return library

    def load(self, org: str) -> tuple[str, Library]:
        """The library and its version.

        The version is read first, so a library that is newer than it is only loaded once more.
        """
        keys = Keys.of(org)
        pipe = self.redis.pipeline(transaction=False)
        pipe.get(keys.version)
        pipe.hgetall(keys.index)
        pipe.hgetall(keys.interactive)
        version, index, interactive = pipe.execute()
        if not index and not interactive:
            return _text(version), EMPTY
        entries = {
            uuid.decode(): LibraryEntry.from_dict(uuid.decode(), orjson.loads(raw))
            for uuid, raw in index.items()
        }
        return _text(version), Library(entries, self._open_templates(org, interactive))

    def _open_templates(self, org: str, encrypted: Mapping[bytes, bytes]) -> dict[str, Json]:
        """Decrypt the templates, by label; one that no key decrypts counts as missing."""
        opened: dict[str, Json] = {}
        for label, raw in encrypted.items():
            try:
                opened[label.decode()] = orjson.loads(self.cipher.open(org, "interactive", raw))
            except CannotDecrypt:
                logger.error("no key opens an interactive template", extra={"organization_id": org})
        return opened


def _text(raw: bytes | None) -> str:
    return raw.decode() if raw else ""
