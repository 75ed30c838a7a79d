"""What an organisation's jobs may hold: counted by every script that changes one, and bounded."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from flowhook.errors import RateLimited
from flowhook.jobs.call import new_job_id
from flowhook.jobs.room import DEAD_SECONDS, MEGABYTE, JobRoom
from flowhook.jobs.store import CALLBACK, DEAD, DONE, GLIFIC, RUN, Job, JobStore
from flowhook.organisations.cipher import Cipher
from flowhook.outcome import Outcome
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key, scan_organisation
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import FIRST_KEY
from tests.fixtures_jobs import JobsService
from tests.flowhook.jobs.processes import CALL

LARGE = replace(CALL, body={"question": "x" * 100_000})
ANSWER = Outcome(200, {"success": True, "answer": "Because."}, "answer")
LONG_ANSWER = Outcome(200, {"success": True, "answer": "y" * 100_000}, "answer")
FEW_BYTES = 4000


def open_store(redis: Any, **room: int) -> JobStore:
    """A store whose clock goes on by a second at each look."""
    seconds = count(1_800_000_000)
    return JobStore(redis, Cipher([FIRST_KEY]), lambda: next(seconds), JobRoom(**room))


def begin(store: JobStore, call: Any = LARGE, deliveries: tuple[str, ...] = ()) -> Job:
    return store.create(new_job_id("acme"), call, deliveries, "a/1")


def has_call(store: JobStore, job: Job) -> bool:
    found = store.find(job.id)
    assert found is not None
    return "call" in found.fields


def counted(store: JobStore) -> dict[str, int]:
    """Bytes by class, after comparing them with the classes' members."""
    found = store.redis.hgetall(org_key("acme", "jobs"))
    for name, total in found.items():
        members = store.redis.zrange(org_key("acme", "jobs", name.decode()), 0, -1)
        assert sum(int(member.split()[0]) for member in members) == int(total)
    return {name.decode(): int(total) for name, total in found.items() if int(total)}


def test_the_call_goes_as_soon_as_no_step_needs_it(any_redis: Client) -> None:
    store = open_store(any_redis)
    plain = begin(store)
    store.finish(plain, "a/1", ANSWER)
    assert not has_call(store, plain)
    both = begin(store, deliveries=(CALLBACK, GLIFIC))
    store.finish(both, "a/1", ANSWER)
    for step in (CALLBACK, GLIFIC):
        assert has_call(store, both)
        store.claim(both.id, step, "a/1")
        store.settle(both.id, step, "a/1", DONE)
    assert not has_call(store, both)
    assert counted(store)["ended"] < FEW_BYTES
    assert "open" not in counted(store)


def test_a_dead_delivery_keeps_what_its_replay_needs(any_redis: Client) -> None:
    store = open_store(any_redis)
    job = begin(store, deliveries=(CALLBACK,))
    store.finish(job, "a/1", ANSWER)
    store.claim(job.id, CALLBACK, "a/1")
    store.settle(job.id, CALLBACK, "a/1", DEAD)
    assert has_call(store, job)
    assert counted(store).keys() == {"dead"}
    org, _, name = job.id.partition(".")
    assert any_redis.ttl(org_key(org, "job", name)) > DEAD_SECONDS - 60
    store.revive(job.id, CALLBACK)
    assert counted(store).keys() == {"open"}
    store.claim(job.id, CALLBACK, "a/1")
    store.settle(job.id, CALLBACK, "a/1", DONE)
    assert not has_call(store, job)


@pytest.mark.parametrize("room", [{"jobs": 3}, {"open_bytes": 250_000}])
def test_beyond_its_room_an_organisations_job_is_refused(
    any_redis: Client, room: dict[str, int]
) -> None:
    store = open_store(any_redis, **room)
    jobs = [begin(store) for _ in range(3)]
    refused = new_job_id("acme")
    with pytest.raises(RateLimited) as caught:
        store.create(refused, LARGE, [])
    assert caught.value.retry_after_seconds
    assert "JOBS_MEGABYTES" in caught.value.fix
    assert store.find(refused) is None
    other = replace(LARGE, organization_id="other")
    store.create(new_job_id("other"), other, [])
    store.finish(jobs[0], "a/1", LONG_ANSWER)
    begin(store)


