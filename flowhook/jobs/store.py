"""Jobs in Redis: one hash each under its organisation, with message content encrypted.

A job has steps: `run`, and `callback`, `glific` or `conversation` where its result is to be
delivered. A step is queued, held by a process, done, or dead. Holders are compared on every
change (Lua), so a process that was thought dead cannot overwrite what its successor wrote. The
call is kept until no step needs it; what an organisation's jobs hold is counted and bounded by the
same scripts (room.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from flowhook.errors import Internal, RateLimited, read_error
from flowhook.jobs.call import Call, organisation_of_job
from flowhook.jobs.room import JobRoom
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.outcome import Outcome
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script

PARKED = "parked"  # the field of a job that waits for a person, and for no message
TAG = "tag"  # the field with the tag of the contact whose call it is
RUN, CALLBACK, GLIFIC, CONVERSATION = "run", "callback", "glific", "conversation"
QUEUED, HELD, DONE, DEAD = "queued", "held", "done", "dead"

COUNTS: tuple[tuple[str, ...], ...] = ((), ("open",), ("ended",), ("dead",))
FULL_SECONDS = 10  # Retry-After where an organisation has too many unfinished jobs

FOLDER = Path(__file__).parent
ACCOUNT = FOLDER / "account.lua"
CLAIM = Script(FOLDER / "claim.lua", gone="{'gone'}")
CREATE = Script(FOLDER / "create.lua", ACCOUNT)
SETTLE = Script(FOLDER / "settle.lua", ACCOUNT, gone="0")
ADD_DELIVERIES = Script(FOLDER / "add_deliveries.lua", ACCOUNT)
REVIVE = Script(FOLDER / "revive.lua", ACCOUNT, gone="0")
FORGET = Script(FOLDER / "forget.lua", ACCOUNT, gone="0")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as read from Redis; `tries` counts the starts of the current step."""

    id: str
    organization_id: str
    fields: Mapping[str, bytes] = field(repr=False)
    tries: int = 0

    @property
    def created(self) -> float:
        """Epoch seconds."""
        return int(self.fields["created"]) / 1000

    @property
    def function(self) -> str:
        return self.fields["function"].decode()

    @property
    def status(self) -> str:
        """The status shown to callers: queued, running, done or failed."""
        state = self.state(RUN)
        if state == DONE:
            return self.fields["outcome"].decode()
        if state == DEAD:
            return "failed"
        return "running" if state == HELD or PARKED in self.fields else QUEUED

    def state(self, step: str) -> str | None:
        found = self.fields.get(step)
        return found.decode() if found else None

    def deliveries(self) -> list[str]:
        """The steps after the run, in order."""
        return [step for step in (CALLBACK, GLIFIC, CONVERSATION) if step in self.fields]


@dataclass(frozen=True, slots=True)
class JobClaim:
    """The result of claiming a step: `state` is mine, held, done, dead or gone."""

    state: str
    job: Job | None = None
    holder: str = ""


