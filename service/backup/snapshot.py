"""Reads a whole store while the service runs, each organisation as it was at one moment.

An organisation's keys share a slot, and one script reads them together. Which keys there are is
told by a scan before that; a key made since is found by the next scan, and its organisation is read
once more. An organisation that makes keys without rest is at last read by a script that looks for
its keys itself: that holds up Redis as long as a walk over all keys takes, about half a second for
each million.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from flowhook.redis.keys import ORGANISATIONS, audit_key, org_key
from flowhook.redis.script import Script
from service.backup.commands import Command, Key
from service.backup.families import SHARED, WAKEUPS, is_left_out, is_shared, our_keys, owner_of

SCAN_COUNT = 5000
ROUNDS = 3

FOLDER = Path(__file__).parent
READ = FOLDER / "read.lua"
NAMED = Script(FOLDER / "read_named.lua", READ, gone=None)
MATCHING = Script(FOLDER / "read_matching.lua", READ, gone=None)

Write = Callable[[Command], None]


class Snapshot:
    """Reads the store behind `redis`, and writes it as commands."""

    def __init__(self, redis: Any, write: Write) -> None:
        self.redis = redis
        self.write = write
        self.known: dict[str, set[bytes]] = {}  # an organisation's keys as they were read last
        self.others: set[bytes] = set()
        self.shared: dict[
            bytes, dict[bytes, bytes]
        ] = {}  # members, and in sorted sets their scores

    @property
    def keys(self) -> int:
        return sum(map(len, self.known.values())) + len(self.others) + len(self.shared)

    @property
    def organizations(self) -> int:
        return len(self.shared.get(ORGANISATIONS.encode(), ()))

    def take(self) -> None:
        """Read and write everything."""
        self._read_shared()
        by_owner, others = self._scan()
        for org, keys in by_owner.items():
            self._read_organisation(org, keys)
        for _ in range(ROUNDS):
            self._read_shared()
            by_owner, others = self._scan()
            busy = self._with_new_keys(by_owner)
            if not busy:
                break
            for org in busy:
                self._read_organisation(org, by_owner[org])
        else:
            for org in self._with_new_keys(self._scan()[0]):
                self._read_restless(org)
        for key in sorted(others):
            self._read_other(key)
        self._read_shared()
        self._write_shared()

    def _scan(self) -> tuple[dict[str, set[bytes]], set[bytes]]:
        """All keys that there are: by organisation, and those of none."""
        by_owner: dict[str, set[bytes]] = defaultdict(set)
        others: set[bytes] = set()
        for key in our_keys(self.redis):
            if is_left_out(key) or is_shared(key):
                continue
            org = owner_of(key)
            (others if org is None else by_owner[org]).add(key)
        return by_owner, others

    def _with_new_keys(self, by_owner: dict[str, set[bytes]]) -> list[str]:
        return [org for org, keys in by_owner.items() if keys - self.known.get(org, set())]

    def _read_organisation(self, org: str, keys: Iterable[bytes]) -> None:
        self._keep(org, NAMED.run(self.redis, sorted(keys), []))

    def _read_restless(self, org: str) -> None:
        found = MATCHING.run(self.redis, [audit_key(org)], [org_key(org, "*")])
        self._keep(org, [raw for raw in found if not is_left_out(raw[0])])

    def _keep(self, org: str, found: Iterable[Any]) -> None:
        """Write an organisation's keys, in the place of what was written of it before."""
        for name in sorted(self.known.pop(org, ())):
            self.write((b"UNLINK", name))
        read = [Key.read(raw) for raw in found]
        self.known[org] = {key.name for key in read}
        for key in read:
            self._write_key(key)

    def _read_other(self, name: bytes) -> None:
        for raw in NAMED.run(self.redis, [name], []):
            self.others.add(name)
            self._write_key(Key.read(raw))

    def _write_key(self, key: Key) -> None:
        for command in key.commands():
            self.write(command)

    def _read_shared(self) -> None:
        """Add to what was in the shared lists; a wake-up keeps its earliest time."""
        for name in self._names_of_shared():
            for raw in NAMED.run(self.redis, [name], []):
                held = self.shared.setdefault(_due(name), {})
                for member, score in _scored(Key.read(raw)):
                    known = held.get(member, score)
                    held[member] = min(score, known, key=float) if score else score

    def _names_of_shared(self) -> Iterator[bytes]:
        yield from SHARED
        yield from self.redis.scan_iter(match=WAKEUPS + b"*", count=SCAN_COUNT)

    def _write_shared(self) -> None:
        for name, members in self.shared.items():
            if any(members.values()):
                flat = [part for pair in members.items() for part in pair]
                self._write_key(Key(name, "zset", -1, flat))
            elif members:
                self._write_key(Key(name, "set", -1, list(members)))


def _due(name: bytes) -> bytes:
    """A wake-up that someone has claimed is due to others where it is restored."""
    return name.removesuffix(b":claimed")


def _scored(key: Key) -> Iterator[tuple[bytes, bytes]]:
    """The members of a sorted set with their scores, or those of a set, which have none."""
    if key.kind == "zset":
        yield from zip(key.value[::2], key.value[1::2], strict=True)
    else:
        yield from ((member, b"") for member in key.value)
