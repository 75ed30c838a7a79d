"""What a killed process held is taken over, once, and nothing else ever is."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.errors import ProviderTimeout, ProviderUnavailable
from flowhook.jobs.call import new_job_id
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.room import RESULT_SECONDS
from flowhook.jobs.store import CALLBACK, DEAD, GLIFIC, QUEUED, RUN
from flowhook.outcome import failed
from flowhook.providers.steps import StillAtWork
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.flowhook.jobs.processes import CALL, ListedQueue, Process


def seconds_kept(redis: Client, job_id: str) -> int:
    org, _, name = job_id.partition(".")
    return int(redis.ttl(org_key(org, "job", name)))


@pytest.fixture
def queue() -> ListedQueue:
    return ListedQueue()


def test_a_message_that_comes_twice_runs_a_job_once(any_redis: Client, queue: ListedQueue) -> None:
    processes = [Process(any_redis, queue) for _ in range(2)]
    job_id = new_job_id("acme")
    processes[0].store.create(job_id, CALL, [CALLBACK])
    for process in (*processes, *processes):
        process.job_runner.perform(job_id, RUN)
    assert sum(len(process.ran) for process in processes) == 1
    assert sum(len(process.delivered) for process in processes) == 1
    for process in processes:
        process.killed()


def test_a_delivery_whose_store_was_away_is_tried_again(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [RedisConnectionError("away"), OSError("away")]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    process.job_runner.perform(job_id, CALLBACK)
    assert [message[:2] for message in queue.sent] == [(job_id, CALLBACK)] * 2
    process.job_runner.perform(job_id, CALLBACK)
    assert process.delivered == [job_id]
    process.killed()


def test_a_step_held_by_a_living_process_is_looked_at_again_later(
    any_redis: Client, queue: ListedQueue
) -> None:
    holding, looking = Process(any_redis, queue), Process(any_redis, queue)
    job_id = new_job_id("acme")
    holding.store.create(job_id, CALL, [], holding.liveness.holder())
    looking.job_runner.perform(job_id, RUN)
    assert not looking.ran
    assert queue.sent == [(job_id, RUN, looking.liveness.seconds, "")]
    holding.killed()
    looking.killed()


def test_what_a_killed_process_held_is_run_after_a_second_look(
    any_redis: Client, queue: ListedQueue
) -> None:
    dead, alive = Process(any_redis, queue), Process(any_redis, queue)
    job, holder = dead.hold()
    dead.killed()
    alive.job_runner.perform(job.id, RUN)
    assert not alive.ran
    [(_, _, delay, suspect)] = queue.sent
    assert (delay, suspect) == (2.0, holder)
    alive.job_runner.perform(job.id, RUN, suspect)
    assert len(alive.ran) == 1
    assert alive.delivered == [job.id]
    # What was thought dead and was not cannot overwrite its successor.
    assert not dead.store.finish(job, holder, dead.outcome)
    alive.killed()


def test_a_job_whose_worker_died_between_result_and_delivery_is_delivered(
    any_redis: Client, queue: ListedQueue
) -> None:
    dead, alive = Process(any_redis, queue), Process(any_redis, queue)
    job, holder = dead.hold()
    assert dead.store.finish(job, holder, dead.outcome)
    dead.killed()
    alive.job_runner.perform(job.id, RUN)
    assert not alive.ran
    assert alive.delivered == [job.id]
    alive.killed()


def test_waiting_for_a_provider_ends_with_patience(any_redis: Client, queue: ListedQueue) -> None:
    away = failed(ProviderUnavailable("away"), "request-1", "answer")
    for patience, state in ((600, QUEUED), (0, "failed")):
        process = Process(any_redis, queue, patience)
        process.outcome = away
        job_id = new_job_id("acme")
        process.store.create(job_id, CALL, [])
        queue.sent.clear()
        process.job_runner.perform(job_id, RUN)
        job = process.store.find(job_id)
        assert job is not None
        assert job.status == state
        assert bool(queue.sent) is (state == QUEUED)
        process.killed()


def test_a_provider_that_may_have_charged_is_asked_three_times(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.outcome = failed(ProviderTimeout("too late"), "request-1", "answer")
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [])
    for _ in range(5):
        process.job_runner.perform(job_id, RUN)
    assert len(process.ran) == 3
    process.killed()


def test_a_provider_that_is_still_at_work_is_waited_for(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.outcome = failed(StillAtWork("not yet", retry_after_seconds=7), "request-1", "answer")
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [])
    for _ in range(5):
        process.job_runner.perform(job_id, RUN)
    assert len(process.ran) == 5
    assert min(delay for _, _, delay, _ in queue.sent) >= 7
    process.killed()


def test_a_job_whose_key_is_gone_is_dropped(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    process.job_runner.perform(new_job_id("acme"), RUN)
    assert not process.ran
    assert not queue.sent
    process.killed()


def test_a_delivery_is_given_up_after_its_last_pause(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    process.job_runner.pauses_seconds = (10.0, 20.0)
    process.failures = [NotDelivered("busy") for _ in range(3)]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    process.job_runner.perform(job_id, CALLBACK)
    process.job_runner.perform(job_id, CALLBACK)
    first, second = (delay for _, _, delay, _ in queue.sent)
    assert 8 <= first <= 12
    assert 16 <= second <= 24
    job = process.store.find(job_id)
    assert job is not None
    assert job.state(CALLBACK) == DEAD
    process.killed()


def test_a_step_that_breaks_is_buried_and_does_not_come_again(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [ValueError("a fault of ours")]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    [letter], _ = process.job_runner.dead.page("acme", 10, "")
    assert (letter["step"], letter["reason"]) == (
        CALLBACK,
        "an internal error; the log tells more",
    )
    assert not queue.sent
    process.killed()


def test_a_job_is_kept_for_a_day_after_its_last_delivery(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK, GLIFIC])
    process.failures = [NotDelivered("busy")]
    process.job_runner.perform(job_id, RUN)
    assert seconds_kept(any_redis, job_id) > RESULT_SECONDS
    process.job_runner.perform(job_id, CALLBACK)
    assert 0 < seconds_kept(any_redis, job_id) <= RESULT_SECONDS
    process.killed()
