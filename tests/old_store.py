"""A store that an earlier release wrote, put back into a Redis as if it had been left just now.

`tests/stores/0120829.json.gz` was written by commit 0120829 itself. Its web process and its job
worker ran on a Valkey server against the fakes of this folder; everything in it came through the
front door. The first organisation began under FIRST_KEY, then both processes were restarted with
SECOND_KEY before it. At the end the worker was killed over a job and over a contact's message,
more of both came in, what the service showed was noted, and the web process was killed too.
Then every key was written down: its name, its type, its value, the milliseconds it had left.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.fixtures_app import Tenant

FOLDER = Path(__file__).parent / "stores"
LAPSED_MILLISECONDS = 60_000
"""Leases and claims are shorter: nobody opens a store before they have lapsed."""

USAGE_DAY = re.compile(r"(fh:\{.+\}:usage:)(\d{4}-\d\d-\d\d)")
BASE64 = "base64:"


@dataclass(frozen=True)
class OldStore:
    """`known` is what its users hold: tokens, a session's cookie, names of media and jobs.
    `shown` holds, by path, the organisation whose admin asked (empty: the operator) and the
    answer."""

    made_at: float
    known: dict[str, Any] = field(repr=False)
    shown: dict[str, tuple[str, Any]] = field(repr=False)
    keys: list[dict[str, Any]] = field(repr=False)

    @classmethod
    def load(cls, commit: str) -> OldStore:
        with gzip.open(FOLDER / f"{commit}.json.gz") as file:
            return cls(**json.load(file))

    def tenant(self, org: str) -> Tenant:
        tokens = self.known["tokens"][org]
        return Tenant(org, tokens["webhook"], tokens["admin"])

    def restore(self, redis: Any) -> None:
        """Write every key, with what is left of its time."""
        pipe = redis.pipeline(transaction=False)
        for key in self.keys:
            if 0 <= key["ttl"] < LAPSED_MILLISECONDS:
                continue
            name, value = self._moved(key["name"], key["value"])
            _write(pipe, name, key["type"], value)
            if key["ttl"] > 0:
                pipe.pexpire(name, key["ttl"])
        pipe.execute()

    def _moved(self, name: str, value: Any) -> tuple[str, Any]:
        """What the service compares with the time of day, moved to the present: days of usage are
        kept for 400 days, a contact may be written to for one, a session lasts for seven."""
        passed = time.time() - self.made_at
        if day := USAGE_DAY.fullmatch(name):
            return day[1] + str(date.fromisoformat(day[2]) + timedelta(passed // 86_400)), value
        if ":whatsapp:last_inbound:" in name:
            return name, repr(float(value) + passed)
        if name.startswith("fh:session:"):
            session = json.loads(value)
            return name, json.dumps({**session, "began": session["began"] + passed})
        return name, value


def _write(pipe: Any, name: str, kind: str, value: Any) -> None:
    if kind == "string":
        pipe.set(name, _raw(value))
    elif kind == "list":
        pipe.rpush(name, *map(_raw, value))
    elif kind == "set":
        pipe.sadd(name, *map(_raw, value))
    elif kind == "zset":
        pipe.zadd(name, {_raw(member): float(score) for member, score in value})
    elif kind == "hash":
        pipe.hset(name, mapping=_fields(value))
    else:
        for entry_id, fields in value:
            pipe.xadd(name, _fields(fields), id=entry_id)


def _fields(pairs: list[tuple[str, str]]) -> dict[bytes, bytes]:
    return {_raw(field): _raw(value) for field, value in pairs}


def _raw(text: str) -> bytes:
    if text.startswith(BASE64):
        return base64.b64decode(text.removeprefix(BASE64))
    return text.encode()
