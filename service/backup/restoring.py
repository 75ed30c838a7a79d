"""Puts a backup into a store that no process uses, after the whole file was checked.

The file is read twice: first all of it is checked, then it is written. Jobs that had not ended are
queued anew, as the queue is none of a backup's keys: a step that is queued twice finds that it is
done, one that is not queued would never be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from flowhook.batches import batches
from flowhook.jobs.store import CALLBACK, CONVERSATION, DONE, GLIFIC, HELD, QUEUED, RUN
from service.backup.commands import Command
from service.backup.families import QUEUE, SCAN_COUNT, our_keys
from service.backup.file import BackupReader, Counts

AT_ONCE = 200  # commands in a round trip, of at most 256 KiB each
JOBS = b"fh:{*}:job:*"
STEPS = (RUN, CALLBACK, GLIFIC, CONVERSATION)

Send = Callable[[str, str], None]
"""Queues a job's step: (job id, step)."""


def check(reader: BackupReader) -> Counts:
    """Read the whole file. Raises Unreadable."""
    for _ in reader.commands():
        pass
    assert reader.counts is not None  # noqa: S101 - a walk to the end sets it
    return reader.counts


def write(reader: BackupReader, redis: Any) -> None:
    for some in batches(reader.commands(), AT_ONCE):
        carry_out(redis, some)


def held(redis: Any) -> Iterator[bytes]:
    """Every key of a store, the queue's too."""
    return chain(our_keys(redis), redis.scan_iter(match=QUEUE, count=SCAN_COUNT))


def clear(redis: Any) -> None:
    """Remove what a restore replaces."""
    for some in batches(held(redis), AT_ONCE):
        carry_out(redis, [(b"UNLINK", key) for key in some])


def queue_jobs(redis: Any, send: Send) -> int:
    """Queue the next step of each job that had not ended; returns how many there were."""
    number = 0
    for key in redis.scan_iter(match=JOBS, count=SCAN_COUNT):
        states = dict(zip(STEPS, redis.hmget(key, *STEPS), strict=True))
        org, _, name = key.decode().removeprefix("fh:{").partition("}:job:")
        steps = list(_due(states))
        for step in steps:
            send(f"{org}.{name}", step)
        number += bool(steps)
    return number


def _due(states: dict[str, bytes | None]) -> Iterator[str]:
    """The run, or once it is done the deliveries, unless they have ended too."""
    steps = STEPS[1:] if states[RUN] == DONE.encode() else STEPS[:1]
    waiting = (QUEUED.encode(), HELD.encode())
    return (step for step in steps if states[step] in waiting)


def carry_out(redis: Any, commands: Iterable[Command]) -> None:
    """Send the commands in one go; a cluster's client wants their names as text."""
    pipe = redis.pipeline(transaction=False)
    for command in commands:
        pipe.execute_command(command[0].decode(), *command[1:])
    pipe.execute()
