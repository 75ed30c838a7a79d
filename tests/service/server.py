"""The service as production runs it: its web master in a subprocess, spoken to over sockets."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import redis
import requests
from requests.structures import CaseInsensitiveDict

from flowhook.redis.embedded import socket_path
from flowhook.redis.supervisor import die_with_parent
from service.job_worker import RUN_WORKER
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, Answer
from tests.free_ports import free_port
from tests.waiting import START_SECONDS, wait_for

ROOT = Path(__file__).parents[2]


class Server:
    """gunicorn with an embedded Redis on a free port, until it is stopped.

    No job worker runs beside it, unless a test says so with RUN_WORKER.
    """

    config = "gunicorn.conf.py"

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / "data"
        self.log = folder / "log"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.temporary),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "ADMIN_TOKEN": ADMIN_TOKEN,
            "ENCRYPTION_KEYS": FIRST_KEY,
            "WEB_CONCURRENCY": "2",
            RUN_WORKER: "False",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.token = ""

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.master", "--config", self.config],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - safe enough for a test
            )
        try:
            wait_for(self._is_ready, f"the server; see {self.log}", seconds=START_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def wait(self, seconds: float = 60) -> int:
        assert self.process
        return self.process.wait(seconds)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    # --- speaking to it ---

    def request(
        self, method: str, path: str, body: Any = None, token: str = ADMIN_TOKEN, **more: Any
    ) -> requests.Response:
        """One request on a connection of its own, so that any worker may answer."""
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        more.setdefault("timeout", 60)
        return requests.request(method, self.url + path, json=body, headers=headers, **more)

    def organisation(self, openai: FakeOpenAI, org: str = "acme") -> None:
        """An active organisation; `token` is its webhook token from now on."""
        account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
        assert self.request("PUT", f"/settings/{org}/openai", account).status_code in (200, 201)
        made = self.request("POST", f"/settings/{org}/tokens", {"scope": "webhook"})
        self.token = made.json()["token"]

    def ask(self, question: str = "Why?", **more: Any) -> requests.Response:
        body = {"question_text": question}
        return self.request("POST", "/webhooks/parse_via_chat_gpt", body, self.token, **more)

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            yield connection

    def send(self, raw: bytes) -> Answer:
        """The answer to bytes that no client library would send."""
        with self.connected() as connection:
            connection.sendall(raw)
            return read_answer(connection)

    def redis(self) -> redis.Redis:
        path = str(socket_path(self.data_dir.resolve()))
        return redis.Redis(unix_socket_path=path, protocol=2)

    def lines(self) -> list[dict[str, Any]]:
        """What it printed: each line a JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def read_answer(connection: socket.socket) -> Answer:
    """One answer, by its Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65_536)
        if not piece:
            raise ConnectionError(f"cut off after {received[:100]!r}")
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = CaseInsensitiveDict({name: value.strip() for name, _, value in pairs})
    length = int(headers.get("Content-Length", 0))
    while len(body) < length:
        body += connection.recv(65_536)
    return Answer(int(first.split()[1]), headers, body)


def is_cut_off(connection: socket.socket, seconds: float) -> bool:
    """Whether the server closes the connection in time; an answer may come before."""
    connection.settimeout(seconds)
    try:
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(65_536):
                continue
    except TimeoutError:
        return False
    return True
