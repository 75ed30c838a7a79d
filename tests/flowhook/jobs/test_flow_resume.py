"""Glific's flow goes on with a job's result, by its API or by the signed callback."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.fakes.glific import FakeGlific
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import OpenService
from tests.fixtures_jobs import JobsService

NODE: dict[str, Any] = {
    "question_text": "Why?",
    "organization_id": 1,
    "contact": {"id": "5", "name": "Asha"},
    "flow_id": "7",
    "result_name": "gpt",
    "wait_seconds": 0,
}


@pytest.fixture(autouse=True)
def _organisation(jobs_unattended: JobsService, openai: FakeOpenAI, glific: FakeGlific) -> None:
    jobs_unattended.service.organisation(openai)
    jobs_unattended.job_services.job_runner.pauses_seconds = (0.05, 0.05)


def configure(jobs: JobsService, glific: FakeGlific, login: bool = True) -> None:
    section: dict[str, Any] = {"api_url": glific.api_url}
    if login:
        section |= {"phone": glific.phone, "password": glific.password}
    else:
        jobs.sign()
    assert jobs.service.operator("PUT", "/settings/acme/glific", section).status == 201


def test_the_flow_goes_on_with_the_result_under_its_name(
    jobs: JobsService, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    configure(jobs, glific)
    flow = glific.park(7, 5)
    openai.say("Because.")
    job_id = jobs.accept("parse_via_chat_gpt", NODE)
    jobs.wait_delivered(job_id, "glific")
    assert flow.results == {"gpt": {"success": True, "parsed_msg": "Because."}}
    assert flow.resumed == 1


def test_one_session_serves_many_results_and_is_kept_sealed(
    jobs: JobsService, glific: FakeGlific
) -> None:
    configure(jobs, glific)
    for contact in range(3):
        glific.park(7, contact)
        body = {**NODE, "contact": {"id": contact}}
        jobs.wait_delivered(jobs.accept("parse_via_chat_gpt", body), "glific")
    assert glific.logins == 1
    kept = jobs.service.redis.get("fh:{acme}:glific:session")
    assert kept and b"access-1" not in kept


def test_a_failure_reaches_the_flow_as_well(
    jobs: JobsService, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    configure(jobs, glific)
    flow = glific.park(7, 5)
    openai.remove_key(openai.key)
    jobs.wait_delivered(jobs.accept("parse_via_chat_gpt", NODE), "glific")
    assert flow.results["gpt"]["success"] is False
    assert flow.results["gpt"]["error"]["type"] == "invalid_api_key"


def test_without_a_password_the_signed_callback_resumes_the_flow(
    jobs: JobsService, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    configure(jobs, glific, login=False)
    flow = glific.park(7, 5)
    openai.say("Because.")
    body = {**NODE, "webhook_log_id": 12}
    jobs.wait_delivered(jobs.accept("parse_via_chat_gpt", body), "glific")
    assert not glific.dropped
    assert glific.logins == 0
    assert (flow.message, flow.resumed) == ("Success", 1)
    assert flow.results["gpt"]["message"] == "Because."


def test_the_signed_callback_tells_failures_too(
    jobs: JobsService, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    configure(jobs, glific, login=False)
    flow = glific.park(7, 5)
    openai.remove_key(openai.key)
    jobs.wait_delivered(jobs.accept("parse_via_chat_gpt", NODE), "glific")
    assert flow.message == "Failure"
    assert "API key" in flow.results["gpt"]["message"]


def test_ids_that_are_no_whole_numbers_cannot_be_signed_for(
    jobs: JobsService, glific: FakeGlific
) -> None:
    configure(jobs, glific, login=False)
    body = {**NODE, "flow_id": "0a1b"}
    job_id = jobs.accept("parse_via_chat_gpt", body)
    jobs.wait_delivered(job_id, "glific", "dead")
    [letter] = jobs.service.admin("GET", "/jobs/dead/acme").json["dead"]
    assert "flow_id" in letter["reason"]


def test_a_flow_that_waits_for_nothing_is_a_dead_letter(
    jobs: JobsService, glific: FakeGlific
) -> None:
    configure(jobs, glific)
    job_id = jobs.accept("parse_via_chat_gpt", NODE)
    jobs.wait_delivered(job_id, "glific", "dead")
    [letter] = jobs.service.admin("GET", "/jobs/dead/acme").json["dead"]
    assert letter["reason"] == "the contact's flow does not wait for a result"


def test_a_glific_that_is_down_is_tried_again(jobs: JobsService, glific: FakeGlific) -> None:
    configure(jobs, glific)
    flow = glific.park(7, 5)
    glific.down = True
    jobs.job_services.job_runner.pauses_seconds = (0.05,) * 100
    job_id = jobs.accept("parse_via_chat_gpt", NODE)
    jobs.wait(job_id)
    glific.down = False
    jobs.wait_delivered(job_id, "glific")
    assert flow.resumed == 1


def test_a_glific_at_a_private_address_is_never_called(
    open_service: OpenService, fake_redis: Any, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    """Saved while the operator let it through, or before its name led to a private address."""
    configured = JobsService(open_service(fake_redis, allow_private_urls=("127.0.0.1",)))
    configured.service.organisation(openai)
    configure(configured, glific)
    guarded = JobsService(open_service(fake_redis))
    guarded.service.tenant = configured.service.tenant
    guarded.job_services.job_runner.pauses_seconds = ()
    guarded.start_worker()
    job_id = guarded.accept("parse_via_chat_gpt", NODE)
    guarded.wait_delivered(job_id, "glific", "dead")
    guarded.stop_worker()
    assert glific.requests == []


@pytest.mark.parametrize("missing", ["result_name", "flow_id", "contact"])
def test_calls_that_name_no_flow_resume_none(
    jobs: JobsService, glific: FakeGlific, missing: str
) -> None:
    configure(jobs, glific)
    body = {key: value for key, value in NODE.items() if key != missing}
    assert "deliveries" not in jobs.wait(jobs.accept("parse_via_chat_gpt", body))


def test_a_node_goes_on_waiting_in_glific_when_its_wait_is_over(
    jobs: JobsService, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    configure(jobs, glific)
    flow = glific.park(7, 5)
    gate = threading.Event()
    openai.fail(faults.held(gate))
    job_id = jobs.accept("parse_via_chat_gpt", {**NODE, "wait_seconds": "0.4"})
    assert openai.in_flight == 1
    gate.set()
    jobs.wait_delivered(job_id, "glific")
    assert flow.resumed == 1
    assert len(openai.requests) == 1
