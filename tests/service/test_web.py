"""`flowhook run`: which processes it starts."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.fakes.valkey import Valkey
from tests.fixtures_app import FIRST_KEY
from tests.service.web_process import WebProcess
from tests.waiting import wait_for


@pytest.mark.parametrize(("options", "workers"), [((), 1), (("--no-worker",), 0)])
@pytest.mark.parametrize("redis", ["embedded", "REDIS_URL"])
def test_a_job_worker_runs_beside_it_unless_told(
    tmp_path: Path, redis: str, options: tuple[str, ...], workers: int
) -> None:
    with Valkey(tmp_path / "valkey") as valkey:
        remote = {"REDIS_URL": f"redis://{valkey.address}", "ENCRYPTION_KEYS": FIRST_KEY}
        environment = remote if redis == "REDIS_URL" else {}
        with WebProcess(tmp_path / "data", options=options, **environment) as web:
            wait_for(lambda: job_workers(web) == workers, f"{workers} job workers")
            assert web.is_ready()
            assert job_workers(web) == workers


def job_workers(web: WebProcess) -> int:
    """The master's children that are one; started before the first web worker, if at all."""
    children = psutil.Process(web.process.pid).children()
    return sum("--parent" in child.cmdline() for child in children)
