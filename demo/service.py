"""The service of a demo: a child process, and the calls to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from demo.place import own_environment, reached_at

START_SECONDS = 60.0
CALL_SECONDS = 120.0


class Service:
    """The service as a child process, and the demo's calls to it."""

    def __init__(self, host: str, port: int, data_dir: Path, **settings: str) -> None:
        """`settings` are variables of the service, beside those of the environment."""
        self.port = port
        self.host = host
        reached = reached_at(host)
        self.url = f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
        self.data_dir = data_dir
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Service:
        environment = {
            **own_environment(os.environ),
            **self.settings,
            "HOST": self.host,
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "1"),
        }
        command = [sys.executable, "-m", "flowhook", "run"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_ready()
        except BaseException:  # anything that ends the demo here ends the service too
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(150)

    def wait(self) -> None:
        """Wait for as long as the service runs; if it ends by itself, so does the demo."""
        if self._process is not None:
            status = self._process.wait()
            sys.exit(f"The service has ended by itself (status {status}): {self.log} says why.")

    @property
    def log(self) -> Path:
        """The file with the service's output, apart from the demo's."""
        return self.data_dir / "service.log"

    @property
    def admin_token(self) -> str:
        return (self.data_dir / "admin_token").read_text().strip()

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """Call the service; a failure ends the demo with its answer."""
        headers = {"Authorization": f"Bearer {token or self.admin_token}"}
        answer = requests.request(
            method, self.url + path, json=body, headers=headers, timeout=CALL_SECONDS
        )
        if not answer.ok:
            sys.exit(f"{method} {path} answered {answer.status_code}: {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                sys.exit(f"the service did not start:\n{self.log.read_text()[-2000:]}")
            with suppress(OSError):  # not there yet, nor its token
                if requests.get(f"{self.url}/readyz", timeout=2).ok and self._is_ours():
                    return
            time.sleep(0.1)
        sys.exit(f"the service was not ready within {START_SECONDS:.0f} seconds")

    def _is_ours(self) -> bool:
        """Whether what answers is the process started here: it knows the token in its folder.

        Another service may have taken the port since it was found free.
        """
        headers = {"Authorization": f"Bearer {self.admin_token}"}
        return requests.get(f"{self.url}/settings", headers=headers, timeout=2).ok
