"""The revisions of flows in Redis: encrypted, never changed; recent ones are cached in memory."""

from __future__ import annotations

import logging
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flows.definition.definition import Flow
from flows.definition.reading import read_entry
from flows.library.library import LibraryEntry

KEPT_REVISIONS = 50
CACHED_NODES = 100_000

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class Revisions:
    """The revisions of each flow, in a hash by number."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher
        self._flows: OrderedDict[tuple[str, str, int], Flow] = OrderedDict()
        self._nodes = 0
        self._lock = threading.Lock()  # guards the cache: workers wake contacts on threads

    def flow(self, org: str, uuid: str, revision: int | str) -> Flow | None:
        """A revision ready to run, from memory or Redis; None if it no longer exists."""
        revision = int(revision)
        key = (org, uuid, revision)
        with self._lock:
            held = self._flows.get(key)
            if held is not None:
                self._flows.move_to_end(key)
                return held
        source = self.source(org, uuid, revision)
        if source is None:
            return None
        flow = read_entry(source, revision)
        self._hold(key, flow)
        return flow

    def source(self, org: str, uuid: str, revision: int) -> Json | None:
        """A revision as it was imported; None if it no longer exists or no key decrypts it."""
        encrypted = self.redis.hget(revisions_key(org, uuid), str(revision))
        if encrypted is None:
            return None
        try:
            opened = self.cipher.open(org, _purpose(uuid), encrypted)
        except CannotDecrypt:
            logger.error("no key opens a flow's revision", extra={"organization_id": org})
            return None
        found: Json = orjson.loads(zlib.decompress(opened))
        return found

    def encoded(self, org: str, uuid: str, source: Json) -> bytes:
        """A revision as it is stored, compressed and encrypted."""
        packed = zlib.compress(orjson.dumps(source), 1)
        return self.cipher.seal(org, _purpose(uuid), packed)

    def size(self, pipe: Any, org: str, uuid: str, revisions: Iterable[bytes]) -> int:
        """The bytes that revisions of a flow take; `pipe` is not buffering."""
        key = revisions_key(org, uuid)
        return sum(pipe.hstrlen(key, revision) for revision in revisions)

    def stale(self, pipe: Any, org: str, entry: LibraryEntry) -> list[bytes]:
        """The numbers of old revisions to delete, before one is added.

        The newest 50 and the published one are kept.
        """
        kept = {entry.published.revision} if entry.published else set()
        old = sorted(pipe.hkeys(revisions_key(org, entry.uuid)), key=int)[: -KEPT_REVISIONS + 1]
        return [raw for raw in old if int(raw) not in kept]

    def _hold(self, key: tuple[str, str, int], flow: Flow) -> None:
        with self._lock:
            if key in self._flows:
                return  # another conversation has read it in the meantime
            self._flows[key] = flow
            self._nodes += len(flow.nodes) + 1
            while self._nodes > CACHED_NODES and len(self._flows) > 1:
                _, gone = self._flows.popitem(last=False)
                self._nodes -= len(gone.nodes) + 1


def revisions_key(org: str, uuid: str) -> str:
    return org_key(org, "flow", uuid)


def _purpose(uuid: str) -> str:
    return f"flow:{uuid}"
