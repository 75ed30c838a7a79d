"""The servers a benchmark compares, each in front of the same stub upstream."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis
import requests

from bench.processes import free_port, gunicorn, running, tree
from flowhook.redis.embedded import socket_path

EXPECTED = "Blue light scatters"
BODY = {
    "contact": {"id": "5", "name": "Asha", "fields": {"village": {"value": "Rampur"}}},
    "results": {"question": {"input": "Why is the sky blue?", "category": "All Responses"}},
    "organization_id": 1,
    "webhook_log_id": 100000000,
    "question_text": "Why is the sky blue?",
    "gpt_model": "gpt-6-luna",
    "prompt": "Answer a ten-year-old in two sentences.",
}
# With contact and flow named, repeats are recognised, which costs a round trip to Redis.
KEYED_BODY = {**BODY, "flow_id": "7"}
NGINX = """
worker_processes 1; pid {directory}/nginx.pid; error_log /dev/null; daemon off;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  keepalive_requests 1000000;
  upstream stub {{ server 127.0.0.1:{upstream}; keepalive 4096; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://stub/v1/chat/completions; proxy_http_version 1.1;
      proxy_set_header Connection ""; }} }}
}}
"""


@dataclass
class BenchServer:
    """A running server: where it listens, what a call carries, whose CPU counts."""

    name: str
    port: int
    process: psutil.Process
    headers: dict[str, str] = field(default_factory=dict)
    beside: list[psutil.Process] = field(default_factory=list)
    directory: str = ""  # of the service's data

    def processes(self) -> list[psutil.Process]:
        return [*tree(self.process), *self.beside]

    def redis_trips(self) -> int:
        """How often the service's Redis was asked, a whole pipeline once."""
        with redis.Redis(unix_socket_path=str(socket_path(Path(self.directory)))) as store:
            return int(store.info("stats")["total_reads_processed"])


@contextmanager
def flowhook(upstream: int, config: str = "gunicorn.conf.py", **more: str) -> Iterator[BenchServer]:
    """One process as production runs it, all features on, with its embedded Redis."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        environment = {"DATA_DIR": directory, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        environment |= {"HOST": "127.0.0.1", **more}
        command = gunicorn("--config", config)
        with running(command, port, **environment) as process:
            token = _set_up(port, directory, upstream)
            headers = {"Authorization": f"Bearer {token}"}
            yield BenchServer("Flowhook", port, process, headers, _redis_of(directory), directory)


@contextmanager
def naive(upstream: int) -> Iterator[BenchServer]:
    """A plain Flask and requests view on the same gevent worker."""
    port = free_port()
    address = ["-k", "gevent", "-w", "1", "--worker-connections", "5000", "--no-control-socket"]
    command = gunicorn(*address, "-b", f"127.0.0.1:{port}", "bench.naive:app")
    with running(command, port, UPSTREAM=f"http://127.0.0.1:{upstream}/v1") as process:
        yield BenchServer("plain Flask + requests", port, process)


@contextmanager
def nginx(upstream: int) -> Iterator[BenchServer]:
    """nginx as a bare proxy."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        config = Path(directory) / "nginx.conf"
        config.write_text(NGINX.format(directory=directory, upstream=upstream, port=port))
        with running(["nginx", "-c", str(config)], port) as process:
            yield BenchServer("nginx, bare proxy", port, process)


def has_nginx() -> bool:
    return shutil.which("nginx") is not None


def save_prompt(server: BenchServer, name: str, values: dict[str, object]) -> None:
    """Save a prompt of the organisation, and have it answer everybody."""
    admin, path = _admin(server.directory), f"http://127.0.0.1:{server.port}/prompts/bench/{name}"
    for part, body in (("", values), ("/live", {"versions": {"1": 100}})):
        requests.post(path + part, json=body, headers=admin, timeout=10).raise_for_status()


def save_section(server: BenchServer, section: str, values: dict[str, object]) -> None:
    """Save a settings section of the organisation."""
    url = f"http://127.0.0.1:{server.port}/settings/bench/{section}"
    headers = _admin(server.directory)
    requests.put(url, json=values, headers=headers, timeout=10).raise_for_status()


def add_answers(server: BenchServer, csv: bytes) -> None:
    """Import approved answers of the organisation."""
    url = f"http://127.0.0.1:{server.port}/answers/bench/import"
    headers = {**_admin(server.directory), "Content-Type": "text/csv"}
    requests.post(url, data=csv, headers=headers, timeout=60).raise_for_status()


def _admin(directory: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {(Path(directory) / 'admin_token').read_text().strip()}"}


def _set_up(port: int, directory: str, upstream: int) -> str:
    admin = _admin(directory)
    settings = f"http://127.0.0.1:{port}/settings/bench"
    account = {
        "is_active": True,
        "api_key": "sk-bench-0123456789abcdef",
        "base_url": f"http://127.0.0.1:{upstream}/v1",
    }
    # The port listens before the worker is loaded, which takes its time on a busy machine.
    requests.put(f"{settings}/openai", json=account, headers=admin, timeout=60).raise_for_status()
    wanted = {"scope": "webhook"}
    answer = requests.post(f"{settings}/tokens", json=wanted, headers=admin, timeout=10)
    return str(answer.json()["token"])


def _redis_of(directory: str) -> list[psutil.Process]:
    """The embedded server and its supervisor, known by their directory."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if directory in " ".join(process.info["cmdline"] or [])
        or str(process.info["cwd"] or "").startswith(directory)
    ]
