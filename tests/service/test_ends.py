"""How the web process starts, reloads and ends: nothing in flight is lost, nobody waits long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from service.job_worker import RUN_WORKER
from tests.fakes.openai import FakeOpenAI, faults
from tests.free_ports import free_port
from tests.service.web_process import ROOT, WebProcess
from tests.waiting import START_SECONDS, wait_for

PATIENT = {"CLIENT_SECONDS": "60"}  # an idle connection may stay this long


class Calls:
    """Calls under way, at a provider that answers when `gate` is opened."""

    def __init__(self, web: WebProcess, openai: FakeOpenAI, count: int) -> None:
        self.gate = threading.Event()
        openai.fail(faults.held(self.gate), None)
        token = web.token("acme", api_key=openai.key, base_url=openai.base_url)
        self.answers: list[int] = []
        self.threads = [
            threading.Thread(target=self._call, args=(web, token)) for _ in range(count)
        ]
        for thread in self.threads:
            thread.start()
        wait_for(lambda: openai.in_flight == count, "the calls to be in flight")

    def _call(self, web: WebProcess, token: str) -> None:
        answer = requests.post(
            f"{web.url}/webhooks/parse_via_chat_gpt",
            json={"question_text": "Why?"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        self.answers.append(answer.status_code)

    def finish(self) -> list[int]:
        self.gate.set()
        for thread in self.threads:
            thread.join()
        return self.answers


def is_refused(web: WebProcess) -> bool:
    try:
        with web.connection():
            return False
    except ConnectionRefusedError:
        return True


def test_sigterm_takes_nothing_new_and_waits_for_calls_not_for_idle_connections(
    tmp_path: Path, openai: FakeOpenAI
) -> None:
    with WebProcess(tmp_path, **PATIENT) as web, web.connection() as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(4096).startswith(b"HTTP/1.1 200")
        calls = Calls(web, openai, 5)
        web.process.send_signal(signal.SIGTERM)
        wait_for(lambda: is_refused(web), "the end of listening")
        assert idle.recv(4096) == b""  # closed, though 60 s have not passed
        assert web.process.poll() is None
        assert calls.finish() == [200] * 5
        assert web.process.wait(60) == 0


def test_a_killed_master_loses_no_call_in_flight(tmp_path: Path, openai: FakeOpenAI) -> None:
    with WebProcess(tmp_path, **PATIENT) as web:
        calls = Calls(web, openai, 5)
        web.process.send_signal(signal.SIGKILL)
        wait_for(lambda: is_refused(web), "the worker to notice")
        assert calls.finish() == [200] * 5


def test_a_reload_keeps_calls_and_metrics(tmp_path: Path, openai: FakeOpenAI) -> None:
    with WebProcess(tmp_path, TMPDIR=str(tmp_path)) as web:
        token = web.token("acme")
        counted = 'flowhook_webhook_calls_total{function="get_buttons",status="ok"} 1.0'
        requests.post(
            f"{web.url}/webhooks/get_buttons",
            json={"buttons_data": "Yes|No"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        calls = Calls(web, openai, 3)
        before = workers(web)
        web.process.send_signal(signal.SIGHUP)
        wait_for(lambda: workers(web) - before, "a new worker", seconds=START_SECONDS)
        assert calls.finish() == [200] * 3
        wait_for(lambda: not workers(web) & before, "the end of the old worker", seconds=60)
        assert counted in web.operator("GET", "/metrics").text
        assert len(list(tmp_path.glob("flowhook-metrics-*"))) == 1
    assert not list(tmp_path.glob("flowhook-metrics-*"))


def workers(web: WebProcess) -> set[int]:
    """The master's children that serve HTTP."""
    master = web.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("needs Linux")
    return {
        int(pid)
        for pid in children.read_text().split()
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def test_a_malformed_variable_is_one_line_and_an_empty_one_is_unset(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    for value in ("many", "0", "1.5"):
        ended = subprocess.run(
            [sys.executable, "-m", "flowhook", "run"],
            cwd=ROOT,
            env={**environment, "WEB_CONCURRENCY": value},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode == 1
        assert ended.stderr == "WEB_CONCURRENCY must be a whole number from 1 to 512\n"
    with WebProcess(tmp_path, WEB_CONCURRENCY=" ") as web:
        assert web.is_ready()


def test_data_that_redis_cannot_read_stop_the_start_with_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    (folder / "appendonly.aof.manifest").write_text("garbage")
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "flowhook", "run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": str(free_port())},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert time.monotonic() - began < 40
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if line]
    assert line.startswith("DATA_DIR: the embedded Redis did not answer")
    assert "AOF manifest" in line


def test_the_servers_own_lines_are_json_too(tmp_path: Path) -> None:
    with WebProcess(tmp_path, WEB_CONCURRENCY="2") as web:
        for worker in workers(web):
            os.kill(worker, signal.SIGKILL)
        wait_for(
            lambda: web.is_ready() and len(workers(web)) == 2, "new workers", seconds=START_SECONDS
        )
    lines = [json.loads(line) for line in web.output.splitlines()]
    assert any(
        line["logger"] == "gunicorn.error" and "SIGKILL" in line["message"] for line in lines
    )


SLOW_TO_LOAD = """
import gc, os, signal
import gevent

os.kill(os.getpid(), signal.SIGTERM)
gevent.sleep(0)
gevent.joinall([each for each in gc.get_objects() if isinstance(each, gevent.Greenlet)])
application = print
"""


def test_a_worker_that_is_told_to_end_while_it_loads_says_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "slow_to_load.py").write_text(SLOW_TO_LOAD)
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path / "data"),
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "1",
        "PYTHONPATH": str(tmp_path),
        RUN_WORKER: "False",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "slow_to_load"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as master,
    ):
        try:
            wait_for(lambda: "Worker exiting" in log.read_text(), "it", seconds=START_SECONDS)
        finally:
            master.terminate()
    assert "greenlet" not in log.read_text().lower()
    assert [json.loads(line)["message"] for line in log.read_text().splitlines()]
