"""The store: its servers, its clock, the keys that open it, and the workers that live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import CannotDecrypt
from flowhook.organisations.store import SettingsStore
from flowhook.redis.fullness import BEGINS, FIX, NEAR, Fullness
from flowhook.redis.servers import server_clocks, server_infos
from service.doctor.finding import ADVICE, WRONG, Finding, named, works

OLDEST = (7, 0)
APART_SECONDS = 2.0


def servers(redis: Any) -> Iterator[Finding]:
    """Version, persistence, what happens when it is full, and how full it is."""
    infos = server_infos(redis, "server", "persistence", "memory")
    yield version(infos)
    yield persistence(infos)
    yield policy(infos)
    yield memory(redis, infos)


def version(infos: Iterable[dict[str, Any]]) -> Finding:
    names = {_server(info) for info in infos}
    old = [info for info in infos if _numbers(info["redis_version"]) < OLDEST]
    if old:
        return Finding("Redis", WRONG, named(sorted(names)), "use Redis 7.0 or newer, or Valkey")
    return works("Redis", named(sorted(names)))


def persistence(infos: Iterable[dict[str, Any]]) -> Finding:
    part = "Persistence"
    if not all(int(info.get("aof_enabled", 0)) for info in infos):
        words = "the append-only file is off: a restart loses what was written last"
        return Finding(part, WRONG, words, "set appendonly yes on every Redis")
    if any(info.get("aof_last_write_status", "ok") != "ok" for info in infos):
        words = "the append-only file cannot be written"
        return Finding(part, WRONG, words, "make room on its disk, and see Redis's log")
    return works(part, "an append-only file")


def policy(infos: Iterable[dict[str, Any]]) -> Finding:
    part = "When full"
    found = {str(info.get("maxmemory_policy", "noeviction")) for info in infos}
    if found - {"noeviction"}:
        words = f"Redis drops keys to make room ({named(sorted(found))})"
        return Finding(part, WRONG, words, "set maxmemory-policy noeviction on every Redis")
    return works(part, "new work is refused, and nothing is dropped")


def memory(redis: Any, infos: Iterable[dict[str, Any]]) -> Finding:
    fullness = Fullness(redis)
    fill = fullness.look()
    if fill.part >= BEGINS[NEAR]:
        return Finding("Memory", WRONG, fill.words(), FIX)
    if not all(int(info.get("maxmemory", 0)) for info in infos):
        words = f"{fill.used // 1024**2:,} MiB used, without a bound"
        advice = "set maxmemory, so that new work is refused before the machine is full"
        return Finding("Memory", ADVICE, words, advice)
    return works("Memory", fill.words())


def clock(redis: Any, now: Callable[[], float] = time.time) -> Finding:
    """This machine's against the servers', on which signatures and time-outs depend."""
    apart = max(abs(told - now()) for told in server_clocks(redis))
    if apart <= APART_SECONDS:
        return works("Clock", "as Redis has it")
    words = f"{apart:.0f} s apart from that of Redis"
    return Finding("Clock", WRONG, words, "set both by NTP, and restart the service")


def secrets(store: SettingsStore) -> Finding:
    """Whether each stored secret opens; one that does not is as if it were not there."""
    number, closed = 0, []
    for org in store.organisations():
        for purpose, sealed in store.keys.secrets(org):
            number += 1
            try:
                store.cipher.open(org, purpose, sealed)
            except CannotDecrypt:
                closed.append(f"{purpose} of {org}")
    if not closed:
        return works("Keys", f"ENCRYPTION_KEYS open all {number} stored secrets")
    words = f"no key of ENCRYPTION_KEYS opens {named(closed)}"
    return Finding("Keys", WRONG, words, "add the key of before to them, or save these anew")


def workers(liveness: Liveness) -> Finding:
    living = liveness.workers()
    if living:
        return works("Worker", "one is running" if living == 1 else f"{living} are running")
    words = "none is running: jobs, timers and WhatsApp messages wait"
    return Finding("Worker", WRONG, words, "start flowhook run, or flowhook worker beside it")


def _server(info: dict[str, Any]) -> str:
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info['redis_version']}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(text).split(".")[:2] if part.isdigit())
