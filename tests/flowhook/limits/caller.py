"""A process that takes places.

    python -m tests.flowhook.limits.caller DATA_DIR CALLERS LIMIT MODE

`together`: CALLERS threads try at once and hold what they get until everyone has tried, in
other processes too; prints how many got a place. `forever`: takes one place, says so, and
waits to be killed.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flowhook.errors import RateLimited
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import connect
from tests.waiting import wait_for

STARTED, TRIED = "fh:{acme}:test:started", "fh:{acme}:test:tried"
EVERYONE = 50


def organisation(**limits: int) -> Organisation:
    return Organisation("acme", {"limits": limits}, {})


def try_once(redis: Any, limit: int) -> bool:
    """Whether it got a place; leaves it only when everyone has tried."""
    limiter = Limiter(redis)
    redis.incr(STARTED)
    wait_for(lambda: int(redis.get(STARTED)) == EVERYONE, "everyone to start", seconds=30)
    try:
        with limiter.place(organisation(concurrent_calls=limit), Estimate, lambda: 0):
            redis.incr(TRIED)
            wait_for(lambda: int(redis.get(TRIED)) == EVERYONE, "everyone to try", seconds=30)
            return True
    except RateLimited:
        redis.incr(TRIED)
        return False


def hold_forever(redis: Any, limit: int) -> None:
    with Limiter(redis).place(organisation(concurrent_calls=limit), Estimate, lambda: 0):
        print("held", flush=True)
        threading.Event().wait()


def main() -> None:
    data_dir, callers, limit, mode = sys.argv[1:]
    with connect(None, Path(data_dir)) as redis:
        if mode == "forever":
            hold_forever(redis, int(limit))
        with ThreadPoolExecutor(int(callers)) as pool:
            got = pool.map(lambda _: try_once(redis, int(limit)), range(int(callers)))
            print(sum(got))


if __name__ == "__main__":
    main()
