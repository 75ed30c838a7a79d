"""How long fetching a caller's URL may last, whatever is slow."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from flowhook import errors
from tests.fakes.web import answer, redirect, serve
from tests.flowhook.providers.fetching import NAME, fetch, guard


def dripping(first: bytes) -> Callable[[socket.socket, str], None]:
    """A handler that sends a byte every 50 ms while anyone listens, at most for ten seconds."""

    def handle(connection: socket.socket, head: str) -> None:
        connection.sendall(first)
        for _ in range(200):
            threading.Event().wait(0.05)
            connection.sendall(b"x")

    return handle


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n",
    ],
)
def test_a_dripping_server_is_cut_off(first: bytes) -> None:
    started = time.monotonic()
    with serve(dripping(first)) as server, pytest.raises(errors.ProviderTimeout) as raised:
        fetch(server, timeout_seconds=0.5)
    assert time.monotonic() - started > 0.4
    assert raised.value.fields


def test_a_silent_server_and_a_slow_tls_handshake_are_cut_off() -> None:
    def silent(connection: socket.socket, head: str) -> None:
        connection.recv(1)

    with serve(silent) as server:
        with pytest.raises(errors.ProviderTimeout):
            fetch(server, timeout_seconds=0.3)
        with pytest.raises(errors.ProviderTimeout):
            guard().fetch(f"https://{NAME}:{server.port}/", max_bytes=9, timeout_seconds=0.3)


def test_slow_redirects_share_one_deadline() -> None:
    def handle(connection: socket.socket, head: str) -> None:
        threading.Event().wait(0.2)
        redirect("/again")(connection, head)

    with serve(handle) as server, pytest.raises(errors.ProviderTimeout):
        fetch(server, timeout_seconds=0.5)
    assert len(server.requests) <= 3


def test_a_slow_look_up_is_cut_off() -> None:
    released, ended = threading.Event(), threading.Event()

    def slow(name: str, port: int) -> list[str]:
        released.wait(20)
        ended.set()
        return ["127.0.0.1"]

    with serve(answer()) as server, pytest.raises(errors.ProviderTimeout):
        fetch(server, timeout_seconds=0.3, by=guard(resolver=slow))
    assert not ended.is_set()
    released.set()


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import gevent, threading
from flowhook import errors
from flowhook.providers.guard import AddressGuard
from tests.fakes.web import answer, serve

def drip(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nX: ")
    for _ in range(200):
        gevent.sleep(0.05)
        connection.sendall(b"x")

everyone = threading.Barrier(20)

def together(connection, head):
    everyone.wait(20)
    answer()(connection, head)

by = AddressGuard(["localhost"])
def fetch(server, seconds):
    return by.fetch(f"http://localhost:{server.port}/", max_bytes=99, timeout_seconds=seconds)

with serve(together) as server:
    jobs = [gevent.spawn(fetch, server, 30) for _ in range(20)]
    gevent.joinall(jobs, raise_error=True)
    assert all(job.value.content == b"hello" for job in jobs)
with serve(drip) as server:
    try:
        fetch(server, 0.5)
    except errors.ProviderTimeout:
        print("cut off")
"""


SLOW_NAMES = """
from gevent import monkey
monkey.patch_all()
import os, socket, gevent
from flowhook import errors
from flowhook.providers.guard import AddressGuard

gate = monkey.get_original("_thread", "allocate_lock")()
gate.acquire()
by = AddressGuard(resolver=lambda name, port: gate.acquire() and [])

def ask():
    try:
        by.addresses_of("slow.example", 80, 0.2)
    except errors.ProviderTimeout:
        return "too slow"

asked = [gevent.spawn(ask) for _ in range(50)]
gevent.sleep(0)
with gevent.Timeout(20):
    socket.getaddrinfo("localhost", 80)
    gevent.joinall(asked)
print({job.value for job in asked}, flush=True)
os._exit(0)
"""


def test_slow_names_of_callers_hold_up_no_name_of_the_services_own() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SLOW_NAMES], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "{'too slow'}\n", ran.stderr


def test_it_works_under_gevent() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "cut off\n", ran.stderr
