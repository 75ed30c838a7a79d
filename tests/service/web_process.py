"""The web process as production runs it, for tests: `flowhook run` on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import requests

from tests.free_ports import free_port
from tests.waiting import START_SECONDS, wait_for

ROOT = Path(__file__).parents[2]
ADMIN_TOKEN = "operator-token-of-the-web-process"
CLIENT_SECONDS = 2


class WebProcess:
    """A master with its workers, over an embedded Redis in `data_dir`, started in `directory`."""

    stderr: int = subprocess.STDOUT
    command: tuple[str, ...] = (sys.executable, "-m", "flowhook", "run")

    def __init__(
        self,
        data_dir: Path,
        directory: Path | str = ROOT,
        options: Iterable[str] = (),
        **environment: str,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*self.command, *options],
            cwd=directory,
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(data_dir),
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "ADMIN_TOKEN": ADMIN_TOKEN,
                "WEB_CONCURRENCY": "1",
                "CLIENT_SECONDS": str(CLIENT_SECONDS),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=self.stderr,
        )
        self.output = b""

    def __enter__(self) -> WebProcess:
        try:
            wait_for(self.is_ready, "the web process", seconds=START_SECONDS)
        except BaseException:
            self.process.terminate()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.output += self.process.communicate(timeout=60)[0]

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()[0]
        return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200

    def operator(self, method: str, path: str, body: object = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        return requests.request(method, self.url + path, json=body, headers=headers, timeout=60)

    def token(self, org: str, **openai: object) -> str:
        """A webhook token of an organisation with this account."""
        self.operator("PUT", f"/settings/{org}/openai", {"is_active": True, **openai})
        made = self.operator("POST", f"/settings/{org}/tokens", {"scope": "webhook"})
        return str(made.json()["token"])

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as client:
            yield client

    def exchange(self, sent: bytes) -> bytes:
        """What is answered until the connection ends."""
        with self.connection() as client:
            client.sendall(sent)
            return read_to_end(client)


def read_to_end(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received
