"""A snapshot has each organisation as it was at one moment, whatever goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flowhook.redis.connect import Client
from flowhook.redis.keys import ORGANISATIONS
from service.backup.commands import Command
from service.backup.snapshot import ROUNDS, Snapshot

ORGS = ("busy", "calm", "0", "dq")
KEPT = 300  # keys of an organisation; the oldest goes when one more comes


class Store:
    """What the commands of a snapshot make, for the commands that these tests use."""

    def __init__(self, commands: list[Command]) -> None:
        self.keys: dict[bytes, Any] = {}
        for verb, name, *values in commands:
            if verb == b"UNLINK":
                self.keys.pop(name)
            elif verb == b"SET":
                self.keys[name] = values[0]
            elif verb == b"ZADD":
                scored = dict(zip(values[1::2], values[::2], strict=True))
                self.keys.setdefault(name, {}).update(scored)
            elif verb == b"SADD":
                self.keys.setdefault(name, set()).update(values)

    def number(self, org: str) -> int:
        start = f"fh:{{{org}}}:thread:".encode()
        return sum(name.startswith(start) for name in self.keys)


class Writer:
    """Makes and removes an organisation's keys, each with its count in one step."""

    def __init__(self, store: Client, org: str, made: int = 20) -> None:
        self.store = store
        self.org = org
        self.made = made

    def write(self) -> None:
        pipe = self.store.pipeline(transaction=True)
        pipe.set(f"fh:{{{self.org}}}:thread:{self.made}", "x")
        if self.made >= KEPT:
            pipe.delete(f"fh:{{{self.org}}}:thread:{self.made - KEPT}")
        pipe.set(f"fh:{{{self.org}}}:count", min(self.made + 1, KEPT))
        pipe.execute()
        self.made += 1


@contextmanager
def writing(writers: list[Writer]) -> Iterator[None]:
    """All write without rest, until what is inside is done."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            for writer in writers:
                writer.write()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture(params=["real_redis", "cluster_redis"])
def store(request: pytest.FixtureRequest) -> Client:
    found: Client = request.getfixturevalue(request.param)
    for org in ORGS:
        found.zadd(ORGANISATIONS, {org: 0})
        writer = Writer(found, org, made=0)
        for _ in range(20):
            writer.write()
    return found


def taken(store: Client) -> Store:
    commands: list[Command] = []
    Snapshot(store, commands.append).take()
    return Store(commands)


def test_counts_fit_what_they_count_while_others_write(store: Client) -> None:
    writers = [Writer(store, org) for org in ("busy", "0")]
    meanwhile = 0
    with writing(writers):
        for _ in range(5):
            before = sum(writer.made for writer in writers)
            found = taken(store)
            meanwhile += sum(writer.made for writer in writers) - before
            for org in ORGS:
                assert found.number(org) == int(found.keys[f"fh:{{{org}}}:count".encode()])
    assert meanwhile > 0


def test_keys_that_came_during_it_are_in_it_once(store: Client) -> None:
    """Each scan finds one key more than was read; the last are read by looking for them."""
    scans = [*range(ROUNDS + 2)]

    class Late(Snapshot):
        def _scan(self) -> Any:
            found = super()._scan()
            scans.pop()
            late.write()
            return found

    late = Writer(store, "busy")
    commands: list[Command] = []
    snapshot = Late(store, commands.append)
    snapshot.take()
    assert scans == []
    found = Store(commands)
    assert found.number("busy") == int(found.keys[b"fh:{busy}:count"]) == late.made
    assert len(found.keys) == snapshot.keys
    assert snapshot.organizations == len(ORGS)


def test_shared_lists_keep_what_was_in_them_at_any_time(store: Client) -> None:
    store.sadd("fh:inbox:orgs", "calm")
    store.zadd("fh:wake:{3}", {"calm|1": 7000, "calm|2": 5})
    store.zadd("fh:wake:{3}:claimed", {"calm|1": 3000})

    class Meanwhile(Snapshot):
        def _scan(self) -> Any:
            store.srem("fh:inbox:orgs", "calm")
            store.zrem("fh:wake:{3}", "calm|2")
            store.zadd("fh:wake:{4}", {"calm|4": 8})
            return super()._scan()

    commands: list[Command] = []
    Meanwhile(store, commands.append).take()
    found = Store(commands).keys
    assert found[b"fh:inbox:orgs"] == {b"calm"}
    assert {key: float(score) for key, score in found[b"fh:wake:{3}"].items()} == {
        b"calm|1": 3000,
        b"calm|2": 5,
    }
    assert b"calm|4" in found[b"fh:wake:{4}"]
    assert b"fh:wake:{3}:claimed" not in found


def test_what_lives_for_seconds_and_is_not_ours_is_left_out(store: Client) -> None:
    for key in ("fh:process:1", "fh:{busy}:contact:1:lock", "someone:else", "{dq}:jobs"):
        store.set(key, "x")
    store.set("fh:session:1", "kept")
    found = taken(store).keys
    assert found[b"fh:session:1"] == b"kept"
    assert b"fh:{dq}:count" in found  # an organisation may be named so
    assert not {key for key in found if b"lock" in key or not key.startswith(b"fh:")}
    assert b"fh:process:1" not in found
