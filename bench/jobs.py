"""Jobs: how many a second, what one costs, how soon it starts, and how many run at once.

One web process and one worker process with the embedded Redis, as `make run` starts them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from bench.processes import (
    call,
    cpu_seconds,
    finish,
    free_port,
    gunicorn,
    memory_bytes,
    running,
    tree,
)
from bench.servers import BODY, BenchServer, _redis_of, _set_up
from bench.webhook import stub

QUICK_DELAY_SECONDS = 0.02
ACCEPT_SECONDS = 5
CONNECTIONS = 16
SINGLE_JOBS = 60
HELD_JOBS = 2000
HELD_DELAY_SECONDS = 10.0
PENDING = "pending"


def run() -> Iterator[str]:
    yield "Jobs (Prefer: respond-async; one web process, one worker process)"
    with stub(QUICK_DELAY_SECONDS) as upstream, service(upstream) as server:
        yield throughput(server)
        yield accept_to_start(server)
    with stub(HELD_DELAY_SECONDS) as upstream, service(upstream, WORKER_THREADS="2000") as server:
        yield from held(server)


def throughput(server: BenchServer) -> str:
    """Accepts for a few seconds, then waits until the last job is done."""
    processes = server.processes()
    before, began = cpu_seconds(processes), time.monotonic()
    plan = {"connections": CONNECTIONS, "seconds": ACCEPT_SECONDS}
    seen = finish(call(server.port, server.headers, BODY, PENDING, **plan))
    accepted = seen["calls"]
    wait_until_done(server, accepted)
    elapsed = time.monotonic() - began
    used = cpu_seconds(processes) - before
    return (
        f"  {accepted / elapsed:.0f} jobs/s from accepted to done"
        f" ({accepted / ACCEPT_SECONDS:.0f}/s accepted, {accepted} jobs, {seen['errors']} errors);"
        f" {used / accepted * 1000:.2f} ms CPU a job (web, worker and Redis)"
    )


def accept_to_start(server: BenchServer) -> str:
    """One job at a time on an idle worker: from the 202 to the job's answer, less the upstream."""
    added = []
    for number in range(SINGLE_JOBS):
        body = {**BODY, "webhook_log_id": number}
        began = time.perf_counter()
        job_id = _post(server, body).json()["job_id"]
        while _show(server, job_id)["status"] != "done":
            time.sleep(0.002)
        added.append(time.perf_counter() - began - QUICK_DELAY_SECONDS)
    ordered = sorted(added)
    return (
        f"  {ordered[len(ordered) // 2] * 1000:.0f} ms p50, {ordered[-1] * 1000:.0f} ms p99"
        " added from accept to done by an idle worker"
    )


def held(server: BenchServer) -> Iterator[str]:
    """Thousands of slow jobs at once on one worker process."""
    worker = next(process for process in server.processes() if "worker" in process.cmdline())
    before = memory_bytes([worker])
    began = time.monotonic()
    session = requests.Session()
    session.headers.update(server.headers)
    for number in range(HELD_JOBS):
        _post(server, {**BODY, "webhook_log_id": number}, session)
    accepted = time.monotonic() - began
    highest = before
    while done(server) < HELD_JOBS and time.monotonic() - began < 120:
        highest = max(highest, memory_bytes([worker]))
        time.sleep(0.1)
    elapsed = time.monotonic() - began
    yield (
        f"  {HELD_JOBS} jobs of {HELD_DELAY_SECONDS:.0f} s on one worker process: accepted in"
        f" {accepted:.1f} s, all done after {elapsed:.1f} s; worker {before / 2**20:.0f} MB idle,"
        f" {highest / 2**20:.0f} MB at the most ({(highest - before) / 1024 / HELD_JOBS:.0f} KB"
        " a job)"
    )


def done(server: BenchServer) -> int:
    """Calls the service has recorded as answered."""
    text = requests.get(
        f"http://127.0.0.1:{server.port}/usage/bench", headers=server.headers, timeout=10
    ).json()
    return int(sum(row["calls"] for row in text["usage"]))


def wait_until_done(server: BenchServer, count: int) -> None:
    deadline = time.monotonic() + 120
    while done(server) < count and time.monotonic() < deadline:
        time.sleep(0.05)


def _post(
    server: BenchServer, body: dict[str, object], session: requests.Session | None = None
) -> requests.Response:
    url = f"http://127.0.0.1:{server.port}/webhooks/parse_via_chat_gpt"
    return (session or requests).post(url, json=body, headers=server.headers, timeout=30)


def _show(server: BenchServer, job_id: str) -> dict[str, str]:
    url = f"http://127.0.0.1:{server.port}/jobs/{job_id}"
    shown: dict[str, str] = requests.get(url, headers=server.headers, timeout=10).json()
    return shown


@contextmanager
def service(upstream: int, **more: str) -> Iterator[BenchServer]:
    """The service with its worker; calls carry the token of an admin, who sees usage too."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        environment = {"DATA_DIR": directory, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        environment |= {"HOST": "127.0.0.1", **more}
        with running(gunicorn("--config", "gunicorn.conf.py"), port, **environment) as process:
            _set_up(port, directory, upstream)
            admin = (Path(directory) / "admin_token").read_text().strip()
            made = requests.post(
                f"http://127.0.0.1:{port}/settings/bench/tokens",
                json={"scope": "admin"},
                headers={"Authorization": f"Bearer {admin}"},
                timeout=10,
            ).json()
            headers = {"Authorization": f"Bearer {made['token']}", "Prefer": "respond-async"}
            _wait_for_worker(process)
            yield BenchServer("Flowhook", port, process, headers, _redis_of(directory))


def _wait_for_worker(process: psutil.Process) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if any(
            "worker" in found.cmdline() and found.num_threads() > 100 for found in tree(process)
        ):
            return
        time.sleep(0.1)
    raise RuntimeError("the job worker did not start")
