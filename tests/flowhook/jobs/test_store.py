"""Jobs in Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowhook.errors import EmptyInput, Internal
from flowhook.jobs.call import new_job_id
from flowhook.jobs.room import KEEP_SECONDS, RESULT_SECONDS
from flowhook.jobs.store import (
    CALLBACK,
    CONVERSATION,
    DEAD,
    DONE,
    GLIFIC,
    HELD,
    QUEUED,
    RUN,
    JobStore,
)
from flowhook.organisations.cipher import Cipher
from flowhook.outcome import Outcome, failed
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.jobs.processes import CALL, ListedQueue, Process

DONE_WELL = Outcome(200, {"success": True, "answer": "Because."}, "answer")


@pytest.fixture
def store(any_redis: Client) -> JobStore:
    return JobStore(any_redis, Cipher([FIRST_KEY]), clock=lambda: 1_767_355_200.25)


@pytest.fixture
def queue() -> ListedQueue:
    return ListedQueue()


def seconds_kept(store: JobStore, job_id: str) -> int:
    org, _, name = job_id.partition(".")
    return int(store.redis.ttl(org_key(org, "job", name)))


def test_a_job_comes_back_as_it_was_written(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    assert process.ran == [CALL]
    job = process.store.find(job_id)
    assert job is not None
    found = process.store.outcome_of(job)
    assert found == process.outcome
    assert (job.status, job.state(CALLBACK)) == ("done", DONE)
    assert process.delivered == [job_id]
    process.killed()


def test_a_step_is_held_by_one_at_a_time(any_redis: Client) -> None:
    store = JobStore(any_redis, Cipher([FIRST_KEY]))
    job_id = new_job_id("acme")
    store.create(job_id, CALL, [])
    assert store.claim(job_id, RUN, "a/1").job is not None
    again = store.claim(job_id, RUN, "a/1")  # the answer to the first was lost on its way
    assert again.job is not None
    assert again.job.tries == 1
    held = store.claim(job_id, RUN, "b/1")
    assert (held.state, held.holder) == (HELD, "a/1")
    assert store.claim(job_id, RUN, "b/1", dead="c/1").state == HELD
    taken = store.claim(job_id, RUN, "b/1", dead="a/1")
    assert taken.job is not None
    assert taken.job.tries == 2
    assert not store.settle(job_id, RUN, "a/1", DONE)
    assert store.settle(job_id, RUN, "b/1", DONE)
    assert store.settle(job_id, RUN, "b/1", DONE)


def test_a_new_job_is_queued_or_held(store: JobStore) -> None:
    queued = store.create(new_job_id("acme"), CALL, [GLIFIC, CALLBACK])
    assert (queued.status, queued.tries, queued.created) == ("queued", 0, 1_767_355_200.25)
    assert queued.deliveries() == [CALLBACK, GLIFIC]
    held = store.create(new_job_id("acme"), CALL, [CONVERSATION], "a/1")
    assert (held.status, held.tries) == ("running", 1)
    for made in (queued, held):
        found = store.find(made.id)
        assert found is not None
        assert (found.organization_id, found.function) == ("acme", "chat")
        assert (found.status, found.deliveries()) == (made.status, made.deliveries())
        assert store.call_of(found) == CALL
        assert store.outcome_of(found) is None
        assert KEEP_SECONDS - 60 < seconds_kept(store, made.id) <= KEEP_SECONDS


def test_a_contact_stays_with_its_job(store: JobStore) -> None:
    call = replace(CALL, contact="7")
    job_id = new_job_id("acme")
    store.create(job_id, call, [])
    job = store.find(job_id)
    assert job is not None
    assert store.call_of(job) == call


def test_the_versions_of_prompts_that_a_call_forces_stay_with_its_job(store: JobStore) -> None:
    call = replace(CALL, prompts={"help": 3})
    job_id = new_job_id("acme")
    store.create(job_id, call, [])
    job = store.find(job_id)
    assert job is not None
    assert store.call_of(job) == call


@pytest.mark.parametrize("job_id", ["", "acme", "acme.", "acme.short", "../x.y"])
def test_what_is_no_jobs_id_finds_none(store: JobStore, job_id: str) -> None:
    assert store.find(job_id) is None


def test_a_result_without_deliveries_is_kept_for_a_day(store: JobStore) -> None:
    for deliveries, most in (([], RESULT_SECONDS), ([CALLBACK], KEEP_SECONDS)):
        job = store.create(new_job_id("acme"), CALL, deliveries, "a/1")
        assert store.finish(job, "a/1", DONE_WELL)
        assert most - 60 < seconds_kept(store, job.id) <= most


def test_a_failure_is_kept_with_its_error(store: JobStore) -> None:
    failure = failed(EmptyInput("question is empty"), "request-1", "answer")
    job = store.create(new_job_id("acme"), CALL, [], "a/1")
    assert not store.finish(job, "b/1", failure)
    assert store.finish(job, "a/1", failure)
    found = store.find(job.id)
    assert found is not None
    assert found.status == "failed"
    read = store.outcome_of(found)
    assert read is not None
    assert (read.status, read.answer, read.main) == (400, failure.answer, "answer")


def test_what_is_dead_is_claimed_again_once_it_is_revived(store: JobStore) -> None:
    job = store.create(new_job_id("acme"), CALL, [], "a/1")
    assert store.settle(job.id, RUN, "a/1", DEAD)
    found = store.find(job.id)
    assert found is not None
    assert found.status == "failed"
    assert store.claim(job.id, RUN, "b/1").state == DEAD
    store.revive(job.id, RUN)
    claimed = store.claim(job.id, RUN, "b/1")
    assert claimed.job is not None
    assert claimed.job.tries == 1


def test_a_forgotten_job_is_gone(store: JobStore) -> None:
    job = store.create(new_job_id("acme"), CALL, [])
    store.forget(job.id)
    assert store.find(job.id) is None
    assert store.claim(job.id, RUN, "a/1").state == "gone"


def test_settling_alone_makes_no_job(store: JobStore) -> None:
    assert not store.settle(new_job_id("acme"), RUN, "a/1", QUEUED)


def test_a_job_whose_key_is_gone_is_told_so(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [])
    process.job_runner.perform(job_id, RUN)
    other = JobStore(any_redis, Cipher([SECOND_KEY]))
    job = other.find(job_id)
    assert job is not None
    with pytest.raises(Internal, match="this job cannot be read") as caught:
        other.outcome_of(job)
    assert "ENCRYPTION_KEYS" in caught.value.fix
    process.killed()
