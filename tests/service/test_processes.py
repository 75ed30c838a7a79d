"""Several workers, signals, overload, and a Redis that dies: with the real server."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests.fakes.openai import FakeOpenAI, faults
from tests.service.server import Server
from tests.waiting import START_SECONDS, wait_for

OpenServer = Callable[..., Server]
OK_CALLS = 'flowhook_webhook_calls_total{function="parse_via_chat_gpt",status="ok"}'
IN_FLIGHT = "flowhook_webhook_calls_in_flight"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


@pytest.fixture
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenServer]:
    opened: list[Server] = []

    def open_one(**environment: str) -> Server:
        opened.append(Server(tmp_path_factory.mktemp("server"), **environment))
        return opened[-1].start()

    yield open_one
    for server in opened:
        server.stop()


@pytest.fixture
def server(open_server: OpenServer, openai: FakeOpenAI) -> Server:
    running = open_server()
    running.organisation(openai)
    return running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for tests that leave its processes as they are."""
    with Server(tmp_path_factory.mktemp("running")) as server:
        yield server


@pytest.fixture
def org(running: Server, openai: FakeOpenAI) -> str:
    """An organisation on it that is this test's alone, with a token of its own."""
    org = f"org-{uuid4().hex}"
    running.organisation(openai, org)
    return org


def asked(
    threads: ThreadPoolExecutor, server: Server, openai: FakeOpenAI, calls: int
) -> list[Future[requests.Response]]:
    """Calls in flight, all of them at the provider."""
    before = len(openai.requests)
    made = [threads.submit(server.ask) for _ in range(calls)]
    wait_for(lambda: len(openai.requests) == before + calls, "the calls to reach the provider")
    return made


