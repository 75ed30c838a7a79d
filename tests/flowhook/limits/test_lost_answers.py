"""Connections that break after a script ran: redis-py repeats it, and it counts once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowhook.limits.limiter import Limiter
from flowhook.redis.connect import Client, connect
from flowhook.redis.keys import org_key
from tests.fakes.tcp import Forwarder
from tests.fakes.valkey import Valkey
from tests.flowhook.limits.caller import organisation
from tests.flowhook.limits.places import place

ACME = organisation(monthly_tokens=1000, concurrent_calls=10, requests_per_minute=100)
NESTED = organisation(requests_per_minute=100)
TIMES = 2


@pytest.fixture
def forwarder(tmp_path: Path) -> Iterator[Forwarder]:
    with Valkey(tmp_path / "valkey") as valkey, Forwarder(valkey.port) as running:
        yield running


@pytest.fixture
def broken(forwarder: Forwarder, tmp_path: Path) -> Iterator[Client]:
    with connect(f"redis://127.0.0.1:{forwarder.port}", tmp_path) as client:
        yield client


class Repeating:
    """Another Redis, each of whose scripts runs twice, and only the second answer arrives."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        command = getattr(self.store, name)
        if name not in ("evalsha", "eval"):
            return command

        def twice(*arguments: Any) -> Any:
            command(*arguments)
            return command(*arguments)

        return twice


def held(redis: Any) -> tuple[int, int, int]:
    """Requests of the minute, calls in flight, tokens of the month."""
    months = list(redis.scan_iter(org_key("acme", "limits", "tokens", "*")))
    return (
        redis.llen(org_key("acme", "limits", "requests")),
        redis.zcard(org_key("acme", "limits", "calls")),
        sum(int(redis.get(month)) for month in months),
    )


def test_a_broken_connection_counts_once(forwarder: Forwarder, broken: Client) -> None:
    limiter = Limiter(broken)
    with place(limiter, ACME, needed=10, used=10):
        pass  # the server knows the scripts now
    forwarder.loses = TIMES
    call = place(limiter, ACME, needed=100, likely=200, used=42)
    call.__enter__()
    assert forwarder.loses == 0
    assert held(broken) == (2, 1, 310)
    forwarder.loses = TIMES
    call.__exit__(None, None, None)
    assert forwarder.loses == 0
    assert held(broken) == (2, 0, 52)


def test_a_repeat_counts_once_on_every_kind_of_redis(any_redis: Client) -> None:
    limiter = Limiter(Repeating(any_redis))
    for number in range(3):
        with place(limiter, ACME, needed=100, likely=200, used=42):
            assert held(any_redis) == (number + 1, 1, number * 42 + 300)
        assert held(any_redis) == (number + 1, 0, number * 42 + 42)
    with limiter.reserve_nested(NESTED):
        assert held(any_redis) == (4, 0, 126)


def test_the_last_tokens_are_not_refused_to_a_repeat(any_redis: Client) -> None:
    limiter = Limiter(Repeating(any_redis))
    acme = organisation(monthly_tokens=100, concurrent_calls=1, requests_per_minute=1)
    with place(limiter, acme, needed=100, used=100):
        assert held(any_redis) == (1, 1, 100)
