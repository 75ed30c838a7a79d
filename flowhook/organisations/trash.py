"""What an organisation deleted in the last 30 days, which can be brought back.

One hash for each organisation: an id to a sealed JSON object with the item's kind, name, and what
its kind needs to bring it back. What is too large for that (a flow's revisions) lies under a key
beside, which ends by itself. Whoever deletes puts the item in with the same transaction, and calls
`trim` after it. An id tells when and how large, so that nothing has to be opened for that.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from flowhook.errors import NotFound
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flowhook.timestamps import timestamp_of

KEPT_SECONDS = 30 * 24 * 3600
MAX_ITEMS = 500  # the oldest go first
MAX_CONTENT_BYTES = 4 * 1024 * 1024  # of an organisation's items, all of which a list opens
MAX_BYTES = 64 * 1024 * 1024  # of what lies beside them


@dataclass(frozen=True, slots=True)
class TrashItem:
    """A deleted item. `content` is its kind's own; `size` counts the bytes beside."""

    id: str
    kind: str
    name: str
    by: str
    at: float
    size: int = 0
    content: Any = field(default=None, repr=False)

    @property
    def until(self) -> float:
        return self.at + KEPT_SECONDS

    @property
    def shown(self) -> dict[str, Any]:
        """The item as `GET /trash/<org>` lists it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "deleted_at": timestamp_of(int(self.at * 1000)),
            "by": self.by,
            "until": timestamp_of(int(self.until * 1000)),
        }


Restore = Callable[[str, TrashItem, str], object]
"""(organisation, item, actor): brings the item back and takes it off the list; raises Conflict
where its place is taken."""


Drop = Callable[[str, TrashItem], object]
"""(organisation, item): removes what else lies about of an item that is removed; idempotent."""


class Trash:
    """The deleted items of organisations; `restorers` bring each kind back, and `droppers` remove
    what a kind keeps elsewhere."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.clock = clock
        self.restorers: dict[str, Restore] = {}
        self.droppers: dict[str, Drop] = {}

    def item(self, kind: str, name: str, by: str, content: Any, size: int = 0) -> TrashItem:
        """A new item, for `put`."""
        at = self.clock()
        numbers = (int(at * 1000), len(orjson.dumps(content)), size)
        item_id = "-".join((*(f"{number:x}" for number in numbers), secrets.token_hex(4)))
        return TrashItem(item_id, kind, name, by, at, size, content)

    def put(self, pipe: Any, org: str, item: TrashItem) -> None:
        """Add commands that keep the item to a transaction."""
        stored = {name: getattr(item, name) for name in TrashItem.__slots__ if name != "id"}
        key = _key(org)
        pipe.hset(key, item.id, self.cipher.seal(org, _purpose(item.id), orjson.dumps(stored)))
        pipe.expire(key, KEPT_SECONDS)

    def items(self, org: str) -> list[TrashItem]:
        """The items that can be brought back, newest first; one that no key decrypts is passed
        over."""
        self.trim(org)
        opened = (
            self._open(org, raw_id.decode(), sealed)
            for raw_id, sealed in self.redis.hgetall(_key(org)).items()
        )
        found = [item for item in opened if item is not None]
        return sorted(found, key=lambda item: item.at, reverse=True)

    def trim(self, org: str) -> None:
        """Remove what is over its time or beyond the bounds, the oldest first."""
        ids = [raw.decode() for raw in self.redis.hkeys(_key(org))]
        oldest = self.clock() - KEPT_SECONDS
        kept = content_bytes = beside_bytes = 0
        for item_id in sorted(ids, key=_numbers, reverse=True):
            milliseconds, content, beside = _numbers(item_id)
            content_bytes += content
            beside_bytes += beside
            is_over = kept == MAX_ITEMS or milliseconds <= oldest * 1000
            if is_over or content_bytes > MAX_CONTENT_BYTES or beside_bytes > MAX_BYTES:
                self._remove(org, item_id)
            else:
                kept += 1

    def empty(self, org: str) -> int:
        """Remove every item for good; returns how many there were."""
        ids = [raw.decode() for raw in self.redis.hkeys(_key(org))]
        for item_id in ids:
            self._remove(org, item_id)
        return len(ids)

    def holds(self, org: str, item: TrashItem) -> bool:
        """Whether an item is still among those that can be brought back."""
        return bool(self.redis.hexists(_key(org), item.id))

    def find(self, org: str, item_id: str) -> TrashItem:
        """An item that can be brought back. Raises NotFound."""
        item = next((one for one in self.items(org) if one.id == item_id), None)
        if item is None:
            raise NotFound(
                "nothing that was deleted has this id",
                fix=f"GET /trash/{org} lists what can be brought back.",
            )
        return item

    def restore(self, org: str, item: TrashItem, actor: str) -> None:
        """Bring an item back. Raises what its kind raises."""
        self.restorers[item.kind](org, item, actor)

    def drop(self, pipe: Any, org: str, item: TrashItem) -> None:
        """Take an item off the list, in a transaction or at once."""
        pipe.hdel(_key(org), item.id)

    def _open(self, org: str, item_id: str, sealed: bytes | None) -> TrashItem | None:
        try:
            stored = self.cipher.open(org, _purpose(item_id), sealed or b"")
        except CannotDecrypt:
            return None
        return TrashItem(item_id, **orjson.loads(stored))

    def _remove(self, org: str, item_id: str) -> None:
        self._drop_more(org, item_id)
        self.redis.hdel(_key(org), item_id)
        self.redis.unlink(org_key(org, "trash", item_id))

    def _drop_more(self, org: str, item_id: str) -> None:
        """Have what an item's kind keeps elsewhere removed."""
        if not self.droppers:
            return
        item = self._open(org, item_id, self.redis.hget(_key(org), item_id))
        if item is not None and item.kind in self.droppers:
            self.droppers[item.kind](org, item)


def beside_key(org: str, item: TrashItem) -> str:
    """The key with what is too large for the item itself."""
    return org_key(org, "trash", item.id)


def _numbers(item_id: str) -> tuple[int, int, int]:
    """Milliseconds, bytes of the content and bytes beside, as an id tells them."""
    milliseconds, content, beside, _ = item_id.split("-")
    return int(milliseconds, 16), int(content, 16), int(beside, 16)


def _key(org: str) -> str:
    return org_key(org, "trash")


def _purpose(item_id: str) -> str:
    return f"trash:{item_id}"
