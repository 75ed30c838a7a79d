"""What never reaches Flask: malformed, too large and too slow requests, to the real server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.server import Server, is_cut_off, read_answer

MIB = 1024 * 1024
HEAD = "POST /webhooks/get_buttons HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
BODY = b'{"buttons_data": "Yes|No"}'


@contextmanager
def open_server(folder: Path, seconds: int) -> Iterator[Server]:
    """A server of one worker that waits so long for its clients."""
    with Server(folder, CLIENT_SECONDS=str(seconds), WEB_CONCURRENCY="1") as running:
        made = running.request("POST", "/settings/acme/tokens", {"scope": "webhook"})
        running.token = made.json()["token"]
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with open_server(tmp_path_factory.mktemp("gunicorn"), seconds=1) as running:
        yield running


def head(server: Server, *lines: str) -> bytes:
    sent = [f"Authorization: Bearer {server.token}", *lines]
    return (HEAD + "".join(f"{line}\r\n" for line in sent) + "\r\n").encode()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)


# --- malformed ---


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: strange\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_malformed_http_is_answered_as_json(server: Server, raw: bytes) -> None:
    answer = server.send(raw)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_input"
    assert b"<html" not in answer.body.lower()


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: a\r\n" * 200 + b"\r\n",
    ],
    ids=["line", "header", "headers"],
)
def test_a_head_that_is_too_long_is_answered_as_json(server: Server, raw: bytes) -> None:
    answer = server.send(raw)
    assert answer.status == 413
    assert answer.error["type"] == "too_large"


def test_a_request_through_the_real_server(server: Server) -> None:
    answer = server.send(head(server, f"Content-Length: {len(BODY)}") + BODY)
    assert answer.status == 200
    assert json.loads(answer.body)["button_count"] == 2
    pieces = head(server, "Transfer-Encoding: chunked") + chunked(BODY[:5], BODY[5:], b"")
    assert server.send(pieces).status == 200


def test_two_requests_on_one_connection(server: Server) -> None:
    with server.connected() as connection:
        for _ in range(2):
            connection.sendall(head(server, f"Content-Length: {len(BODY)}") + BODY)
            assert read_answer(connection).status == 200


# --- too large ---


def test_a_body_over_1_mib_is_413(server: Server) -> None:
    body = b'{"buttons_data": "' + b"a" * MIB + b'"}'
    answer = server.send(head(server, f"Content-Length: {len(body)}") + body)
    assert answer.status == 413
    assert answer.error["type"] == "too_large"


def test_a_chunked_body_over_1_mib_is_413(server: Server) -> None:
    pieces = chunked(*[b"a" * 65_536] * 20, b"")
    answer = server.send(head(server, "Transfer-Encoding: chunked") + pieces)
    assert answer.status == 413
    assert answer.error["type"] == "too_large"


def test_a_body_that_is_far_too_large_is_not_read_to_its_end(server: Server) -> None:
    sent = 0
    with server.connected() as connection:
        connection.sendall(head(server, f"Content-Length: {1000 * MIB}"))
        try:
            while sent < 100 * MIB:
                connection.sendall(b"a" * 65_536)
                sent += 65_536
        except OSError:
            pass
    assert sent < 100 * MIB


@pytest.mark.parametrize("length", [2 * MIB, 1000 * MIB, 10**18])
def test_a_body_that_is_named_too_large_is_413_though_it_never_comes(
    server: Server, length: int
) -> None:
    answer = server.send(head(server, f"Content-Length: {length}") + b"{")
    assert answer.status == 413
    assert answer.error["type"] == "too_large"


def test_a_body_of_just_1_mib_is_read(server: Server) -> None:
    start = b'{"buttons_data": "Yes|No", "contact": "'
    body = start + b"a" * (MIB - len(start) - 2) + b'"}'
    assert len(body) == MIB
    assert server.send(head(server, f"Content-Length: {MIB}") + body).status == 200


# --- broken off ---


@pytest.mark.parametrize("piece", [b"zz\r\n", b"5\r\nabcdefgh\r\n", b"-1\r\n", b"\r\n\r\n"])
def test_malformed_chunks_are_answered_as_json(server: Server, piece: bytes) -> None:
    answer = server.send(head(server, "Transfer-Encoding: chunked") + piece + b"0\r\n\r\n")
    assert answer.status == 400
    assert answer.error["type"] == "invalid_input"


def test_half_a_body_is_never_taken_for_the_whole(server: Server) -> None:
    with server.connected() as connection:
        connection.sendall(head(server, f"Content-Length: {len(BODY) + 50}") + BODY)
        connection.shutdown(socket.SHUT_WR)
        answer = read_answer(connection)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_input"


# --- too slow ---


def test_a_client_that_never_sends_its_head_is_cut_off(server: Server) -> None:
    with server.connected() as connection:
        connection.sendall(b"POST /webhooks/get_buttons HTTP/1.1\r\nHost: h\r\n")
        assert is_cut_off(connection, seconds=30)


def test_a_client_that_drips_its_head_is_cut_off(server: Server) -> None:
    with server.connected() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n")
        connection.settimeout(0.05)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                connection.sendall(b"X: a\r\n")
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() < deadline


def test_a_client_that_never_sends_its_body_is_told_and_cut_off(server: Server) -> None:
    with server.connected() as connection:
        connection.sendall(head(server, "Content-Length: 100") + b'{"a"')
        answer = read_answer(connection)
        assert answer.status == 400
        assert answer.error["message"].startswith("the body was not there")
        assert is_cut_off(connection, seconds=30)


def test_an_idle_connection_is_closed(server: Server) -> None:
    with server.connected() as connection:
        assert is_cut_off(connection, seconds=30)


def test_slow_clients_do_not_keep_others_waiting(tmp_path: Path) -> None:
    with open_server(tmp_path, seconds=60) as server, server.connected() as slow:
        slow.sendall(head(server, "Content-Length: 100"))
        for _ in range(5):
            assert server.request("GET", "/healthz").status_code == 200


def test_every_line_it_prints_is_json(server: Server) -> None:
    server.send(b"nonsense\r\n\r\n")
    server.request("GET", "/nowhere")
    assert all(line["level"] for line in server.lines())