def test_jobs_that_are_gone_make_room(any_redis: Client) -> None:
    """Such as those of a contact that was erased, or that a process of an older release ended."""
    store = open_store(any_redis, jobs=2)
    deleted, ended = begin(store), begin(store)
    any_redis.delete(org_key("acme", "job", deleted.id.partition(".")[2]))
    any_redis.hset(org_key("acme", "job", ended.id.partition(".")[2]), RUN, DONE)
    begin(store)
    begin(store)
    assert not has_call(store, ended)
    with pytest.raises(RateLimited):
        begin(store)
    assert set(counted(store)) == {"open", "ended"}


def test_a_forgotten_job_is_not_counted(any_redis: Client) -> None:
    store = open_store(any_redis)
    store.forget(begin(store).id)
    assert counted(store) == {}


@pytest.mark.parametrize(("bound", "state"), [("ended_bytes", DONE), ("dead_bytes", DEAD)])
def test_the_oldest_results_make_room(any_redis: Client, bound: str, state: str) -> None:
    store = open_store(any_redis, **{bound: 250_000})
    jobs = [begin(store, CALL, deliveries=(CALLBACK,)) for _ in range(4)]
    for job in jobs:
        store.finish(job, "a/1", LONG_ANSWER)
        store.claim(job.id, CALLBACK, "a/1")
        store.settle(job.id, CALLBACK, "a/1", state)
    assert [store.find(job.id) is not None for job in jobs] == [False, False, True, True]
    assert sum(counted(store).values()) <= 250_000


def test_jobs_past_their_time_are_no_longer_counted(any_redis: Client) -> None:
    now = [1_000_000.0]
    store = JobStore(any_redis, Cipher([FIRST_KEY]), clock=lambda: now[0])
    store.finish(begin(store), "a/1", LONG_ANSWER)
    now[0] += 2 * 86_400
    store.finish(begin(store), "a/1", ANSWER)
    assert counted(store)["ended"] < FEW_BYTES


def test_jobs_accepted_by_an_older_release_are_counted_when_they_end(any_redis: Client) -> None:
    store = open_store(any_redis)
    job = begin(store)
    key = org_key("acme", "job", job.id.partition(".")[2])
    any_redis.hdel(key, "counted")
    any_redis.delete(org_key("acme", "jobs"), org_key("acme", "jobs", "open"))
    assert store.finish(job, "a/1", ANSWER)
    assert counted(store).keys() == {"ended"}


def test_nothing_of_it_stays_for_ever(any_redis: Client) -> None:
    store = open_store(any_redis)
    store.finish(begin(store), "a/1", ANSWER)
    begin(store)
    assert all(any_redis.ttl(key) > 0 for key in scan_organisation(any_redis, "acme"))


def test_the_room_is_told_in_megabytes() -> None:
    room = JobRoom.of(8)
    assert room.open_bytes == room.ended_bytes == 4 * room.dead_bytes == 8 * MEGABYTE


def test_a_caller_is_told_when_to_come_again(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    jobs_unattended.service.organisation(openai)
    store = jobs_unattended.job_services.store
    store.room = JobRoom(jobs=2)
    headers = {"Prefer": "respond-async"}
    for _ in range(2):
        jobs_unattended.accept("get_buttons", {"buttons_data": "Yes|No"}, headers=headers)
    refused = jobs_unattended.service.call(
        "get_buttons", {"buttons_data": "Yes|No"}, headers=headers
    )
    assert refused.status == 429
    assert refused.error["type"] == "rate_limited"
    assert int(refused.headers["Retry-After"]) > 0
