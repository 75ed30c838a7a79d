"""What an organisation deleted in the last 30 days, which can be brought back.

One hash for each organisation: an id to a sealed JSON object with the item's kind, name, and what
its kind needs to bring it back. What is too large for that (a flow's revisions) lies under a key
beside, which ends by itself. Whoever deletes puts the item in with the same transaction.
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
MAX_BYTES = 64 * 1024 * 1024  # of an organisation's items with what lies beside


@dataclass(frozen=True, slots=True)
class TrashItem:
    """A deleted item. `content` is its kind's own; `size` counts bytes, those beside included."""

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


class Trash:
    """The deleted items of organisations; `restorers` bring each kind back."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.clock = clock
        self.restorers: dict[str, Restore] = {}

    def item(self, kind: str, name: str, by: str, content: Any, size: int = 0) -> TrashItem:
        """A new item, for `put`."""
        size += len(orjson.dumps(content))
        return TrashItem(secrets.token_hex(8), kind, name, by, self.clock(), size, content)

    def put(self, pipe: Any, org: str, item: TrashItem) -> None:
        """Add commands that keep the item to a transaction."""
        stored = {name: getattr(item, name) for name in TrashItem.__slots__ if name != "id"}
        key = _key(org)
        pipe.hset(key, item.id, self.cipher.seal(org, _purpose(item.id), orjson.dumps(stored)))
        pipe.expire(key, KEPT_SECONDS)

    def items(self, org: str) -> list[TrashItem]:
        """The items that can be brought back, newest first; what is over its time or bounds goes.

        One that no key decrypts is passed over.
        """
        found = []
        for raw_id, sealed in self.redis.hgetall(_key(org)).items():
            item_id = raw_id.decode()
            try:
                stored = orjson.loads(self.cipher.open(org, _purpose(item_id), sealed))
            except CannotDecrypt:
                continue
            found.append(TrashItem(item_id, **stored))
        found.sort(key=lambda item: item.at, reverse=True)
        kept: list[TrashItem] = []
        held = 0
        for item in found:
            held += item.size
            if item.until <= self.clock() or len(kept) == MAX_ITEMS or held > MAX_BYTES:
                self.drop(self.redis, org, item)
                self.redis.unlink(beside_key(org, item))
            else:
                kept.append(item)
        return kept

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


def beside_key(org: str, item: TrashItem) -> str:
    """The key with what is too large for the item itself."""
    return org_key(org, "trash", item.id)


def _key(org: str) -> str:
    return org_key(org, "trash")


def _purpose(item_id: str) -> str:
    return f"trash:{item_id}"
