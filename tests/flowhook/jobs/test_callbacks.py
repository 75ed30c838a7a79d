"""Callbacks: signed, retried, keyed by the job, and dead letters an admin can replay."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.receiver import Receiver
from tests.fixtures_app import PHRASE
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def _organisation(jobs_unattended: JobsService, openai: FakeOpenAI) -> None:
    jobs_unattended.service.organisation(openai)
    jobs_unattended.sign()
    jobs_unattended.job_services.job_runner.pauses_seconds = (0.05, 0.05)


def question(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"question_text": "Why?", "callback_url": receiver.url, **more}


def test_a_result_is_posted_signed_and_keyed_by_its_job(
    jobs: JobsService, openai: FakeOpenAI, receiver: Receiver
) -> None:
    openai.say("Because.")
    job_id = jobs.accept("parse_via_chat_gpt", question(receiver))
    jobs.wait_delivered(job_id, "callback")
    [post] = receiver.requests
    assert receiver.bodies() == [
        {"id": job_id, "status": "done", "result": {"success": True, "parsed_msg": "Because."}}
    ]
    assert post.headers["Idempotency-Key"] == job_id
    stamp, _, shown = post.headers["X-Flowhook-Signature"].partition(",v1=")
    assert abs(int(stamp.removeprefix("t=")) - time.time()) < 10
    signed = stamp.removeprefix("t=").encode() + b"." + post.raw
    key = hmac.new(PHRASE.encode(), b"flowhook callback", hashlib.sha256).hexdigest()
    assert shown == hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    assert "X-Glific-Signature" not in post.headers


def test_an_answer_in_time_calls_nobody_back(
    jobs: JobsService, openai: FakeOpenAI, receiver: Receiver
) -> None:
    body = question(receiver, wait_seconds=30)
    assert jobs.service.call("parse_via_chat_gpt", body).status == 200
    assert not receiver.requests


def test_a_failed_job_calls_back_too(
    jobs: JobsService, openai: FakeOpenAI, receiver: Receiver
) -> None:
    openai.remove_key(openai.key)
    job_id = jobs.accept("parse_via_chat_gpt", question(receiver))
    jobs.wait_delivered(job_id, "callback")
    [body] = receiver.bodies()
    assert body["status"] == "failed"
    assert body["result"]["error"]["type"] == "invalid_api_key"


def test_a_late_call_calls_back_through_a_worker(
    jobs: JobsService, openai: FakeOpenAI, receiver: Receiver
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    job_id = jobs.accept("parse_via_chat_gpt", question(receiver, wait_seconds=0.1))
    gate.set()
    jobs.wait_delivered(job_id, "callback")
    assert receiver.keys() == {job_id: 1}


def test_a_receiver_that_fails_is_tried_again_with_the_same_key(
    jobs: JobsService, receiver: Receiver
) -> None:
    receiver.fail(300, 302)
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "callback_url": receiver.url})
    jobs.wait_delivered(job_id, "callback")
    assert receiver.keys() == {job_id: 3}


def test_a_delivery_given_up_is_a_dead_letter_that_can_be_replayed(
    jobs: JobsService, receiver: Receiver
) -> None:
    receiver.fail(500, 500, 500)
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "callback_url": receiver.url})
    jobs.wait_delivered(job_id, "callback", "dead")
    service = jobs.service
    listed = service.admin("GET", "/jobs/dead/acme").json
    [letter] = listed["dead"]
    assert listed["next_cursor"] is None
    assert letter.pop("at").endswith("Z")
    assert letter == {
        "id": job_id,
        "step": "callback",
        "function": "get_buttons",
        "reason": "the receiver answered HTTP 500",
        "tries": 3,
    }
    replay = f"/jobs/dead/acme/{job_id}/replay"
    assert service.request("POST", replay, token=service.tenant.webhook_token).status == 403
    answer = service.admin("POST", replay)
    assert (answer.status, answer.json["steps"]) == (202, ["callback"])
    jobs.wait_delivered(job_id, "callback")
    assert service.admin("GET", "/jobs/dead/acme").json["dead"] == []
    assert service.admin("POST", replay).status == 404
    assert receiver.keys() == {job_id: 4}


def test_what_a_receiver_says_beside_its_status_is_not_read(
    jobs: JobsService, receiver: Receiver
) -> None:
    receiver.answer = {"page": "x" * 200_000}
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "callback_url": receiver.url})
    jobs.wait_delivered(job_id, "callback")
    assert receiver.keys() == {job_id: 1}


def test_a_receiver_that_is_gone_is_not_tried_again(jobs: JobsService, receiver: Receiver) -> None:
    receiver.fail(410)
    url = f" {receiver.url}\n"  # as it was pasted
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "callback_url": url})
    jobs.wait_delivered(job_id, "callback", "dead")
    assert len(receiver.requests) == 1


def test_dead_letters_are_their_organisations_admins(jobs: JobsService) -> None:
    service = jobs.service
    assert service.request("GET", "/jobs/dead/acme").status == 401
    other = service.organisation(org="other")
    assert service.request("GET", "/jobs/dead/acme", token=other.admin_token).status == 403
    assert service.admin("GET", "/jobs/dead/other?cursor=x").status == 400


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x", "ftp://example.org/x", "http://169.254.169.254/x", "nonsense", 5]
)
def test_addresses_that_may_not_be_called_are_refused_at_once(
    jobs_unattended: JobsService, url: Any
) -> None:
    body = {"buttons_data": "a", "callback_url": url, "wait_seconds": 0}
    answer = jobs_unattended.service.call("get_buttons", body)
    assert (answer.status, list(answer.error["fields"])) == (400, ["callback_url"])


def test_without_a_phrase_a_callback_is_refused_at_once(
    jobs_unattended: JobsService, receiver: Receiver
) -> None:
    service = jobs_unattended.service
    service.operator("DELETE", "/settings/acme/signature")
    answer = service.call("get_buttons", {"buttons_data": "a", "callback_url": receiver.url})
    assert (answer.status, list(answer.error["fields"])) == (400, ["callback_url"])
    assert "signature" in answer.error["fix"]


def test_an_unreachable_receiver_is_tried_again(jobs: JobsService) -> None:
    url = FakeOpenAI.closed_base_url()
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "callback_url": url})
    jobs.wait_delivered(job_id, "callback", "dead")
    wait_for(lambda: jobs.service.admin("GET", "/jobs/dead/acme").json["dead"], "a dead letter")
    [letter] = jobs.service.admin("GET", "/jobs/dead/acme").json["dead"]
    assert letter["tries"] == 3
