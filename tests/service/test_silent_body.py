"""A provider that falls silent in the middle of its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from flowhook.organisations.circuits import FAILURES
from tests.fakes.openai import FakeOpenAI, faults
from tests.service.server import Server
from tests.waiting import wait_for

CALLS = 20
HALF_BYTES = 8 * 1024 * 1024


@pytest.fixture
def server(tmp_path: Path, openai: FakeOpenAI) -> Iterator[Server]:
    with Server(tmp_path, WEB_CONCURRENCY="1") as running:
        running.organisation(openai)
        account = {"timeout_seconds": 1}
        assert running.request("PATCH", "/settings/acme/openai", account).status_code == 200
        yield running


def web_process(server: Server) -> psutil.Process:
    assert server.process
    [worker] = [
        child
        for child in psutil.Process(server.process.pid).children()
        if "worker" not in child.cmdline()
    ]
    return worker


def connections(server: Server, openai: FakeOpenAI) -> int:
    """How many the service has to the provider."""
    port = int(openai.origin.rpartition(":")[2])
    opened = web_process(server).net_connections("tcp")
    return sum(1 for one in opened if one.raddr and one.raddr.port == port)


def test_it_is_a_timeout_that_keeps_neither_connection_nor_bytes(
    server: Server, openai: FakeOpenAI
) -> None:
    server.ask()
    web = web_process(server)
    before = web.memory_info().rss
    openai.fail(faults.hang_in_body(HALF_BYTES), times=None)
    with ThreadPoolExecutor(CALLS) as pool:
        answers = list(pool.map(lambda _: server.ask(), range(CALLS)))
    statuses = Counter((one.status_code, one.json()["error"]["type"]) for one in answers)
    # On a busy machine some begin so late that the circuit is open.
    assert set(statuses) <= {(504, "provider_timeout"), (503, "provider_unavailable")}
    assert statuses[504, "provider_timeout"] >= FAILURES
    assert all(one.elapsed.total_seconds() < 5 for one in answers)
    openai.recover()
    wait_for(lambda: connections(server, openai) == 0, "the connections to be closed")
    kept = CALLS * HALF_BYTES // 4
    wait_for(
        lambda: server.ask().ok and web.memory_info().rss < before + kept, "memory", seconds=60
    )
