"""Deadlines: `Prefer`, `wait_seconds`, `callback_url` alone, and what a job shows."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.jobs.store import RUN
from flowhook.limits.fair_shares import FairShares
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for

QUESTION = {"question_text": "Why is the sky blue?"}


@pytest.fixture(autouse=True)
def _organisation(jobs_unattended: JobsService, openai: FakeOpenAI) -> None:
    jobs_unattended.service.organisation(openai)


def test_respond_async_becomes_a_job_whose_result_is_the_functions_answer(
    jobs: JobsService, openai: FakeOpenAI
) -> None:
    openai.say("Blue light scatters.")
    answer = jobs.service.call("parse_via_chat_gpt", QUESTION, headers={"Prefer": "respond-async"})
    job_id = answer.json["job_id"]
    assert answer.status == 202
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.headers["Location"] == f"/jobs/{job_id}"
    job = jobs.wait(job_id)
    assert job["id"] == job_id
    assert job["status"] == "done"
    assert job["result"] == {"success": True, "parsed_msg": "Blue light scatters."}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Prefer": "respond-async"}, {}),
        ({"Prefer": "return=minimal, Respond-Async"}, {}),
        ({"Prefer": "wait=0"}, {}),
        ({}, {"wait_seconds": 0}),
        ({}, {"wait_seconds": "0"}),
        ({"Prefer": "wait=100"}, {"wait_seconds": 0}),
    ],
)
def test_who_does_not_wait_is_answered_before_a_worker_begins(
    jobs_unattended: JobsService, openai: FakeOpenAI, headers: dict[str, str], body: dict[str, Any]
) -> None:
    job_id = jobs_unattended.accept("parse_via_chat_gpt", {**QUESTION, **body}, headers=headers)
    assert jobs_unattended.show(job_id)["status"] == "queued"
    assert jobs_unattended.show(job_id)["result"] is None
    assert not openai.requests


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Prefer": "wait=30"}, {}),
        ({"Prefer": "respond-async, wait=30"}, {}),
        ({"Prefer": "wait=2.5"}, {}),
        ({"Prefer": "handling=lenient"}, {}),
        ({"Prefer": "wait=soon"}, {}),
        ({}, {"wait_seconds": 30}),
        ({}, {"wait_seconds": ""}),
        ({"Prefer": "wait=0"}, {"wait_seconds": "30"}),
    ],
)
def test_an_answer_that_is_there_in_time_is_the_plain_answer(
    jobs_unattended: JobsService, openai: FakeOpenAI, headers: dict[str, str], body: dict[str, Any]
) -> None:
    openai.say("Blue.")
    call = jobs_unattended.service.call
    answer = call("parse_via_chat_gpt", {**QUESTION, **body}, headers=headers)
    assert (answer.status, answer.json) == (200, {"success": True, "parsed_msg": "Blue."})


@pytest.mark.parametrize("value", [-1, 121, "soon", True, [4], {"s": 4}])
def test_a_wait_that_is_no_time_is_refused_by_name(
    jobs_unattended: JobsService, value: Any
) -> None:
    answer = jobs_unattended.service.call("parse_via_chat_gpt", {**QUESTION, "wait_seconds": value})
    assert answer.status == 400
    assert list(answer.error["fields"]) == ["wait_seconds"]


def test_a_failure_in_time_is_the_plain_failure(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    openai.remove_key(openai.key)
    call = jobs_unattended.service.call
    answer = call("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 30})
    assert (answer.status, answer.error["type"]) == (502, "invalid_api_key")
    assert answer.json["parsed_msg"] == answer.error["message"]
    told = call("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 30, "failure_status": 200})
    assert (told.status, told.json["error"]["type"]) == (200, "invalid_api_key")


def test_mistakes_are_told_at_once_and_become_no_job(jobs_unattended: JobsService) -> None:
    headers = {"Prefer": "respond-async"}
    answer = jobs_unattended.service.call("parse_via_chat_gpt", {}, headers=headers)
    assert (answer.status, answer.error["type"]) == (400, "empty_input")
    empty = jobs_unattended.service.call(
        "parse_via_chat_gpt", {"question_text": ""}, headers=headers
    )
    assert (empty.status, empty.error["type"]) == (400, "empty_input")


def test_a_late_call_goes_on_where_it_was_and_asks_the_provider_once(
    jobs: JobsService, openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    openai.say("Late, but here.")
    began = time.monotonic()
    answer = jobs.service.call(
        "parse_via_chat_gpt", QUESTION, headers={"Prefer": "wait=1", "X-Request-ID": "late"}
    )
    assert 1 <= time.monotonic() - began < 20
    assert openai.in_flight == 1
    gate.set()
    assert answer.headers["Preference-Applied"] == "wait=1"
    job = jobs.wait(answer.json["job_id"])
    assert job["result"]["parsed_msg"] == "Late, but here."
    assert len(openai.requests) == 1


def test_a_late_call_needs_no_worker(jobs_unattended: JobsService, openai: FakeOpenAI) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    job_id = jobs_unattended.accept("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 0.1})
    assert jobs_unattended.show(job_id)["status"] == "running"
    gate.set()
    assert jobs_unattended.wait(job_id)["status"] == "done"
    assert len(openai.requests) == 1


def test_closing_waits_for_calls_that_became_jobs(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    openai.fail(faults.slow(0.8))
    job_id = jobs_unattended.accept("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 0.1})
    jobs_unattended.job_services.close()
    assert jobs_unattended.show(job_id)["status"] == "done"


def test_a_failed_job_shows_the_error_as_the_call_would_have(
    jobs: JobsService, openai: FakeOpenAI
) -> None:
    openai.remove_key(openai.key)
    job = jobs.wait(jobs.accept("parse_via_chat_gpt", QUESTION, headers={"Prefer": "wait=0"}))
    assert job["status"] == "failed"
    assert job["result"]["success"] is False
    assert job["result"]["error"]["type"] == "invalid_api_key"
    assert job["result"]["parsed_msg"] == job["result"]["error"]["message"]


def test_a_job_waits_for_a_provider_that_is_away(jobs: JobsService, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(503, headers={"x-should-retry": "false"}))
    openai.say("Back again.")
    job_id = jobs.accept("parse_via_chat_gpt", QUESTION, headers={"Prefer": "respond-async"})
    job = jobs.wait(job_id, seconds=15)
    assert job["result"] == {"success": True, "parsed_msg": "Back again."}
    assert len(openai.requests) == 2


def test_only_its_own_organisation_sees_a_job(jobs_unattended: JobsService) -> None:
    service = jobs_unattended.service
    job_id = jobs_unattended.accept("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 0})
    own = service.tenant
    assert service.request("GET", f"/jobs/{job_id}").status == 401
    assert service.operator("GET", f"/jobs/{job_id}").status == 200
    other = service.organisation(org="other")
    for token in (other.webhook_token, other.admin_token):
        assert service.request("GET", f"/jobs/{job_id}", token=token).status == 403
    assert service.request("GET", f"/jobs/{job_id}", token=own.admin_token).status == 200
    guessed = job_id[:-1] + ("A" if job_id[-1] != "A" else "B")
    for wrong in (guessed, "acme.x", "acme", "..", "acme.%7B%7D"):
        answer = service.request("GET", f"/jobs/{wrong}", token=own.webhook_token)
        assert answer.status == 404, wrong


def test_jobs_are_sealed_in_redis(jobs: JobsService, openai: FakeOpenAI) -> None:
    openai.say("A secret answer.")
    body = {"question_text": "A secret question?", "wait_seconds": 0}
    jobs.wait(jobs.accept("parse_via_chat_gpt", body))
    store = jobs.service.redis
    everything = b"".join(store.dump(key) or b"" for key in store.scan_iter() if b":log" not in key)
    assert b"secret question" not in everything
    assert b"secret answer" not in everything
    job_keys = list(store.scan_iter(match="fh:{acme}:job:*"))
    assert job_keys
    assert all(0 < store.ttl(key) <= 7 * 86_400 for key in job_keys)


def test_every_function_can_be_a_job(jobs: JobsService) -> None:
    body = {"buttons_data": "Yes|No", "wait_seconds": 0}
    job = jobs.wait(jobs.accept("get_buttons", body))
    assert job["result"]["button_count"] == 2


def test_a_job_is_recorded_once_with_its_requests_id(jobs: JobsService, openai: FakeOpenAI) -> None:
    headers = {"Prefer": "respond-async", "X-Request-ID": "mine-1"}
    jobs.wait(jobs.accept("parse_via_chat_gpt", QUESTION, headers=headers))
    jobs.service.flush()
    logs = jobs.service.admin("GET", "/logs/acme").json["logs"]
    assert [entry["request_id"] for entry in logs] == ["mine-1"]


def test_places_beside_requests_are_bounded_and_the_rest_goes_to_a_worker(
    jobs: JobsService, openai: FakeOpenAI
) -> None:
    jobs.job_services.inline_runner.shares = FairShares(0)
    job_id = jobs.accept("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 30})
    assert jobs.wait(job_id)["status"] == "done"
    wait_for(lambda: len(openai.requests) == 1, "one request")


class LostQueue:
    """Takes every message, and then its answer is lost."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        self.sent.append(job_id)
        raise RedisConnectionError("away")


def test_a_call_whose_queue_is_away_is_answered_when_it_is_done_and_runs_no_more(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    jobs, queue = jobs_unattended, LostQueue()
    jobs.job_services.inline_runner.queue = queue
    openai.say("Blue.")
    openai.fail(faults.slow(0.3))
    answer = jobs.service.call("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 0.1})
    assert (answer.status, answer.json["parsed_msg"]) == (200, "Blue.")
    [job_id] = queue.sent
    assert jobs.job_services.store.find(job_id) is None


def test_a_job_that_cannot_be_queued_is_refused_and_runs_not(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    jobs, queue = jobs_unattended, LostQueue()
    jobs.job_services.inline_runner.queue = queue
    answer = jobs.service.call("parse_via_chat_gpt", {**QUESTION, "wait_seconds": 0})
    assert (answer.status, answer.error["type"]) == (503, "overloaded")
    [job_id] = queue.sent
    jobs.job_services.job_runner.perform(job_id, RUN)
    assert not openai.requests
