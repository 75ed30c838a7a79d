"""Jobs that wait for a person: parked, found by whoever answers, and held by the dead."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.person_runner import job_of
from flowhook.jobs.room import KEEP_SECONDS
from flowhook.limits.fair_shares import FairShares
from flowhook.outcome import Outcome
from tests.fixtures_app import Answer
from tests.fixtures_jobs import JobsService

ASK = {"question_text": "Why?"}
WEEK = 7 * 86_400


@pytest.fixture
def acme(jobs_unattended: JobsService) -> JobsService:
    """No worker: nothing is done but what a test does."""
    jobs_unattended.service.organisation()
    return jobs_unattended


def ask(jobs: JobsService, **more: Any) -> Answer:
    return jobs.service.call("ask_a_person", {**ASK, **more})


def answer_of(_call: object) -> Outcome:
    return Outcome(200, {"success": True, "response": "Because."}, "response")


def test_a_parked_job_occupies_nothing_and_outlives_the_wait(acme: JobsService) -> None:
    job_id = ask(acme).json["job_id"]
    assert acme.show(job_id)["status"] == "running"
    key = f"fh:{{acme}}:job:{job_id.partition('.')[2]}"
    assert WEEK < acme.service.redis.ttl(key) <= KEEP_SECONDS
    assert acme.service.redis.exists("{dq}:jobs", "{dq}:jobs.DQ") == 0, "no message asks for it"


def test_a_job_is_completed_once(acme: JobsService) -> None:
    job_id = ask(acme).json["job_id"]
    acme.job_services.job_runner.complete(job_id, answer_of)
    assert acme.show(job_id)["result"] == {"success": True, "response": "Because."}
    acme.job_services.job_runner.complete(job_id, lambda call: pytest.fail("again"))


def test_what_is_still_being_accepted_is_completed_later(acme: JobsService) -> None:
    job_id = ask(acme).json["job_id"]
    acme.job_services.store.claim(job_id, "run", "another/1")
    acme.service.redis.set("fh:process:another", b"1")
    with pytest.raises(NotDelivered, match="still being accepted"):
        acme.job_services.job_runner.complete(job_id, answer_of)
    acme.service.redis.delete("fh:process:another")
    acme.job_services.job_runner.complete(job_id, answer_of)
    assert acme.show(job_id)["status"] == "done"


def test_a_job_that_is_gone_cannot_be_completed(acme: JobsService) -> None:
    with pytest.raises(NotDelivered, match="gone") as gone:
        acme.job_services.job_runner.complete(job_of("acme", "x" * 22), answer_of)
    assert gone.value.final


def test_more_calls_than_may_wait_hear_of_their_job_at_once(acme: JobsService) -> None:
    acme.job_services.person_runner.shares = FairShares(1)
    assert acme.job_services.person_runner.shares.take("acme")
    assert ask(acme, wait_seconds=100).status == 202


def test_a_wait_that_ended_gives_its_share_back(acme: JobsService) -> None:
    acme.job_services.person_runner.shares = FairShares(1)
    for _ in range(2):
        assert ask(acme, wait_seconds=0.05).status == 202
    assert acme.job_services.person_runner.shares.take("acme")
