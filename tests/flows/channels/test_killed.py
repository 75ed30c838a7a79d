"""A process that is killed while it works on a contact's message."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import redis

from flowhook.organisations.cipher import Cipher
from flows.channels.contact_queue import ContactQueue
from tests.fixtures_app import FIRST_KEY
from tests.waiting import wait_for

WORKER = """
import sys, threading
from pathlib import Path
from flows.channels.contact_queue import ContactQueue
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import connect

def work(held):
    print("works on", held.item["name"], flush=True)
    threading.Event().wait(60)

redis, cipher = connect(None, Path(sys.argv[1])), Cipher([sys.argv[2]])
queue = ContactQueue(redis, cipher, "inbox", lease_seconds=1.5)
queue.drain("acme", "9198", work)
"""


def test_the_next_process_takes_over_when_the_lease_lapses(
    real_redis: redis.Redis, embedded_data_dir: Path
) -> None:
    queue = ContactQueue(real_redis, Cipher([FIRST_KEY]), "inbox", lease_seconds=1.5)
    for name in ("first", "second"):
        queue.push("acme", "9198", name, {"name": name})
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(embedded_data_dir), FIRST_KEY],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    seen: list[str] = []

    def drain() -> list[str]:
        queue.drain("acme", "9198", lambda held: seen.append(held.item["name"]))
        return seen

    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "works on first\n"
        assert drain() == []
    finally:
        worker.kill()
        worker.communicate()
    assert drain() == [], "the lease outlives the process for a moment"
    assert wait_for(drain, "the lease to lapse") == ["first", "second"]
