"""Runs of question sets in Redis.

A run is a hash with its plan (encrypted), status and counts. Beside it stand its cases as they were
(snapshot.py), a hash of its answers (encrypted), and its marks, a letter for each answer. One
script stores an answer and all that counts it, once: whoever performs a run again, after a process
was killed, asks only what has no mark.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.due import DueRuns
from answers.question_sets.runs.room import RUN_BYTES, RunRoom
from answers.question_sets.runs.run import (
    MISSING,
    NANO,
    OPEN,
    QUEUED,
    RUN_SECONDS,
    RUNNING,
    STOPPED,
    Json,
    Plan,
    Run,
)
from answers.question_sets.runs.run_keys import (
    index_key,
    labels_key,
    marks_key,
    results_key,
    run_key,
    set_index,
    sizes_key,
)
from answers.question_sets.runs.sealed_json import SealedJson
from answers.question_sets.runs.snapshot import Snapshots
from flowhook.batches import batches
from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.redis.effects import Effect, write
from flowhook.redis.script import Argument, Script

RUN_ID = re.compile(r"[A-Za-z0-9_-]{22}")
LEAST_ANSWER, MOST_ANSWER = 640, 32_768  # bytes that are kept of an answer
READ_AT_ONCE = 500
UNSENT_SECONDS = 200.0  # after which a run is looked after that nobody queued

FOLDER = Path(__file__).parent
KEEP = Script(FOLDER / "keep_result.lua")
SET_STATUS = Script(FOLDER / "set_status.lua")


class RunStore:
    """Creates, reads and changes runs."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.sealed = SealedJson(cipher)
        self.snapshots = Snapshots(redis, cipher)
        self.due = DueRuns(redis, clock)
        self.room = RunRoom(redis, self._read, clock)
        self.clock = clock

    # --- making and reading -------------------------------------------------------------

    def create(self, org: str, plan: Plan, asked: QuestionSet) -> Run:
        """Store a run that is to be performed, with the set's cases as they are now.

        The oldest runs that are over make room for it. Raises Conflict where too many are not
        over, NotFound where the organisation was deleted.
        """
        self.room.make(org)
        run_id, now = secrets.token_urlsafe(16), round(self.clock(), 3)
        held = self.snapshots.keep(org, run_id, asked, RUN_SECONDS)
        self.due.add(f"{org}.{run_id}", now + UNSENT_SECONDS)  # it may be killed before it sends
        marks = MISSING * len(asked.cases) * plan.repeats
        run = run_key(org, run_id)
        written = write(
            self.redis,
            ("HSET", run, "plan", self.sealed.seal(org, _plan(run_id), plan.as_dict()),
             "status", QUEUED, "created", now, "tokens", 0, "nano", 0, "unpriced", 0),
            ("SET", marks_key(org, run_id), marks, "EX", RUN_SECONDS),
            ("EXPIRE", run, RUN_SECONDS),
            ("ZADD", set_index(org, plan.question_set), now, run_id),
            ("EXPIRE", set_index(org, plan.question_set), RUN_SECONDS),
            ("ZADD", index_key(org), now, run_id),
            ("EXPIRE", index_key(org), RUN_SECONDS),
            ("HSET", sizes_key(org), run_id, held),
            ("EXPIRE", sizes_key(org), RUN_SECONDS),
        )  # fmt: skip
        if not written:
            raise NotFound("this organisation was deleted")
        self.room.keep_newest(org, plan.question_set)
        return self.get(org, run_id)

    def get(self, org: str, run_id: str, question_set: str | None = None) -> Run:
        """Raises NotFound, also for a run of another set than this."""
        found = self.find(org, run_id)
        if found is None or question_set not in (None, found.plan.question_set):
            raise NotFound(
                "there is no such run",
                fix="GET /question-sets/<org>/<name>/runs lists a set's runs of the last 90 days.",
            )
        return found

    def find(self, org: str, run_id: str) -> Run | None:
        return next(iter(self._read(org, [run_id])), None) if RUN_ID.fullmatch(run_id) else None

    def runs(
        self, org: str, question_set: str, count: int, cursor: str = ""
    ) -> tuple[list[Run], str | None]:
        """A page of a set's runs, newest first, and the next page's cursor."""
        start = int(cursor) if cursor else 0
        key = set_index(org, question_set)
        ids = [raw.decode() for raw in self.redis.zrevrange(key, start, start + count)]
        more = str(start + count) if len(ids) > count else None
        return self._read(org, ids[:count]), more

    def newest(self, org: str, question_sets: Sequence[str]) -> dict[str, Run]:
        """The last run of each of these sets that has one, in two round trips."""
        pipe = self.redis.pipeline(transaction=False)
        for name in question_sets:
            pipe.zrevrange(set_index(org, name), 0, 0)
        found = pipe.execute() if question_sets else []
        ids = [raw.decode() for some in found for raw in some]
        return {run.plan.question_set: run for run in self._read(org, ids)}

    def status(self, org: str, run_id: str) -> str | None:
        """None for a run that was deleted."""
        found = self.redis.hget(run_key(org, run_id), "status")
        return found.decode() if found else None

    # --- performing ---------------------------------------------------------------------

    def begin(self, run: Run) -> bool:
        """Note that a run is being performed; returns False if it is over."""
        self._set_status(run, RUNNING, "started", "", [QUEUED])
        return self.status(run.organization_id, run.id) == RUNNING

    def end(self, run: Run, status: str, reason: str = "") -> bool:
        """Note that a run is over, and why; returns False if it was already."""
        return self._set_status(run, status, "ended", reason, OPEN)

    def stop(self, run: Run, reason: str) -> bool:
        return self.end(run, STOPPED, reason)

    def keep(self, run: Run, place: int, mark: str, result: Json) -> str | None:
        """Store an answer once; returns the run's status, None if it was deleted.

        Must be idempotent: a repeat after a lost reply changes nothing.
        """
        org, cost = run.organization_id, result.get("cost")
        sealed = self.sealed.seal(org, _result(run.id, place), result)
        keys = [key(org, run.id) for key in (run_key, results_key, marks_key)]
        status = KEEP.run(
            self.redis,
            [*keys, sizes_key(org)],
            [run.id, place, sealed, mark, result["tokens"], round((cost or 0.0) * NANO),
             int(cost is None), len(sealed)],
        )  # fmt: skip
        return status.decode() if status else None

    def count_try(self, run: Run, place: int) -> int:
        """Count that an answer was asked for in vain; returns how often by now."""
        key = results_key(run.organization_id, run.id)
        tried = write(self.redis, ("HINCRBY", key, f"t:{place}", 1), ("EXPIRE", key, RUN_SECONDS))
        if not tried:
            raise NotFound("this organisation was deleted")
        return int(tried[0])

    def spend(self, run: Run, tokens: int, cost: float | None) -> None:
        """Count what was spent on an answer whose verdict is still to come."""
        key = run_key(run.organization_id, run.id)
        self._note(
            run,
            ("HINCRBY", key, "tokens", tokens),
            ("HINCRBY", key, "nano", round((cost or 0.0) * NANO)),
            ("HINCRBY", key, "unpriced", int(cost is None)),
        )

    def wait(self, run: Run, until: float, reason: str) -> None:
        """Note until when a run waits (epoch seconds), and for which limit."""
        key = run_key(run.organization_id, run.id)
        self._note(run, ("HSET", key, "waits_until", round(until, 3), "waits_for", reason))

    def wait_no_more(self, run: Run) -> None:
        self.redis.hdel(run_key(run.organization_id, run.id), "waits_until", "waits_for")

    def count_failure(self, run: Run) -> int:
        """Count that performing a run failed inside the service; returns how often by now."""
        counted = self._note(run, ("HINCRBY", run_key(run.organization_id, run.id), "failures", 1))
        if not counted:
            raise NotFound("this organisation was deleted")
        return int(counted[0])

    def told(self, run: Run) -> None:
        """Note that all who wait for a run's end were told."""
        self._note(run, ("HSET", run_key(run.organization_id, run.id), "told", 1))

    # --- answers ------------------------------------------------------------------------

    def results(self, run: Run, places: Iterable[int]) -> dict[int, Json]:
        """The answers at these places of the marks, as far as there are any."""
        org, found = run.organization_id, {}
        for some in batches(places, READ_AT_ONCE):
            held = self.redis.hmget(results_key(org, run.id), *map(str, some))
            for place, sealed in zip(some, held, strict=True):
                if sealed:
                    found[place] = self.sealed.open(org, _result(run.id, place), sealed)
        return found

    def cases(self, run: Run, places: Iterable[int]) -> dict[int, Case]:
        """The run's cases at these places of the set's order."""
        return self.snapshots.cases(run.organization_id, run.id, places)

    def asked(self, run: Run) -> tuple[QuestionSet, list[str]]:
        """The set as it was, without its cases, and their ids in order. Raises NotFound."""
        return self.snapshots.head(run.organization_id, run.id)

    # --- labels -------------------------------------------------------------------------

    def label(self, run: Run, labels: Mapping[int, str]) -> None:
        """Keep a person's view, PASSED or FAILS, of cases by their places."""
        key = labels_key(run.organization_id, run.id)
        for some in batches(labels.items(), READ_AT_ONCE):
            flat = [part for place, mark in some for part in (str(place), mark)]
            write(self.redis, ("HSET", key, *flat), ("EXPIRE", key, RUN_SECONDS))

    def labels(self, run: Run) -> dict[int, str]:
        found = self.redis.hgetall(labels_key(run.organization_id, run.id))
        return {int(place): mark.decode() for place, mark in found.items()}

    # --- removing -----------------------------------------------------------------------

    def delete(self, run: Run) -> None:
        """Remove a run with all that belongs to it."""
        self.room.remove(run.organization_id, run.id, run.plan.question_set)

    # --- inside -------------------------------------------------------------------------

    def _read(self, org: str, ids: Sequence[str]) -> list[Run]:
        pipe = self.redis.pipeline(transaction=False)
        for run_id in ids:
            pipe.hgetall(run_key(org, run_id))
            pipe.get(marks_key(org, run_id))
        held = pipe.execute() if ids else []
        return [
            self._run(org, run_id, fields, marks)
            for run_id, fields, marks in zip(ids, held[::2], held[1::2], strict=True)
            if fields and marks is not None
        ]

    def _run(self, org: str, run_id: str, fields: Mapping[bytes, bytes], marks: bytes) -> Run:
        reason = fields.get(b"reason")
        number = {name: float(fields.get(name.encode(), 0)) for name in TIMES}
        known_cost = int(fields.get(b"nano", 0)) / NANO
        is_priced = int(fields.get(b"unpriced", 0)) == 0
        return Run(
            id=run_id,
            organization_id=org,
            plan=Plan.read(self.sealed.open(org, _plan(run_id), fields[b"plan"])),
            status=fields[b"status"].decode(),
            reason=self.sealed.open(org, _reason(run_id), reason) if reason else "",
            tokens=int(fields.get(b"tokens", 0)),
            cost=known_cost if is_priced else None,
            known_cost=known_cost,
            waits_for=fields.get(b"waits_for", b"").decode(),
            is_told=b"told" in fields,
            marks=marks.decode(),
            **number,
        )

    def _note(self, run: Run, *effects: Effect) -> list[Any]:
        """Change a run's hash; what this makes of a run that was deleted ends by itself."""
        ends: Effect = ("EXPIRE", run_key(run.organization_id, run.id), RUN_SECONDS, "NX")
        return write(self.redis, *effects, ends)

    def _set_status(
        self, run: Run, status: str, moment: str, reason: str, before: Sequence[str]
    ) -> bool:
        org = run.organization_id
        sealed = self.sealed.seal(org, _reason(run.id), reason) if reason else b""
        now = round(self.clock(), 3)
        arguments: list[Argument] = [status, moment, now, sealed, *before]
        return bool(SET_STATUS.run(self.redis, [run_key(org, run.id)], arguments))


TIMES = ("created", "started", "ended", "waits_until")


def kept_bytes(answers: int) -> int:
    """How many bytes are kept of each answer of a run that has so many.

    >>> kept_bytes(10), kept_bytes(5000), kept_bytes(50_000)
    (32768, 6710, 671)
    """
    return min(MOST_ANSWER, max(LEAST_ANSWER, RUN_BYTES // max(1, answers)))


def _plan(run_id: str) -> str:
    return f"run plan {run_id}"


def _reason(run_id: str) -> str:
    return f"run reason {run_id}"


def _result(run_id: str, place: int) -> str:
    return f"run result {run_id} {place}"
