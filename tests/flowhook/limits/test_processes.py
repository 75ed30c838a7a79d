"""Limits across processes that share one Redis."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from flowhook.errors import RateLimited
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.redis.leases import CALL_SECONDS
from tests.flowhook.limits.caller import organisation

ROOT = Path(__file__).parents[3]


def start(data_dir: Path, callers: int, limit: int, mode: str) -> subprocess.Popen[str]:
    module = [sys.executable, "-m", "tests.flowhook.limits.caller"]
    return subprocess.Popen(
        [*module, str(data_dir), str(callers), str(limit), mode],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_share_ten_places(real_redis: redis.Redis, embedded_data_dir: Path) -> None:
    processes = [start(embedded_data_dir, 25, 10, "together") for _ in range(2)]
    got = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(got) == 10


def test_a_killed_process_loses_its_place(real_redis: redis.Redis, embedded_data_dir: Path) -> None:
    process = start(embedded_data_dir, 1, 1, "forever")
    assert process.stdout and process.stdout.readline() == "held\n"
    process.kill()
    process.communicate()
    acme = organisation(concurrent_calls=1)
    with pytest.raises(RateLimited), Limiter(real_redis).place(acme, Estimate, lambda: 0):
        pass
    later = Limiter(real_redis, clock=lambda: time.time() + CALL_SECONDS + 1)
    with later.place(acme, Estimate, lambda: 0):
        pass
