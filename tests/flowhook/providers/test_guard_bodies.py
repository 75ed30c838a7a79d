"""What callers' URLs bring: bounded, whole, and named where it is broken."""

from __future__ import annotations

import gzip
import socket
import tracemalloc

import pytest

from flowhook import errors
from tests.fakes.web import answer, serve
from tests.flowhook.providers.fetching import fetch


def test_the_body_is_bounded_by_what_arrives() -> None:
    with serve(answer(b"x" * 1000)) as server:
        assert len(fetch(server, max_bytes=1000).content) == 1000
        with pytest.raises(errors.TooLarge):
            fetch(server, max_bytes=999)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 10\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1000\r\n",
        b"Connection: close\r\n\r\n",
        b"Content-Length: 99999999999999999999999999\r\n\r\n",
    ],
)
def test_lies_about_the_length_do_not_help(head: bytes) -> None:
    def handle(connection: socket.socket, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"x" * 0x1000)
        connection.recv(1)

    with serve(handle) as server, pytest.raises(errors.TooLarge):
        fetch(server, max_bytes=1000)


def test_a_body_cut_short_is_an_error() -> None:
    handler = answer(b"abc", headers={"Content-Length": "900"})
    with serve(handler) as server, pytest.raises(errors.ProviderUnavailable):
        fetch(server)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_packed_bomb_is_bounded_unpacked(layers: int, in_chunks: bool) -> None:
    body = b"\0" * 50_000_000
    for _ in range(layers):
        body = gzip.compress(body)
    headers = {"Content-Encoding": ", ".join(["gzip"] * layers)}
    if in_chunks:
        body = chunked(body)
        headers |= {"Transfer-Encoding": "chunked"}
    handler = answer(body, headers=headers)
    if in_chunks:
        head = "HTTP/1.1 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        whole = head.encode() + b"\r\n" + body

        def handler(connection: socket.socket, request: str) -> None:
            connection.sendall(whole)

    with serve(handler) as server:
        tracemalloc.start()
        with pytest.raises(errors.TooLarge):
            fetch(server, max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 12_000_000


def test_packed_content_is_unpacked_and_broken_packing_named() -> None:
    packed = gzip.compress(b"hello")
    with serve(answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert fetch(server).content == b"hello"
    handler = answer(b"hello", headers={"Content-Encoding": "gzip"})
    with serve(handler) as server, pytest.raises(errors.InvalidInput, match="unpacked"):
        fetch(server)


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "500 Oops", "304 Same"])
def test_a_link_that_leads_nowhere_says_so_without_the_page(status: str) -> None:
    handler = answer(b"private page", status)
    with serve(handler) as server, pytest.raises(errors.InvalidInput, match=status[:3]) as raised:
        fetch(server)
    assert "private" not in str(raised.value.as_dict())
