"""Processes of a benchmark: started on free ports, measured, ended by pid."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def running(command: list[str], port: int, **environment: str):
    """A process that listens on `port`, as psutil sees it."""
    quiet = subprocess.DEVNULL
    env = {**os.environ, **environment}
    process = subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet)
    try:
        wait_for_port(port, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_for_port(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen on {port}")


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def gunicorn(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", *arguments]


def tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cpu_seconds(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        times = process.cpu_times()
        total += times.user + times.system
    return total


def memory_bytes(processes: list[psutil.Process]) -> int:
    return sum(process.memory_info().rss for process in processes)


def call(port: int, headers: dict, body: dict, expected: str, **plan: object) -> subprocess.Popen:
    """Start the load of bench/load.py; `finish` waits for what it saw."""
    process = subprocess.Popen(
        python("bench.load"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    plan_text = json.dumps(
        {
            "port": port,
            "path": "/webhooks/parse_via_chat_gpt",
            "headers": headers,
            "body": body,
            "expected": expected,
            **plan,
        }
    )
    with process.stdin as plan_in:  # type: ignore[union-attr]
        plan_in.write(plan_text)
    return process


def finish(process: subprocess.Popen) -> dict:
    with process:
        return json.loads(process.stdout.read())  # type: ignore[union-attr]
