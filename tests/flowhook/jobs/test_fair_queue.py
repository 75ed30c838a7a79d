"""The threads of a worker, shared among organisations."""

from __future__ import annotations

import queue
import threading
from types import SimpleNamespace

import pytest

from flowhook.jobs.call import new_job_id
from flowhook.jobs.fair_queue import FairQueue, owner_of
from flowhook.limits.fair_shares import FairShares
from flowhook.redis.connect import Client
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import OpenService
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for

THREADS = 3
WAITING = 40  # ten times as many as a worker fetches ahead


def item(org: str) -> SimpleNamespace:
    """What dramatiq puts into the queue."""
    return SimpleNamespace(message=SimpleNamespace(args=(new_job_id(org), "run", "")))


def test_jobs_of_another_organisation_start_while_one_hangs(
    open_service: OpenService, any_redis: Client, openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    jobs = JobsService(open_service(any_redis, allow_private_urls=("127.0.0.1",)))
    jobs.service.organisation(openai)
    jobs.start_worker(THREADS)
    hanging = [
        jobs.accept("parse_via_chat_gpt", {"question_text": f"Why {n}?", "wait_seconds": 0})
        for n in range(WAITING)
    ]
    tenant = jobs.service.tenant
    try:
        wait_for(lambda: openai.in_flight == THREADS, "the first organisation's share")
        jobs.service.organisation(org="other")
        quick = [
            jobs.accept("get_buttons", {"buttons_data": "a", "wait_seconds": 0}) for _ in range(5)
        ]
        assert [jobs.wait(job_id)["status"] for job_id in quick] == ["done"] * 5
        assert openai.peak_in_flight == THREADS
    finally:
        gate.set()
    jobs.service.tenant = tenant
    assert {jobs.wait(job_id, seconds=30)["status"] for job_id in hanging} == {"done"}
    asked = [str(request.body) for request in openai.requests]
    assert len(asked) == WAITING  # each once
    jobs.stop_worker()


def test_a_worker_that_ends_gives_back_what_it_held_back(
    open_service: OpenService, any_redis: Client, openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    jobs = JobsService(open_service(any_redis, allow_private_urls=("127.0.0.1",)))
    jobs.service.organisation(openai)
    jobs.start_worker(1)
    accepted = [
        jobs.accept("parse_via_chat_gpt", {"question_text": f"Why {n}?", "wait_seconds": 0})
        for n in range(10)
    ]
    fair_queue = jobs._worker.fair_queue
    wait_for(lambda: fair_queue.held_back() == 9, "the others to be held back")
    ending = threading.Thread(target=jobs.stop_worker)
    ending.start()
    gate.set()
    ending.join()
    assert fair_queue.held_back() == 0
    jobs.job_services.queue._broker = None
    jobs.start_worker(4)
    assert {jobs.wait(job_id)["status"] for job_id in accepted} == {"done"}
    jobs.stop_worker()


def test_a_thread_waits_for_its_organisations_share() -> None:
    fair = FairQueue(FairShares(1))
    first, second, other = item("acme"), item("acme"), item("other")
    fair.put(first)
    fair.put(second)
    assert fair.get(block=False) is first
    with pytest.raises(queue.Empty):
        fair.get(block=False)
    assert fair.held_back() == 1
    fair.put(other)
    assert fair.get(block=False) is other
    got: list[SimpleNamespace] = []
    thread = threading.Thread(target=lambda: got.append(fair.get(timeout=10)))
    thread.start()
    fair.leave(first.message)
    thread.join()
    assert got == [second]


def test_a_closed_queue_wakes_who_waits_and_hands_out_nothing() -> None:
    fair, kept = FairQueue(FairShares(1)), item("acme")
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(queue.Empty):
            fair.get(timeout=3600)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    fair.close()
    assert ended.wait(10)
    fair.put(kept)
    with pytest.raises(queue.Empty):
        fair.get(block=False)
    assert fair.get_nowait() is kept


def test_a_message_of_no_organisation_is_nobodys() -> None:
    assert owner_of(SimpleNamespace(args=("nonsense", "run"))) == ""
    assert owner_of(SimpleNamespace(args=())) == ""
