"""The service that is attacked, its surroundings, and what is measured of it."""

from __future__ import annotations

import base64
import json
import socket
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import redis
import requests

from flowhook.redis.embedded import socket_path
from tests.attacks.rows import Attack, Row
from tests.attacks.watch import Watch
from tests.fakes.openai import FakeOpenAI
from tests.fakes.running_service import RunningService

MB = 1_000_000
MEMORY_GOAL_MB = 40
STALL_GOAL_MS = 100
NEIGHBOUR_GOAL_MS = 1000
SETTLE_SECONDS = 20.0
LATE_SECONDS = 0.5  # what an attack left behind may stall, too
CLIENT_SECONDS = 5
PHRASE = "a phrase that only the attacked know"


@dataclass(frozen=True)
class Victim:
    """An organisation with its tokens."""

    id: str
    webhook_token: str
    admin_token: str


class Stand:
    """A running service with a quiet organisation; each attack makes a loud one."""

    def __init__(self, service: RunningService, openai: FakeOpenAI) -> None:
        self.service = service
        self.openai = openai
        self.made = 0
        self.quiet = self.organisation("quiet")
        self.redis = redis.Redis(
            unix_socket_path=str(socket_path(service.data_dir.resolve())), protocol=2
        )

    # --- speaking to it ---

    def organisation(self, name: str = "", **openai: Any) -> Victim:
        """A new organisation with an account at the fake."""
        self.made += 1
        org = name or f"loud{self.made}"
        account = {"is_active": True, "api_key": self.openai.key, "base_url": self.openai.base_url}
        self.service.operator("PUT", f"/settings/{org}/openai", {**account, **openai})
        self.service.operator("PUT", f"/settings/{org}/signature", {"phrase": PHRASE})
        return Victim(org, self._token(org, "webhook"), self._token(org, "admin"))

    def _token(self, org: str, scope: str) -> str:
        made = self.service.operator("POST", f"/settings/{org}/tokens", {"scope": scope})
        return cast(str, made["token"])

    def ask(
        self,
        method: str,
        path: str,
        token: str = "",
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One request; `body` becomes JSON, `raw` goes as it is and without a Content-Type."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            raw = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return requests.request(
            method, self.service.url + path, data=raw, headers=sent, timeout=120
        )

    def call(self, victim: Victim, function: str, body: Any, **headers: str) -> requests.Response:
        path = f"/webhooks/{function}"
        return self.ask("POST", path, victim.webhook_token, body, headers=headers)

    def calls(
        self,
        victim: Victim,
        function: str,
        bodies: Iterable[Any],
        at_once: int = 8,
        **headers: str,
    ) -> list[requests.Response]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda one: self.call(victim, function, one, **headers), bodies))

    def connection(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection that a client at this loopback address opens."""
        return socket.create_connection(
            ("127.0.0.1", self.service.port), timeout=60, source_address=(source, 0)
        )

    @property
    def operator_token(self) -> str:
        return (self.service.data_dir / "admin_token").read_text().strip()

    def warm_up(self) -> None:
        """Have each process load what calls need, so that it does not count as kept."""
        chat = [{"question_text": f"Why {n}?"} for n in range(100)]
        self.calls(self.quiet, "parse_via_chat_gpt", chat)
        self.calls(self.quiet, "parse_via_chat_gpt", chat, Prefer="respond-async")
        self.call(self.quiet, "translate_entry", {"entry": {"title": "a"}, "language": "Hindi"})
        self.call(self.quiet, "function_calling", {"prompt": "x", "functions": ["get_buttons"]})
        self.call(self.quiet, "get_buttons", {"buttons_data": "a|b"}, Accept="application/xml")
        self.ask("GET", "/sign-in")

    # --- measuring it ---

    def rss(self) -> float:
        """Memory of the web and job processes, in MB."""
        processes = self.service.web() + self.service.workers()
        return sum(one.memory_info().rss for one in processes) / MB

    def store(self) -> float:
        """The store's `used_memory`, in MB."""
        return cast(float, self.redis.info("memory")["used_memory"] / MB)

    def processes(self) -> set[int]:
        return {one.pid for one in self.service.web() + self.service.workers()}

    def settled(self, before: float) -> float:
        """What the memory comes to once it has had some seconds of ordinary calls."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.rss() > before + MEMORY_GOAL_MB and time.monotonic() < deadline:
            self.call(self.quiet, "get_buttons", {"buttons_data": "Yes|No"})
            time.sleep(0.1)
        return self.rss()

    @contextmanager
    def watched(self) -> Iterator[tuple[Watch, Watch]]:
        """Probes of the process and of another organisation's calls, while the block runs."""
        call = json.dumps({"buttons_data": "Yes|No"}).encode()
        headers = {
            "Authorization": f"Bearer {self.quiet.webhook_token}",
            "Content-Type": "application/json",
        }
        port = self.service.port
        health = Watch(port, "GET", "/healthz")
        neighbour = Watch(port, "POST", "/webhooks/get_buttons", call, headers, 0.03)
        with health, neighbour:
            yield health, neighbour

    def suffer(self, attack: Attack) -> list[Row]:
        """Run an attack and measure what it did to everyone else."""
        memory, store, alive = self.rss(), self.store(), self.processes()
        found: list[Row] = []
        watches: list[tuple[Watch, Watch]] = []
        for _ in range(attack.times):
            with self.watched() as both:
                found = list(attack.run(self))
                time.sleep(LATE_SECONDS)
            watches.append(both)
        stall = statistics.median(health.longest for health, _ in watches)
        p99 = statistics.median(neighbour.p99 for _, neighbour in watches)
        return [
            *found,
            Row("memory kept", self.settled(memory) - memory, MEMORY_GOAL_MB, "MB"),
            Row("store kept", self.store() - store, MEMORY_GOAL_MB, "MB"),
            Row(f"longest /healthz, median of {attack.times}", stall, STALL_GOAL_MS, "ms"),
            Row("another organisation's calls, p99", p99, NEIGHBOUR_GOAL_MS, "ms"),
            Row("processes that died", len(alive - self.processes()), 0),
        ]


def basic(victim: Victim, token: str) -> dict[str, str]:
    credentials = base64.b64encode(f"{victim.id}:{token}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}
