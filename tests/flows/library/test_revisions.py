"""What processes keep of flows in memory."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import redis

from flows.library import revisions
from tests.flows.room import ORG, Room


class Reading:
    """A Redis whose reads of a revision are counted, the first ones meeting at a barrier."""

    def __init__(self, real: redis.Redis, at_once: int) -> None:
        self.real = real
        self.barrier = threading.Barrier(at_once)
        self.reads = 0

    def hget(self, key: str, field: str) -> Any:
        self.reads += 1
        if self.reads <= self.barrier.parties:
            self.barrier.wait(10)
        return self.real.hget(key, field)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def flow(uuid: str) -> dict[str, Any]:
    return {"uuid": uuid, "nodes": [{"id": f"{uuid}{n}", "send": "x"} for n in range(3)]}


def test_a_revision_read_by_several_at_once_takes_the_room_of_one(
    fake_redis: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "CACHED_NODES", 8)
    room = Room(fake_redis)
    room.publish(flow("a"), flow("b"))
    library = room.flows.library(ORG)
    newest = {uuid: entry.draft.revision for uuid, entry in library.entries.items()}
    reading = Reading(fake_redis, at_once=2)
    room.flows.revisions.redis = reading
    readers = [
        threading.Thread(target=room.flows.revisions.flow, args=(ORG, "a", newest["a"]))
        for _ in range(2)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    room.flows.revisions.flow(ORG, "b", newest["b"])
    assert reading.reads == 3
    room.flows.revisions.flow(ORG, "a", newest["a"])
    room.flows.revisions.flow(ORG, "b", newest["b"])
    assert reading.reads == 3
