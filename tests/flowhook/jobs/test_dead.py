"""Deliveries that were given up."""

from __future__ import annotations

import pytest

from flowhook.errors import NotFound
from flowhook.jobs import dead as letters_of_jobs
from flowhook.jobs.call import new_job_id
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.store import CALLBACK, GLIFIC, RUN
from flowhook.redis.connect import Client
from tests.flowhook.jobs.processes import CALL, ListedQueue, Process


@pytest.fixture
def queue() -> ListedQueue:
    return ListedQueue()


def test_each_delivery_that_was_given_up_has_its_letter_and_is_replayed(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [NotDelivered(reason, final=True) for reason in ("gone", "not waiting")]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK, GLIFIC])
    process.job_runner.perform(job_id, RUN)
    dead = process.job_runner.dead
    letters, _ = dead.page("acme", 10, "")
    assert {(letter["step"], letter["reason"]) for letter in letters} == {
        (CALLBACK, "gone"),
        (GLIFIC, "not waiting"),
    }
    with pytest.raises(NotFound):
        dead.replay("other", job_id)
    assert dead.replay("acme", job_id) == [CALLBACK, GLIFIC]
    assert [message[:2] for message in queue.sent] == [(job_id, CALLBACK), (job_id, GLIFIC)]
    assert dead.page("acme", 10, "") == ([], None)
    for _, step, *_ in list(queue.sent):
        process.job_runner.perform(job_id, step)
    assert process.delivered == [job_id] * 2
    process.killed()


def test_a_replay_that_broke_off_can_be_asked_for_again(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [NotDelivered("gone", final=True)]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    process.store.revive(job_id, CALLBACK)  # as far as it came
    assert process.job_runner.dead.replay("acme", job_id) == [CALLBACK]
    assert queue.sent[-1][:2] == (job_id, CALLBACK)
    process.killed()


def test_letters_are_listed_by_pages_the_newest_first(
    any_redis: Client, queue: ListedQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters_of_jobs, "MAX_DEAD", 3)
    process = Process(any_redis, queue)
    moment = 1_767_355_200.0
    process.store.clock = lambda: moment
    dead = process.job_runner.dead
    for number in range(4):
        moment += 1
        dead.add(process.store.create(new_job_id("acme"), CALL, []), RUN, f"reason {number}")
    page, cursor = dead.page("acme", 2, "")
    assert [letter["reason"] for letter in page] == ["reason 3", "reason 2"]
    assert page[0]["at"] == "2026-01-02T12:00:04Z"
    page, cursor = dead.page("acme", 2, cursor or "")
    assert [letter["reason"] for letter in page] == ["reason 1"]
    assert cursor is None
    assert dead.page("acme", 3, "")[1] is None
    process.killed()


def test_a_job_that_was_not_given_up_has_no_letter(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.job_runner.perform(job_id, RUN)
    for unknown in (job_id, new_job_id("acme"), "nonsense"):
        with pytest.raises(NotFound):
            process.job_runner.dead.replay("acme", unknown)
    assert not queue.sent
    process.killed()