class JobStore:
    """Creates, claims and settles jobs; every change is one round trip."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        clock: Callable[[], float] = time.time,
        room: JobRoom = JobRoom(),  # noqa: B008 - it is frozen
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.clock = clock
        self.room = room

    def create(
        self, job_id: str, call: Call, deliveries: Sequence[str], holder: str | None = None
    ) -> Job:
        """Write a new job; with a holder, its run counts as started.

        Raises RateLimited where the organisation has too many unfinished jobs.
        """
        org = call.organization_id
        sealed = {
            "body": call.body,
            "token_id": call.token_id,
            "origin": call.origin,
            "contact": call.contact,
            **({"prompts": dict(call.prompts)} if call.prompts else {}),
        }
        fields: dict[str, Any] = {
            RUN: HELD if holder else QUEUED,
            f"{RUN}:by": holder or "",
            f"{RUN}:tries": 1 if holder else 0,
            "created": round(self.clock() * 1000),
            "function": call.function,
            "request_id": call.request_id,
            "call": self._seal(org, job_id, "call", sealed),
            **({TAG: self.names.tag_of(org, call.asker)} if call.asker else {}),
            **dict.fromkeys(deliveries, QUEUED),
        }
        if not self._run(CREATE, job_id, self.room.jobs, *_flat(fields)):
            raise RateLimited(
                f"{org} has as many unfinished jobs as it may",
                fix=(
                    "Wait as long as Retry-After says, and send no faster than jobs end; the"
                    " operator can raise JOBS_MEGABYTES."
                ),
                retry_after_seconds=FULL_SECONDS,
            )
        written = {name: str(value).encode() for name, value in fields.items() if name != "call"}
        return _job(job_id, written, tries=fields[f"{RUN}:tries"])

    def revive(self, job_id: str, step: str) -> None:
        """Queue a dead step again, with its count of tries reset."""
        self._run(REVIVE, job_id, step)

    def forget(self, job_id: str) -> None:
        self._run(FORGET, job_id)

    def find(self, job_id: str) -> Job | None:
        if organisation_of_job(job_id) is None:
            return None
        fields = _decoded(self.redis.hgetall(_key(job_id)))
        return _job(job_id, fields) if RUN in fields else None

    def some(self, job_ids: Iterable[str]) -> Iterator[Job]:
        """Those of these jobs that there are, in one round trip."""
        ids = list(job_ids)
        pipe = self.redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.hgetall(_key(job_id))
        for job_id, found in zip(ids, pipe.execute(), strict=True):
            fields = _decoded(found)
            if RUN in fields:
                yield _job(job_id, fields)

    def claim(self, job_id: str, step: str, holder: str, dead: str = "") -> JobClaim:
        """Claim a step, also from `dead`, a holder whose process is known to be dead."""
        found = CLAIM.run(self.redis, [_key(job_id)], [step, holder, dead])
        state = found[0].decode()
        if state == HELD:
            return JobClaim(HELD, holder=found[1].decode())
        if state != "mine":
            return JobClaim(state)
        fields = _decoded(dict(zip(found[2::2], found[3::2], strict=True)))
        return JobClaim(state, _job(job_id, fields, int(found[1])), holder)

    def settle(self, job_id: str, step: str, holder: str, state: str, **more: Any) -> bool:
        """Store the result of a step; returns False if this holder has lost it."""
        return bool(self._run(SETTLE, job_id, step, holder, state, *_flat(more)))

    def park(self, job_id: str, holder: str) -> bool:
        """Let a run wait for whoever completes it, without a message; False if it was lost."""
        return self.settle(job_id, RUN, holder, QUEUED, **{PARKED: 1})

    def add_deliveries(self, job_id: str, deliveries: Sequence[str]) -> bool:
        """Have a job's result delivered in these ways too; False if its run is over or gone."""
        return bool(self._run(ADD_DELIVERIES, job_id, *deliveries))

    def has_run(self, job_id: str) -> bool:
        """Tell whether a job's run is over, or the job is gone."""
        return self.redis.hget(_key(job_id), RUN) not in (QUEUED.encode(), HELD.encode())

    def finish(self, job: Job, holder: str, outcome: Outcome) -> bool:
        """Store the result of a run and queue its deliveries."""
        kept = {"status": outcome.status, "answer": outcome.answer, "main": outcome.main}
        return self.settle(
            job.id,
            RUN,
            holder,
            DONE,
            outcome="failed" if outcome.error else "done",
            error=outcome.error.type if outcome.error else "",
            result=self._seal(job.organization_id, job.id, "result", kept),
        )

    def call_of(self, job: Job) -> Call:
        sealed = self._open(job, "call")
        return Call(
            organization_id=job.organization_id,
            function=job.function,
            body=sealed["body"],
            request_id=job.fields["request_id"].decode(),
            token_id=sealed["token_id"],
            origin=sealed["origin"],
            contact=sealed.get("contact", ""),
            prompts=sealed.get("prompts"),
        )

    def outcome_of(self, job: Job) -> Outcome | None:
        """Return a job's outcome, or None if it has no result yet."""
        if "result" not in job.fields:
            return None
        sealed = self._open(job, "result")
        answer = sealed["answer"]
        error = read_error(answer["error"]) if job.fields["error"] else None
        return Outcome(sealed["status"], answer, sealed["main"], error)

    def _run(self, script: Script, job_id: str, *arguments: Argument) -> Any:
        """Run a script that changes a job and counts it."""
        org, _, name = job_id.partition(".")
        keys = [org_key(org, "job", name), *(org_key(org, "jobs", *rest) for rest in COUNTS)]
        counted = [round(self.clock(), 3), *self.room.arguments()]
        return script.run(self.redis, keys, [*counted, *arguments])

    def _seal(self, org: str, job_id: str, part: str, value: Any) -> bytes:
        return self.cipher.seal(org, f"job {part} {job_id}", orjson.dumps(value))

    def _open(self, job: Job, part: str) -> Any:
        """Raises Internal if no key opens it."""
        purpose = f"job {part} {job.id}"
        try:
            return orjson.loads(self.cipher.open(job.organization_id, purpose, job.fields[part]))
        except CannotDecrypt:
            raise Internal(
                "this job cannot be read: the key that encrypted it is gone",
                fix="The operator puts that key back into ENCRYPTION_KEYS, after the others.",
            ) from None


def _flat(fields: Mapping[str, Argument]) -> list[Argument]:
    return [part for pair in fields.items() for part in pair]


def _key(job_id: str) -> str:
    org, _, name = job_id.partition(".")
    return org_key(org, "job", name)


def _decoded(fields: Mapping[bytes, bytes]) -> dict[str, bytes]:
    return {name.decode(): value for name, value in fields.items()}


def _job(job_id: str, fields: Mapping[str, bytes], tries: int = 0) -> Job:
    return Job(job_id, organisation_of_job(job_id) or "", fields, tries)
