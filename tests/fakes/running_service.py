"""The whole service as production runs it: gunicorn, its embedded Redis and its job worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
import requests

from tests.fakes.graph import Line
from tests.free_ports import free_port
from tests.waiting import START_SECONDS, wait_for

ROOT = Path(__file__).parents[2]


class RunningService:
    """Started on a free port with its own DATA_DIR; every process of it can be found."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATA_DIR": str(self.data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "ALLOW_PRIVATE_URLS": "127.0.0.1",
            **environment,
        }
        for name in ("REDIS_URL", "ADMIN_TOKEN", "ENCRYPTION_KEYS"):
            self.environment.pop(name, None)
        self.checkout = ROOT
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"],
                cwd=self.checkout,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(self._is_ready, f"the service; see {self.log}", seconds=START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(130)

    def operator(self, method: str, path: str, body: Any) -> Any:
        token = (self.data_dir / "admin_token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def webhook_token(self, org: str, openai_key: str, base_url: str, phrase: str) -> str:
        """The token of an organisation made for this."""
        account = {"is_active": True, "api_key": openai_key, "base_url": base_url}
        self.operator("PUT", f"/settings/{org}/openai", account)
        self.operator("PUT", f"/settings/{org}/signature", {"phrase": phrase})
        return str(self.operator("POST", f"/settings/{org}/tokens", {"scope": "webhook"})["token"])

    def publish(self, org: str, document: Any) -> None:
        for flow in self.operator("POST", f"/flows/{org}", document)["flows"]:
            self.operator("POST", f"/flows/{org}/{flow['uuid']}/publish", {})

    def subscribe(self, org: str, line: Line) -> None:
        """Have Meta deliver this number's messages to the organisation."""
        self.operator("PUT", f"/settings/{org}/whatsapp", line.settings())
        address = f"{self.url}/channels/whatsapp/{org}"

        def post(raw: bytes, headers: Mapping[str, str]) -> int:
            return requests.post(address, data=raw, headers=headers, timeout=30).status_code

        line.post = post

    def web(self) -> list[psutil.Process]:
        """The web processes, not their master."""
        return [child for child, command in self._children() if "worker" not in command]

    def workers(self) -> list[psutil.Process]:
        return [child for child, command in self._children() if "worker" in command]

    def redis(self) -> list[psutil.Process]:
        """The embedded server, not its supervisor."""
        found = []
        for process in psutil.process_iter(["cmdline", "cwd"]):
            here = str(process.info["cwd"] or "") == str(self.data_dir)
            if here and "supervisor" not in " ".join(process.info["cmdline"] or []):
                found.append(process)
        return found

    def _children(self) -> Iterator[tuple[psutil.Process, list[str]]]:
        """Those that live, each with its command; a killed one is gone before it is buried."""
        assert self.process
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                yield child, child.cmdline()

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return requests.get(f"{self.url}/readyz", timeout=2).ok and bool(self.workers())
