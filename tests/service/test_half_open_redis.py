"""Connections to Redis whose other end has gone without a word."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.fakes.openai import FakeOpenAI
from tests.fakes.tcp import Forwarder
from tests.fakes.valkey import Valkey
from tests.service.server import Server
from tests.waiting import wait_for

CALLS = 30


@pytest.fixture
def forwarder(tmp_path: Path) -> Iterator[Forwarder]:
    with Valkey(tmp_path / "valkey") as valkey, Forwarder(valkey.port) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, forwarder: Forwarder, openai: FakeOpenAI) -> Iterator[Server]:
    url = f"redis://127.0.0.1:{forwarder.port}"
    with Server(tmp_path, WEB_CONCURRENCY="1", REDIS_URL=url) as running:
        running.organisation(openai)
        yield running


def start_job(server: Server) -> requests.Response:
    """A call that cannot be answered without Redis."""
    body = {"buttons_data": "Yes|No", "wait_seconds": 0}
    return server.request("POST", "/webhooks/get_buttons", body, server.token)


def start_jobs(server: Server) -> list[requests.Response]:
    with ThreadPoolExecutor(CALLS) as pool:
        return list(pool.map(lambda _: start_job(server), range(CALLS)))


def test_calls_are_refused_in_time_and_the_next_ones_meet_no_dead_connection(
    server: Server, forwarder: Forwarder
) -> None:
    assert {one.status_code for one in start_jobs(server)} == {202}
    forwarder.is_away = True
    forwarder.vanish()
    refused = start_jobs(server)
    assert {one.status_code for one in refused} == {503}
    assert {one.json()["error"]["type"] for one in refused} == {"overloaded"}
    assert all(one.elapsed.total_seconds() < 5 for one in refused)
    forwarder.is_away = False
    wait_for(
        lambda: {one.status_code for one in start_jobs(server)} == {202},
        "calls that meet no dead connection",
    )


def test_one_silent_connection_ends_the_others(server: Server, forwarder: Forwarder) -> None:
    """Redis itself is there all the while, as after a firewall that forgot its table."""
    assert {one.status_code for one in start_jobs(server)} == {202}
    forwarder.vanish()
    wait_for(lambda: start_job(server).ok, "the first call on a new connection")
    assert {one.status_code for one in start_jobs(server)} == {202}
