"""What jobs hold of a contact: their calls, results and dead letters.

A job has the tag of the contact whose call it is. One that a process of an older release wrote has
none: its call tells, as long as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flowhook.batches import batches
from flowhook.errors import Internal
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.store import COUNTS, TAG, Job, JobStore
from flowhook.redis.keys import org_key
from flowhook.turns import in_turns

AT_ONCE = 200

AskerOf = Callable[[Mapping[str, Any]], str]
"""From the body of a call to the contact whose call it is."""


class ContactJobs:
    """Exports and erases the jobs of contacts."""

    def __init__(self, store: JobStore, dead: DeadLetters, asker_of: AskerOf) -> None:
        self.store = store
        self.dead = dead
        self.asker_of = asker_of

    def export(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        for job in self._jobs(org, contact):
            shown = {"id": job.id, "function": job.function, "status": job.status}
            call = self._call_of(job)
            outcome = self.store.outcome_of(job)
            yield {
                **shown,
                **({"request": call} if call is not None else {}),
                **({"answer": outcome.answer} if outcome else {}),
            }

    def erase(self, org: str, contact: str) -> dict[str, int]:
        """Remove the jobs, whatever their state: one that runs ends, and stores nothing."""
        jobs = letters = 0
        for job in self._jobs(org, contact):
            letters += self.dead.forget(job)
            self.store.forget(job.id)
            jobs += 1
        return {"jobs": jobs, "dead_letters": letters}

    def _jobs(self, org: str, contact: str) -> Iterator[Job]:
        tag = self.store.names.tag_of(org, contact).encode()
        for job in in_turns(self._all(org)):
            if TAG in job.fields:
                is_theirs = job.fields[TAG] == tag
            else:
                is_theirs = self.asker_of(self._call_of(job) or {}) == contact
            if is_theirs:
                yield job

    def _all(self, org: str) -> Iterator[Job]:
        """Every job of an organisation, read by some at a time."""
        for kind in COUNTS[1:]:
            found = self.store.redis.zscan_iter(org_key(org, "jobs", *kind), count=AT_ONCE)
            names = (member.decode().partition(" ")[2] for member, _ in found)
            for some in batches(names, AT_ONCE):
                yield from self.store.some(f"{org}.{name}" for name in some)

    def _call_of(self, job: Job) -> Mapping[str, Any] | None:
        try:
            return self.store.call_of(job).body if "call" in job.fields else None
        except Internal:  # no key opens it, so nobody can say whose it is
            return None
