"""What a killed process held is taken over, once, and nothing else ever is."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.errors import NotFound, ProviderTimeout, ProviderUnavailable
from flowhook.jobs.call import Call, new_job_id
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.job_runner import JobRunner, NotDelivered
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.store import CALLBACK, DONE, GLIFIC, HELD, QUEUED, RUN, Job, JobStore
from flowhook.organisations.cipher import Cipher
from flowhook.outcome import Outcome, failed
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY

CALL = Call("acme", "chat", {"question": "Why?"}, "request-1", "token-1", "http://here")


class ListedQueue:
    """A queue that a test empties by hand."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, float, str]] = []

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        self.sent.append((job_id, step, delay_seconds, suspect))


class Process:
    """One process's performer; `killed` is what SIGKILL does to its lease."""

    def __init__(self, redis: Any, queue: ListedQueue, patience_seconds: float = 600) -> None:
        self.ran: list[Call] = []
        self.delivered: list[str] = []
        self.failures: list[Exception] = []  # of the next deliveries, in order
        self.outcome = Outcome(200, {"success": True, "answer": "Because."}, "answer")
        self.store = JobStore(redis, Cipher([FIRST_KEY]))
        self.liveness = Liveness(redis)
        self.performer = JobRunner(
            self.store,
            queue,
            self.liveness,
            DeadLetters(self.store, queue),
            self._run,
            {CALLBACK: self, GLIFIC: self},
            patience_seconds,
        )

    def check(self, organisation: Any, call: Call) -> bool:
        return True

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(job.id)

    def hold(self) -> tuple[Job, str]:
        """A job that this process runs, and by which name it holds it."""
        holder = self.liveness.holder()
        return self.store.create(new_job_id("acme"), CALL, [CALLBACK], holder), holder

    def killed(self) -> None:
        self.liveness.close()

    def _run(self, call: Call) -> Outcome:
        self.ran.append(call)
        return self.outcome


@pytest.fixture
def queue() -> ListedQueue:
    return ListedQueue()


def test_a_job_comes_back_as_it_was_written(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.performer.perform(job_id, RUN)
    assert process.ran == [CALL]
    job = process.store.find(job_id)
    assert job is not None
    found = process.store.outcome_of(job)
    assert found == process.outcome
    assert (job.status, job.state(CALLBACK)) == ("done", DONE)
    assert process.delivered == [job_id]
    process.killed()


def test_a_message_that_comes_twice_runs_a_job_once(any_redis: Client, queue: ListedQueue) -> None:
    processes = [Process(any_redis, queue) for _ in range(2)]
    job_id = new_job_id("acme")
    processes[0].store.create(job_id, CALL, [CALLBACK])
    for process in (*processes, *processes):
        process.performer.perform(job_id, RUN)
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
    process.performer.perform(job_id, RUN)
    process.performer.perform(job_id, CALLBACK)
    assert [message[:2] for message in queue.sent] == [(job_id, CALLBACK)] * 2
    process.performer.perform(job_id, CALLBACK)
    assert process.delivered == [job_id]
    process.killed()


def test_each_delivery_that_was_given_up_has_its_letter_and_is_replayed(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [NotDelivered(reason, final=True) for reason in ("gone", "not waiting")]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK, GLIFIC])
    process.performer.perform(job_id, RUN)
    dead = process.performer.dead
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
        process.performer.perform(job_id, step)
    assert process.delivered == [job_id] * 2
    process.killed()


def test_a_replay_that_broke_off_can_be_asked_for_again(
    any_redis: Client, queue: ListedQueue
) -> None:
    process = Process(any_redis, queue)
    process.failures = [NotDelivered("gone", final=True)]
    job_id = new_job_id("acme")
    process.store.create(job_id, CALL, [CALLBACK])
    process.performer.perform(job_id, RUN)
    process.store.revive(job_id, CALLBACK)  # as far as it came
    assert process.performer.dead.replay("acme", job_id) == [CALLBACK]
    assert queue.sent[-1][:2] == (job_id, CALLBACK)
    process.killed()


def test_a_step_held_by_a_living_process_is_looked_at_again_later(
    any_redis: Client, queue: ListedQueue
) -> None:
    holding, looking = Process(any_redis, queue), Process(any_redis, queue)
    job_id = new_job_id("acme")
    holding.store.create(job_id, CALL, [], holding.liveness.holder())
    looking.performer.perform(job_id, RUN)
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
    alive.performer.perform(job.id, RUN)
    assert not alive.ran
    [(_, _, delay, suspect)] = queue.sent
    assert (delay, suspect) == (2.0, holder)
    alive.performer.perform(job.id, RUN, suspect)
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
    alive.performer.perform(job.id, RUN)
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
        process.performer.perform(job_id, RUN)
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
        process.performer.perform(job_id, RUN)
    assert len(process.ran) == 3
    process.killed()


def test_a_job_whose_key_is_gone_is_dropped(any_redis: Client, queue: ListedQueue) -> None:
    process = Process(any_redis, queue)
    process.performer.perform(new_job_id("acme"), RUN)
    assert not process.ran
    assert not queue.sent
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
