"""Failures of a web process, by the hundred at once with large bodies, leave nothing in it."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.faults import Fault
from tests.fixtures_media import Files
from tests.service.server import Server, is_cut_off, read_answer
from tests.waiting import wait_for

TIMES = 100
AT_ONCE = 25
BODY = b"words of a contact " * 50_000  # 950 KB
QUESTION = {"question_text": "Why?", "contact": BODY[:900_000].decode()}


class Watched(Server):
    config = "tests/service/watched_conf.py"

    def tell(self, what: str) -> Any:
        return self.request("GET", f"/{what}").json()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    environment = {"WEB_CONCURRENCY": "1", "CLIENT_SECONDS": "5", "ALLOW_PRIVATE_URLS": "127.0.0.1"}
    with Watched(tmp_path_factory.mktemp("watched"), **environment) as server:
        yield server


@pytest.fixture
def server(running: Watched, openai: FakeOpenAI) -> Watched:
    """The one server; the organisation is this test's alone, so no circuit is open before it."""
    org = f"org-{uuid4().hex}"
    running.organisation(openai, org)
    account = {"timeout_seconds": 1}
    assert running.request("PATCH", f"/settings/{org}/openai", account).status_code == 200
    return running


def assert_keeps_nothing(
    server: Watched, fail: Callable[[], object], times: int = TIMES
) -> Counter[object]:
    """Fail once, then often and many at once; returns how it failed."""
    fail()
    server.tell("watch")
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ways = Counter(pool.map(lambda _: fail(), range(times)))
        wait_for(lambda: server.tell("left") == {"garbage": {}, "bytes": 0}, "all to be gone")
    finally:
        server.tell("unwatch")
    return ways


@pytest.mark.parametrize("ending", ["late", "broken off", "too large", "reset"])
def test_requests_whose_body_does_not_come(server: Watched, ending: str) -> None:
    length = 20_000_000 if ending == "too large" else len(BODY) + 1
    head = (
        "POST /webhooks/get_buttons HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()

    def fail() -> int | bool:
        with server.connected() as connection:
            connection.sendall(head + BODY)
            if ending == "reset":
                return True
            if ending == "broken off":
                connection.shutdown(socket.SHUT_WR)
            status = read_answer(connection).status
            return status if ending != "too large" else is_cut_off(connection, 10)

    expected = {"late": 400, "broken off": 400}.get(ending, True)
    times = AT_ONCE if ending == "late" else TIMES  # each is waited for, all of them at once
    assert assert_keeps_nothing(server, fail, times) == {expected: times}


@pytest.mark.parametrize(
    "fault",
    [faults.hang(), faults.hang_in_body(1_000_000), faults.half_answer(), faults.reset()],
    ids=lambda fault: fault.name,
)
def test_providers_that_fail(server: Watched, openai: FakeOpenAI, fault: Fault) -> None:
    openai.fail(fault, times=None)

    def fail() -> int:
        return server.request(
            "POST", "/webhooks/parse_via_chat_gpt", QUESTION, server.token
        ).status_code

    assert set(assert_keeps_nothing(server, fail)) <= {502, 503, 504}


def test_recordings_whose_provider_hangs(server: Watched, openai: FakeOpenAI, files: Files) -> None:
    openai.fail(faults.hang(), times=None)
    sound = files.add("note.wav", b"RIFF\0\0\0\0WAVE" + bytes(14 * 1024 * 1024))

    def fail() -> int:
        body = {"speech": sound}
        return server.request("POST", "/webhooks/speech_to_text", body, server.token).status_code

    assert set(assert_keeps_nothing(server, fail, times=20)) <= {503, 504}


def test_calls_with_a_deadline_whose_provider_hangs(server: Watched, openai: FakeOpenAI) -> None:
    openai.fail(faults.hang(), times=None)

    def fail() -> int:
        body = {**QUESTION, "wait_seconds": 2}
        return server.request(
            "POST", "/webhooks/parse_via_chat_gpt", body, server.token
        ).status_code

    assert set(assert_keeps_nothing(server, fail)) <= {202, 503, 504}


def test_clients_that_do_not_wait_for_the_answer(server: Watched, openai: FakeOpenAI) -> None:
    openai.fail(faults.slow(0.5), times=None)
    body = b'{"question_text": "Why?", "contact": "%b"}' % BODY[:900_000]
    head = (
        "POST /webhooks/parse_via_chat_gpt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )

    def fail() -> None:
        with server.connected() as connection:
            connection.sendall(head.encode() + body)

    assert_keeps_nothing(server, fail)


def test_garbage_is_freed_soon(server: Watched) -> None:
    """A cycle that something leaves all the same."""
    server.tell("garbage")
    wait_for(lambda: server.tell("cycles") == 0, "it to be freed", seconds=60)
