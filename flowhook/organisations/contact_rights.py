"""A contact's rights: all that is held about them as one JSON object, and its erasure.

Each room registers what it keeps of contacts. An erasure can be repeated: it removes what is there,
so one that broke off goes on with the next call, or with a worker (erasures.py).
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.errors import TooLarge
from flowhook.organisations.audit import Audit
from flowhook.organisations.erasures import Erasures
from flowhook.redis.file_rewrite import FileRewrite
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns

MAX_EXPORT_BYTES = 32 * 1024 * 1024

Export = Callable[[str, str], Any]
"""(organisation, contact) to what a store holds of them as JSON: an object, None where there is
none, or an iterable of values, which becomes a list."""

Erase = Callable[[str, str], Mapping[str, int]]
"""(organisation, contact): removes what a store holds of them and counts it by kind; idempotent."""

Returned = Callable[[str, str, float], bool]
"""(organisation, contact, epoch seconds): removes what began before that time, and tells whether
the contact was heard of since."""


@dataclass(frozen=True, slots=True)
class ContactStore:
    """What one room keeps of contacts; without `export`, only copies of what others export."""

    name: str
    erase: Erase
    export: Export | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure removed, by kind; `at` in epoch seconds.

    `rewritten_by` is when the store's append-only file holds nothing of it either, None where
    `note` says why nobody here sees to that.
    """

    id: str
    contact: str
    at: float
    counts: Mapping[str, int]
    rewritten_by: float | None
    note: str

    @property
    def shown(self) -> dict[str, Any]:
        by = None if self.rewritten_by is None else timestamp_of(int(self.rewritten_by * 1000))
        return {
            "receipt": self.id,
            "contact": self.contact,
            "erased_at": timestamp_of(int(self.at * 1000)),
            "erased": dict(self.counts),
            "rewritten_by": by,
            "note": self.note,
        }


class ContactRights:
    """Exports and erases contacts over all registered stores; `clock` tells epoch seconds."""

    NAME = "contact_rights"

    def __init__(
        self,
        audit: Audit,
        erasures: Erasures,
        rewrite: FileRewrite,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.audit = audit
        self.erasures = erasures
        self.rewrite = rewrite
        self.clock = clock
        self.stores: list[ContactStore] = []
        self.returns: list[Returned] = []
        erasures.perform = self._look_again

    def add_store(self, name: str, erase: Erase, export: Export | None = None) -> None:
        """Register a store under its name in the export, where it has any. They are asked in the
        order in which they were added."""
        self.stores.append(ContactStore(name, erase, export))

    def add_returned(self, returned: Returned) -> None:
        """Register somebody who knows whether an erased contact was heard of since."""
        self.returns.append(returned)

    def export(self, org: str, contact: str, actor: str) -> bytes:
        """All that is held about a contact, as one JSON object. Raises TooLarge."""
        number = secrets.token_hex(6)
        head = {"organization_id": org, "contact": contact, "export": number}
        parts = [b'"%b":%b' % (name.encode(), orjson.dumps(told)) for name, told in head.items()]
        size = 0
        for store in self.stores:
            if store.export is None:
                continue
            encoded = _encoded(store.export(org, contact), MAX_EXPORT_BYTES - size)
            size += len(encoded)
            parts.append(b'"%b":%b' % (store.name.encode(), encoded))
        self.audit.write(org, actor, "export", "contact", [f"export {number}"])
        return b"{%b}" % b",".join(parts)

    def erase(self, org: str, contact: str, actor: str) -> Receipt:
        """Erase a contact. Raises Conflict where their turn is not free in time; what was removed
        until then is gone, and the next call goes on."""
        at = self.clock()
        number = self.erasures.begin(org, contact, at)
        counts = self._erase(org, contact)
        rewritten_by, note = self.rewrite.order()
        self.erasures.done(org, number, contact, at)  # until then a worker orders it
        self.audit.write(org, actor, "erase", "contact", [f"receipt {number}"])
        return Receipt(number, contact, at, counts, rewritten_by, note)

    def _erase(self, org: str, contact: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for store in self.stores:
            counts.update(store.erase(org, contact))
        return counts

    def _look_again(self, org: str, contact: str, at: float, is_done: bool) -> None:
        """Remove what calls left that were under way, or finish an erasure that broke off. Where
        the contact has come back since, only what began before goes."""
        has_returned = [returned(org, contact, at) for returned in self.returns]
        if any(has_returned) and is_done:
            return
        if self._erase(org, contact).total() or not is_done:
            self.rewrite.order()


def _encoded(told: Any, most: int) -> bytes:
    """What a store told as JSON of at most so many bytes. Raises TooLarge."""
    if told is None or isinstance(told, Mapping):
        return next(_within([orjson.dumps(told)], most))
    pieces = (orjson.dumps(one) for one in told)
    return b"[%b]" % b",".join(in_turns(_within(pieces, most)))


def _within(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    left = most
    for piece in pieces:
        left -= len(piece) + 1
        if left < 0:
            raise TooLarge(
                f"more than {MAX_EXPORT_BYTES // 1024**2} MiB are held about this contact",
                fix=(
                    "Read it in parts: GET /logs/<org>?contact=..., GET /conversations/<org>/..."
                    " and GET /inbox/<org>?contact=... have pages."
                ),
            )
        yield piece
