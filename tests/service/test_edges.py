"""What never reaches a view: answered in the one shape, with the caller's request id, in time."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service.web_process import CLIENT_SECONDS, WebProcess, read_to_end

CALL = (
    b"POST /webhooks/parse_via_chat_gpt HTTP/1.1\r\nHost: a\r\nX-Request-ID: mine-1\r\n"
    b"Content-Type: application/json\r\n"
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    data_dir: Path = tmp_path_factory.mktemp("edges")
    with WebProcess(data_dir) as running:
        yield running


def read_error(answer: bytes) -> tuple[int, str, dict[str, Any]]:
    """Status, head and body of the only answer in it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    found = json.loads(body)
    assert found["success"] is False
    assert f"X-Request-ID: {found['request_id']}".encode() in head
    return int(head.split()[1]), head.decode().lower(), found


def test_a_large_body_is_too_large_in_the_functions_own_shape(web: WebProcess) -> None:
    for framing in (
        b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
        b"Transfer-Encoding: chunked\r\n\r\n180000\r\n" + b"x" * 0x180000 + b"\r\n0\r\n\r\n",
    ):
        status, head, found = read_error(web.exchange(CALL + framing))
        assert (status, found["error"]["type"]) == (413, "too_large")
        assert found["request_id"] == "mine-1"
        assert found["parsed_msg"] == found["error"]["message"]
        assert "connection: close" in head


def test_a_very_large_body_still_gets_its_answer(web: WebProcess) -> None:
    answer = requests.post(f"{web.url}/webhooks/chat", data=b"x" * 20_000_000, timeout=20)
    assert answer.status_code == 413


def test_a_slow_body_is_cut_off_in_time(web: WebProcess) -> None:
    answer = web.exchange(CALL + b"Content-Length: 100\r\n\r\n{")
    status, _, found = read_error(answer)
    assert (status, found["error"]["type"]) == (400, "invalid_input")
    assert found["request_id"] == "mine-1"


def test_a_slow_head_is_cut_off_in_time(web: WebProcess) -> None:
    assert web.exchange(CALL) == b""


def test_who_reads_nothing_is_cut_off(web: WebProcess) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", web.port))
        client.settimeout(0.5)
        request = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
        with pytest.raises(TimeoutError):
            while True:  # until the service, which waits for its reader, reads no more either
                client.sendall(request * 100)
        client.settimeout(CLIENT_SECONDS + 10)
        with pytest.raises(OSError):  # reset, not for ever open
            while True:
                client.sendall(request * 100)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"POST /webhooks/chat HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (CALL + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 413),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 413),
    ],
)
def test_malformed_requests_are_answered_as_json(web: WebProcess, sent: bytes, status: int) -> None:
    found = read_error(web.exchange(sent))
    assert found[0] == status
    assert found[2]["error"]["type"] == ("too_large" if status == 413 else "invalid_input")


def test_requests_sent_at_once_are_answered_in_turn(web: WebProcess) -> None:
    wrong = b"POST /webhooks/chat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
    right = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
    with web.connection() as client:
        client.sendall(wrong + right + b"\r\n" + wrong + right + b"Connection: close\r\n\r\n")
        answers = read_to_end(client)
    assert [int(part.split()[0]) for part in answers.split(b"HTTP/1.1 ")[1:]] == [
        401,
        200,
        401,
        200,
    ]


def test_only_named_proxies_say_how_a_call_came(web: WebProcess) -> None:
    """None is named here, so what one on the same machine says counts no more than a stranger's."""
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    answer = requests.get(f"{web.url}/healthz", headers=forwarded, timeout=20)
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Server"] == "flowhook"
    malformed = web.exchange(b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n")
    assert read_error(malformed)[0] == 400
