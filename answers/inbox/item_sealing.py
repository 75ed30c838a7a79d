"""An inbox item as Redis holds it: a hash of two sealed parts, and what the store counts by.

`content` is what was asked and never changes; `state` is small and written at each change;
`since` is what the contact said afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from answers.inbox.item import InboxItem, ItemState, NewItem, SaidBefore
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key

CONTENT, STATE, SINCE, AT, SIZE = b"content", b"state", b"since", b"at", b"size"
RECORD_BYTES = 1024  # of an item, beside its content: its first state, its indices

logger = logging.getLogger(__name__)


class ItemSealing:
    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def sealed_content(self, org: str, item_id: str, asked: NewItem) -> bytes:
        return self.cipher.seal(org, _purpose(item_id, "content"), orjson.dumps(asdict(asked)))

    def sealed_state(self, org: str, item_id: str, state: ItemState) -> bytes:
        return self.cipher.seal(org, _purpose(item_id, "state"), orjson.dumps(asdict(state)))

    def sealed_since(self, org: str, item_id: str, since: Iterable[SaidBefore]) -> bytes:
        plain = orjson.dumps([asdict(one) for one in since])
        return self.cipher.seal(org, _purpose(item_id, "since"), plain)

    def read(self, org: str, item_id: str, fields: Mapping[bytes, bytes]) -> InboxItem | None:
        """The item; None where there is none, or where no key opens it."""
        if not fields.get(CONTENT) or not fields.get(STATE):
            return None
        try:
            content = self._open(org, item_id, "content", fields[CONTENT])
            state = self._open(org, item_id, "state", fields[STATE])
            since = self._open(org, item_id, "since", fields[SINCE]) if SINCE in fields else ()
        except CannotDecrypt:
            logger.error("no key opens an inbox item", extra={"organization_id": org})
            return None
        asked, said = NewItem.read(content), tuple(SaidBefore(**one) for one in since)
        return InboxItem(org, item_id, int(fields[AT]), asked, ItemState.read(state), said)

    def _open(self, org: str, item_id: str, part: str, sealed: bytes) -> Any:
        return orjson.loads(self.cipher.open(org, _purpose(item_id, part), sealed))


def item_key(org: str, item_id: str) -> str:
    """The hash of an item."""
    return org_key(org, "to_answer", "item", item_id)


def status_key(org: str, status: str) -> str:
    """The sorted set of the items that stand so, by when they were asked."""
    return org_key(org, "to_answer", status)


def due_key(org: str) -> str:
    """The sorted set of all items by when somebody has to look after them."""
    return org_key(org, "to_answer", "due")


def bytes_key(org: str) -> str:
    """How many bytes all items take."""
    return org_key(org, "to_answer", "bytes")


def contact_key(org: str, digest: str) -> str:
    """The set of a contact's items."""
    return org_key(org, "to_answer", "contact", digest)


def same_key(org: str, digest: str) -> str:
    """The item that the same question of the same contact became, for a day."""
    return org_key(org, "to_answer", "same", digest)


def _purpose(item_id: str, part: str) -> str:
    return f"inbox {part} {item_id}"