def worker_pids(server: Server) -> set[int]:
    assert server.process
    with open(f"/proc/{server.process.pid}/task/{server.process.pid}/children") as file:
        return {int(pid) for pid in file.read().split()}


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def metric(server: Server, sample: str) -> float:
    text = server.request("GET", "/metrics").text
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def is_listening(server: Server) -> bool:
    try:
        return requests.get(f"{server.url}/healthz", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


# --- signals ---


def test_sigterm_finishes_what_is_in_flight_and_records_it(
    server: Server, openai: FakeOpenAI, threads: ThreadPoolExecutor
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    calls = asked(threads, server, openai, 10)
    server.signal(signal.SIGTERM)
    wait_for(lambda: not is_listening(server), "the end of new work")
    gate.set()
    assert [call.result().status_code for call in calls] == [200] * 10
    assert server.wait() == 0
    printed = [line for line in server.lines() if line.get("event") == "webhook_call"]
    assert len(printed) == 10
    server.environment["WEB_CONCURRENCY"] = "1"
    server.start()  # over the same data
    logged = server.request("GET", "/logs/acme").json()["logs"]
    assert {line["request_id"] for line in printed} == {entry["request_id"] for entry in logged}


def test_sighup_loses_none(server: Server, openai: FakeOpenAI, threads: ThreadPoolExecutor) -> None:
    before = worker_pids(server)
    gate = threading.Event()
    openai.fail(faults.held(gate), times=10)
    held = asked(threads, server, openai, 10)
    server.signal(signal.SIGHUP)
    wait_for(lambda: worker_pids(server) - before, "new workers", seconds=START_SECONDS)
    fresh = [threads.submit(server.ask) for _ in range(50)]
    assert {call.result().status_code for call in fresh} == {200}
    gate.set()
    assert {call.result().status_code for call in held} == {200}
    wait_for(lambda: not worker_pids(server) & before, "the old workers to end", seconds=60)
    wait_for(lambda: metric(server, OK_CALLS) == 60, "every call to be counted")
    assert len(list(server.temporary.glob("flowhook-metrics-*"))) == 1


def test_nothing_is_left_in_the_temporary_directory(open_server: OpenServer) -> None:
    server = open_server(WEB_CONCURRENCY="1")
    before = worker_pids(server)
    server.signal(signal.SIGHUP)
    gone = "the old worker to end"
    wait_for(lambda: not worker_pids(server) & before, gone, seconds=START_SECONDS)
    wait_for(lambda: is_listening(server), "the new worker", seconds=START_SECONDS)
    server.stop()
    assert list(server.temporary.glob("flowhook-metrics-*")) == []


def test_a_killed_worker_is_replaced_and_its_calls_no_longer_in_flight(
    server: Server, openai: FakeOpenAI, threads: ThreadPoolExecutor
) -> None:
    openai.fail(faults.hang(), times=None)
    calls = asked(threads, server, openai, 6)
    for pid in worker_pids(server):
        os.kill(pid, signal.SIGKILL)
    for call in calls:
        assert isinstance(call.exception(), requests.ConnectionError)
    openai.recover()
    wait_for(lambda: is_listening(server), "a new worker", seconds=START_SECONDS)
    assert server.ask().status_code == 200
    wait_for(lambda: metric(server, IN_FLIGHT) == 0, "the gauge")
    assert any("SIGKILL" in line["message"] for line in server.lines() if "message" in line)


def test_a_stuck_worker_is_noticed_and_replaced(open_server: OpenServer) -> None:
    """Its process is stopped, so it answers nothing and sends no sign of life."""
    server = open_server(WEB_CONCURRENCY="1", GUNICORN_CMD_ARGS="--timeout 10")
    [stuck] = [pid for pid in worker_pids(server) if b"gunicorn" in command_of(pid)]
    os.kill(stuck, signal.SIGSTOP)
    wait_for(lambda: stuck not in worker_pids(server), "its end", seconds=60)
    wait_for(lambda: is_listening(server), "a new worker", seconds=START_SECONDS)
    told = [line["message"] for line in server.lines() if "message" in line]
    assert f"WORKER TIMEOUT (pid:{stuck})" in told


# --- one service, several workers ---


@pytest.mark.usefixtures("org")
def test_metrics_are_right_across_workers(
    running: Server, openai: FakeOpenAI, threads: ThreadPoolExecutor
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    before = metric(running, OK_CALLS)
    calls = asked(threads, running, openai, 20)
    assert metric(running, IN_FLIGHT) == 20
    gate.set()
    assert {call.result().status_code for call in calls} == {200}
    assert {metric(running, OK_CALLS) for _ in range(10)} == {before + 20}
    assert metric(running, IN_FLIGHT) == 0


def test_a_change_of_settings_is_seen_by_every_worker(running: Server, org: str) -> None:
    def statuses() -> set[int]:
        return {running.ask().status_code for _ in range(20)}

    assert statuses() == {200}
    running.request("PATCH", f"/settings/{org}/openai", {"is_active": False})
    wait_for(lambda: 200 not in statuses(), "every worker to see it")
    assert 200 not in statuses()


def test_beyond_max_in_flight_calls_are_overloaded_at_once(
    open_server: OpenServer, openai: FakeOpenAI, threads: ThreadPoolExecutor
) -> None:
    server = open_server(WEB_CONCURRENCY="1", MAX_IN_FLIGHT="3")
    server.organisation(openai)
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    held = asked(threads, server, openai, 3)
    refused = [server.ask() for _ in range(5)]
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.json()["error"]["type"] for answer in refused} == {"overloaded"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert server.request("GET", "/healthz").status_code == 200
    assert len(openai.requests) == 3
    assert all("acme" in answer.json()["error"]["message"] for answer in refused)
    server.organisation(openai, "other")
    body = {"buttons_data": "a"}
    answers = [
        server.request("POST", "/webhooks/get_buttons", body, server.token) for _ in range(5)
    ]
    assert {answer.status_code for answer in answers} == {200}  # others have places of their own
    gate.set()
    assert {call.result().status_code for call in held} == {200}
    assert server.ask().status_code == 200


# --- Redis ---


@pytest.mark.usefixtures("org")
def test_a_killed_embedded_redis_comes_back_and_has_forgotten_nothing(
    running: Server, openai: FakeOpenAI
) -> None:
    def redis_pid() -> int:
        with running.redis() as client:
            return int(client.info("server")["process_id"])

    assert running.ask().status_code == 200
    for _ in range(2):
        pid = redis_pid()
        before = len(openai.requests)
        os.kill(pid, signal.SIGKILL)
        answers = [running.ask()]
        wait_for(lambda pid=pid: redis_pid() != pid, "another Redis")  # type: ignore[misc]
        while len(answers) < 20 or answers[-1].status_code != 200:
            answers.append(running.ask())
            assert len(answers) < 1_000
        refused = [answer for answer in answers if answer.status_code != 200]
        assert {answer.json()["error"]["type"] for answer in refused} <= {"overloaded"}
        assert len(openai.requests) == before + len(answers) - len(refused)
    assert running.request("GET", "/readyz").status_code == 200
