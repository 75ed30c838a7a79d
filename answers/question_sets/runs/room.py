"""Keeps what an organisation's runs take within bounds: old ones that are over make room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from answers.question_sets.runs.run import OPEN, RUN_SECONDS, Run
from answers.question_sets.runs.run_keys import (
    index_key,
    labels_key,
    marks_key,
    results_key,
    run_key,
    set_index,
    sizes_key,
)
from answers.question_sets.runs.snapshot import snapshot_key
from flowhook.errors import Conflict

RUNS_A_SET = 100
MAX_OPEN = 20  # runs of an organisation that are not over
MAX_BYTES = 256 * 1024 * 1024  # of all runs of an organisation
RUN_BYTES = 32 * 1024 * 1024  # of one run's answers

Read = Callable[[str, Sequence[str]], list[Run]]
"""(organisation, ids): those of these runs that there are."""


class RunRoom:
    """Removes runs; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, read: Read, clock: Callable[[], float]) -> None:
        self.redis = redis
        self.read = read
        self.clock = clock

    def make(self, org: str) -> None:
        """Remove the oldest runs that are over while all of them take too many bytes for one more.

        Raises Conflict where too many runs are not over.
        """
        self.redis.zremrangebyscore(index_key(org), "-inf", self.clock() - RUN_SECONDS)
        ids = [raw.decode() for raw in self.redis.zrange(index_key(org), 0, -1)]
        is_open = self._open(org, ids)
        if len(is_open) >= MAX_OPEN:
            raise Conflict(
                f"{len(is_open)} runs of this organisation are not over yet",
                fix="Wait until some are, or stop them.",
            )
        sizes = self._sizes(org, ids)
        held = sum(sizes.values())
        for run_id in ids:
            if held + RUN_BYTES <= MAX_BYTES:
                return
            if run_id not in is_open:
                held -= sizes.get(run_id, 0)
                found = self.read(org, [run_id])
                self.remove(org, run_id, found[0].plan.question_set if found else "")

    def keep_newest(self, org: str, question_set: str) -> None:
        """Remove runs of a set that are over, beyond its newest, and forget those that lapsed."""
        key = set_index(org, question_set)
        self.redis.zremrangebyscore(key, "-inf", self.clock() - RUN_SECONDS)
        ids = self.redis.zrevrange(key, RUNS_A_SET, -1)
        for run in self.read(org, [raw.decode() for raw in ids]):
            if run.is_over:
                self.remove(org, run.id, question_set)

    def remove(self, org: str, run_id: str, question_set: str) -> None:
        """Remove a run with all that belongs to it; `question_set` is empty where nobody knows."""
        pipe = self.redis.pipeline(transaction=True)
        pipe.unlink(
            run_key(org, run_id),
            results_key(org, run_id),
            marks_key(org, run_id),
            labels_key(org, run_id),
            snapshot_key(org, run_id),
        )
        pipe.hdel(sizes_key(org), run_id)
        pipe.zrem(index_key(org), run_id)
        if question_set:
            pipe.zrem(set_index(org, question_set), run_id)
        pipe.execute()

    def _open(self, org: str, ids: Sequence[str]) -> set[str]:
        """Those of these runs that are not over."""
        pipe = self.redis.pipeline(transaction=False)
        for run_id in ids:
            pipe.hget(run_key(org, run_id), "status")
        still = {status.encode() for status in OPEN}
        found = zip(ids, pipe.execute() if ids else [], strict=True)
        return {run_id for run_id, status in found if status in still}

    def _sizes(self, org: str, ids: Sequence[str]) -> dict[str, int]:
        """The bytes of these runs; those of others, which lapsed, are forgotten."""
        held = self.redis.hgetall(sizes_key(org))
        sizes = {raw.decode(): int(size) for raw, size in held.items()}
        unknown = sizes.keys() - set(ids)
        if unknown:
            self.redis.hdel(sizes_key(org), *unknown)
        return {run_id: size for run_id, size in sizes.items() if run_id not in unknown}
