"""A sender killed in the middle of a request has sent none: nothing is noted, nothing answered."""

from __future__ import annotations

import socket

import pytest

from tests.fakes.openai import FakeOpenAI

WHOLE = (
    b"POST /v1/chat/completions HTTP/1.1\r\n"
    b"Host: fake\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: 2\r\n"
    b"\r\n"
    b"{}"
)
CHUNKED = (
    b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
)


def sent(openai: FakeOpenAI, raw: bytes) -> bytes:
    port = int(openai.origin.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("raw", [WHOLE, CHUNKED], ids=["length", "chunked"])
def test_a_whole_request_is_answered(openai: FakeOpenAI, raw: bytes) -> None:
    assert sent(openai, raw).startswith(b"HTTP/1.1 401 ")
    assert len(openai.requests) == 1


@pytest.mark.parametrize("raw", [WHOLE, CHUNKED], ids=["length", "chunked"])
def test_no_part_of_one_counts(openai: FakeOpenAI, raw: bytes) -> None:
    first_line = raw.index(b"\r\n") + 2
    body_end = raw.index(b"{}") + 2
    for end in range(first_line, body_end):
        sent(openai, raw[:end])
    assert openai.requests == []
    assert openai.violations == []
