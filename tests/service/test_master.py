"""Ctrl-C at a terminal, which every process of the service gets, ends it as SIGTERM does; and a
worker that is told to end before it has handlers of its own ends."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from tests.fakes.openai import FakeOpenAI, faults
from tests.service.web_process import WebProcess
from tests.waiting import wait_for


class Held:
    """A service with one call at the provider, which answers once `gate` is set."""

    def __init__(self, web: WebProcess, openai: FakeOpenAI, pool: ThreadPoolExecutor) -> None:
        self.web = web
        self.gate = threading.Event()
        token = web.token("acme", api_key=openai.key, base_url=openai.base_url)
        openai.fail(faults.held(self.gate))
        before = len(openai.requests)
        self.call: Future[requests.Response] = pool.submit(
            requests.post,
            f"{web.url}/webhooks/parse_via_chat_gpt",
            json={"question_text": "Why?"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        wait_for(lambda: len(openai.requests) > before, "the call to reach the provider")

    def press(self) -> None:
        """Ctrl-C, as the terminal tells all processes in the foreground."""
        master = psutil.Process(self.web.process.pid)
        for process in (master, *master.children()):
            if "--parent" not in process.cmdline():  # the job worker has a group of its own
                process.send_signal(signal.SIGINT)

    def is_closed(self) -> bool:
        try:
            requests.get(f"{self.web.url}/healthz", timeout=2)
        except requests.ConnectionError:
            return True
        return False


@pytest.fixture
def held(tmp_path: Path, openai: FakeOpenAI) -> Iterator[Held]:
    with (
        ThreadPoolExecutor(1) as pool,
        WebProcess(tmp_path / "data", ALLOW_PRIVATE_URLS="127.0.0.1") as web,
    ):
        held = Held(web, openai, pool)
        try:
            yield held
        finally:
            held.gate.set()


def test_calls_in_flight_are_answered_first(held: Held) -> None:
    held.press()
    wait_for(held.is_closed, "the end of new work")
    held.gate.set()
    assert held.call.result().status_code == 200
    said = held.web.process.communicate(timeout=30)[0]
    assert held.web.process.returncode == 0
    assert b"Traceback" not in said


def test_a_second_ends_it_at_once(held: Held) -> None:
    held.press()
    wait_for(held.is_closed, "the end of new work")
    held.press()
    assert held.web.process.wait(30) == 0
    with pytest.raises(requests.ConnectionError):
        held.call.result()


EARLY = """
import os, signal
from pathlib import Path
from service.gunicorn_conf import *

def post_fork(server, worker):
    first = Path(os.environ["FIRST"])
    if not first.exists():
        first.write_text(str(worker.pid))
        os.kill(worker.pid, signal.SIGTERM)
"""


class Early(WebProcess):
    """The master with a configuration whose first worker is told to end as it begins."""

    command = (sys.executable, "-m", "service.master")


def test_a_worker_that_is_told_to_end_as_it_begins_ends(tmp_path: Path) -> None:
    config, first = tmp_path / "early.py", tmp_path / "first"
    config.write_text(EARLY)
    options = ("--config", str(config))
    with Early(tmp_path / "data", options=options, FIRST=str(first)) as web:
        workers = {child.pid for child in psutil.Process(web.process.pid).children()}
        assert int(first.read_text()) not in workers
