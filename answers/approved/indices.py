"""The indices that a process holds: made when first asked, renewed when an answer changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from answers.approved.answer import ApprovedAnswer
from answers.approved.head import FIELD
from answers.approved.index import AnswerIndex
from answers.approved.sealing import answers_key, open_answer
from flowhook.native_thread import in_native_thread
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.settings_change import settings_key
from flowhook.turns import in_turns

HELD_BYTES = 64 * 1024 * 1024  # of all indices of a process
AT_ONCE = 100  # answers that the loop takes up by itself, in some 10 ms
LOCKS = 64
MAX_SEEN = 8


@dataclass(slots=True)
class Held:
    """An index, the heads (as sealed) that it is known not to be older than, and for each id which
    ciphertext it was made of."""

    index: AnswerIndex = field(default_factory=AnswerIndex)
    seen: list[bytes] = field(default_factory=list)
    made_of: dict[bytes, int] = field(default_factory=dict)


class AnswerIndices:
    """Indices by organisation, the last used within `most_bytes`."""

    def __init__(self, redis: Any, cipher: Cipher, most_bytes: int = HELD_BYTES) -> None:
        self.redis = redis
        self.cipher = cipher
        self.most_bytes = most_bytes
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._locks = [threading.Lock() for _ in range(LOCKS)]

    def current(self, org: str, head: bytes) -> AnswerIndex:
        """The index of an organisation whose settings hold this head; asks Redis only where it
        changed. One caller renews it, and others wait for that."""
        held = self._held.get(org)
        if held is None or head not in held.seen:
            with self._locks[hash(org) % LOCKS]:
                held = self._held.get(org)
                if held is None or head not in held.seen:
                    held = self._renewed(org, held, head)
        with suppress(KeyError):  # it made room for another one meanwhile
            self._held.move_to_end(org)
        return held.index

    def _renewed(self, org: str, held: Held | None, head: bytes) -> Held:
        """Read what is stored now, and take up what changed: little of it at once, much of it in a
        new index that is made apart from the loop."""
        fresh = self.redis.hget(settings_key(org), FIELD)
        stored: Mapping[bytes, bytes] = self.redis.hgetall(answers_key(org))
        made_of = {raw_id: hash(sealed) for raw_id, sealed in stored.items()}
        before = held.made_of if held else {}
        changed = [raw_id for raw_id in made_of if before.get(raw_id) != made_of[raw_id]]
        if held is None or len(changed) > AT_ONCE:
            held = Held()
            answers = list(self._opened(org, stored, stored))
            in_native_thread(partial(held.index.put, answers))
        else:
            with held.index.changing:
                for raw_id in before.keys() - made_of.keys():
                    held.index.remove(raw_id.decode())
                held.index.put(self._opened(org, stored, changed))
        held.made_of = made_of
        heads = [one for one in (fresh, head) if one is not None]
        held.seen = [*heads, *held.seen][:MAX_SEEN]
        self._held[org] = held
        self._make_room()
        return held

    def _opened(
        self, org: str, stored: Mapping[bytes, bytes], ids: Iterable[bytes]
    ) -> Iterator[ApprovedAnswer]:
        """Opened on the loop: an older key may have to be read from Redis."""
        for raw_id in in_turns(ids):
            answer = open_answer(self.cipher, org, raw_id.decode(), stored[raw_id])
            if answer is not None:
                yield answer

    def _make_room(self) -> None:
        while len(self._held) > 1 and self._bytes() > self.most_bytes:
            self._held.popitem(last=False)

    def _bytes(self) -> int:
        return sum(one.index.bytes for one in list(self._held.values()))
