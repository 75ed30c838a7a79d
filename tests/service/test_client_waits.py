"""Connections on which nothing comes: bounded by address and in all, and others unharmed."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack, closing
from pathlib import Path

import gevent
import pytest

from service.client_waits import ClientWaits
from tests.fakes.openai import FakeOpenAI
from tests.service.server import Server, read_answer

HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW_BODY = b"POST /webhooks/get_buttons HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"


def waiter(waits: ClientWaits, address: str, ended: list[str], is_head: bool = True) -> object:
    def wait() -> None:
        waits.name_client((address, 1))
        with waits.head(60) if is_head else waits.body(60):
            gevent.sleep(60)
        ended.append(address)

    greenlet = gevent.spawn(wait)
    gevent.sleep(0)
    return greenlet


def test_beyond_an_addresss_share_its_own_oldest_wait_ends() -> None:
    waits, ended = ClientWaits(9), list[str]()
    greenlets = [waiter(waits, "198.51.100.1", ended)]
    greenlets += [waiter(waits, "198.51.100.2", ended, n % 2 == 0) for n in range(12)]
    gevent.sleep(0)
    assert ended == ["198.51.100.2"] * 3
    assert waits.shares.has_room("198.51.100.3")
    gevent.killall(greenlets)
    assert waits.shares.free == waits.shares.places


def test_where_many_addresses_hold_all_the_oldest_of_all_ends() -> None:
    waits, ended = ClientWaits(3), list[str]()
    addresses = [f"198.51.100.{n}" for n in range(8)]
    greenlets = [waiter(waits, address, ended) for address in addresses]
    gevent.sleep(0)
    assert ended == addresses[:4]  # four places in all
    gevent.killall(greenlets)


def test_behind_a_proxy_only_the_bound_in_all_counts() -> None:
    waits, ended = ClientWaits(3, behind_proxies=True), list[str]()
    greenlets = [waiter(waits, f"198.51.100.{n}", ended) for n in range(5)]
    gevent.sleep(0)
    assert ended == ["198.51.100.0", "198.51.100.1"]
    gevent.killall(greenlets)


def test_a_network_of_ipv6_is_one_client() -> None:
    waits, ended = ClientWaits(3), list[str]()
    greenlets = [waiter(waits, f"2001:db8::{n}", ended) for n in range(5)]
    gevent.sleep(0)
    assert len(ended) >= 2
    gevent.killall(greenlets)


def test_heads_end_and_bodies_do_not_where_the_service_ends() -> None:
    waits, ended = ClientWaits(3), list[str]()
    greenlets = [waiter(waits, "head", ended), waiter(waits, "body", ended, is_head=False)]
    waits.end_heads()
    gevent.sleep(0.01)
    assert ended == ["head"]
    gevent.killall(greenlets)


def connect(server: Server, source: str, raw: bytes) -> socket.socket:
    connection = socket.create_connection(
        ("127.0.0.1", server.port), timeout=10, source_address=(source, 0)
    )
    connection.sendall(raw)
    return connection


@pytest.mark.parametrize("raw", [HALF_HEAD, SLOW_BODY, b""], ids=["head", "body", "nothing"])
def test_silent_connections_of_one_address_hurt_no_other(
    tmp_path: Path, openai: FakeOpenAI, raw: bytes
) -> None:
    """More than the process takes in all: 40 calls, 54 waits, and 1,000 that are refused."""
    count = 1300
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    server = Server(tmp_path, WEB_CONCURRENCY="1", MAX_IN_FLIGHT="40", CLIENT_SECONDS="120")
    with server, ExitStack() as opened:
        server.organisation(openai)
        idle = opened.enter_context(closing(connect(server, "127.0.0.2", HEALTH)))
        assert read_answer(idle).status == 200
        for _ in range(count):
            opened.enter_context(closing(connect(server, "127.0.0.3", raw)))
        assert server.ask().status_code == 200
        fresh = opened.enter_context(closing(connect(server, "127.0.0.2", HEALTH)))
        assert read_answer(fresh).status == 200
        idle.sendall(HEALTH)  # its place was not taken either
        assert read_answer(idle).status == 200
