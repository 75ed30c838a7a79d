"""A question to a person: waited for, answered later, closed, and asked once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from answers.inbox.inbox import Inbox
from answers.inbox.item import InboxItem
from answers.inbox.listing import InboxFilter
from flowhook.jobs.person_runner import job_of
from tests.fakes.receiver import Receiver
from tests.fixtures_app import Answer, Service
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for

ASK = {"question_text": "Can I take this medicine?"}
DAY = 86_400


@pytest.fixture
def acme(jobs: JobsService) -> JobsService:
    jobs.service.organisation()
    return jobs


def inbox_of(jobs: JobsService) -> Inbox:
    found: Inbox = jobs.service.app.extensions[Inbox.NAME]
    return found


def items(jobs: JobsService) -> list[InboxItem]:
    wanted = InboxFilter(("open", "answered", "closed"))
    return inbox_of(jobs).list.page("acme", wanted).items


def ask(jobs: JobsService, **more: Any) -> Answer:
    return jobs.service.call("ask_a_person", {**ASK, **more})


def pending(jobs: JobsService, **more: Any) -> tuple[str, str]:
    """The ids of the job and the ticket of a question."""
    asked = ask(jobs, **more)
    assert asked.status == 202, asked.body
    assert asked.json["status"] == "pending"
    return asked.json["job_id"], asked.json["ticket_id"]


def answer(jobs: JobsService, ticket: str, text: str = "Yes, it is safe.") -> Answer:
    return jobs.service.admin("POST", f"/inbox/acme/{ticket}/answer", {"answer": text})


def test_a_question_is_a_job_until_a_person_answers(acme: JobsService) -> None:
    job_id, ticket = pending(acme, context="A mother", contact={"id": "5", "name": "Asha"})
    assert job_id == job_of("acme", ticket)
    assert acme.show(job_id)["status"] == "running"
    (item,) = items(acme)
    asked = item.asked
    assert (asked.question, asked.context) == (ASK["question_text"], "A mother")
    assert (asked.contact, asked.name, asked.kind) == ("5", "Asha", "ask_a_person")
    assert answer(acme, ticket).status == 200
    job = acme.wait(job_id)
    assert (job["status"], job["result"]) == ("done", answered(ticket))
    wait_for(lambda: items(acme)[0].state.delivery == "delivered", "the delivery to be noted")


def answered(ticket: str, text: str = "Yes, it is safe.") -> dict[str, Any]:
    return {"success": True, "status": "answered", "response": text, "ticket_id": ticket}


def test_who_waits_gets_the_answer_in_time(acme: JobsService) -> None:
    came: list[Answer] = []
    asking = threading.Thread(target=lambda: came.append(ask(acme, wait_seconds=30)))
    asking.start()
    wait_for(lambda: items(acme), "the question")
    ticket = items(acme)[0].id
    answer(acme, ticket)
    asking.join()
    assert (came[0].status, came[0].json) == (200, answered(ticket))


def test_who_waits_in_vain_gets_the_job_and_its_callback(
    acme: JobsService, receiver: Receiver
) -> None:
    acme.sign()
    job_id, ticket = pending(acme, wait_seconds=0.1, callback_url=receiver.url)
    assert acme.show(job_id)["deliveries"] == {"callback": "queued"}
    answer(acme, ticket)
    acme.wait_delivered(job_id, "callback")
    assert receiver.bodies() == [{"id": job_id, "status": "done", "result": answered(ticket)}]


def test_an_answer_in_time_makes_no_callback(acme: JobsService, receiver: Receiver) -> None:
    acme.sign()
    came: list[Answer] = []
    body = {"wait_seconds": 30, "callback_url": receiver.url}
    asking = threading.Thread(target=lambda: came.append(ask(acme, **body)))
    asking.start()
    wait_for(lambda: items(acme), "the question")
    ticket = items(acme)[0].id
    answer(acme, ticket)
    asking.join()
    assert came[0].json == answered(ticket)
    wait_for(lambda: items(acme)[0].state.delivery == "delivered", "the delivery to be noted")
    assert "deliveries" not in acme.show(job_of("acme", ticket))
    assert receiver.requests == []


def test_a_closed_question_ends_its_call(acme: JobsService) -> None:
    job_id, ticket = pending(acme)
    acme.service.admin("POST", f"/inbox/acme/{ticket}/close")
    job = acme.wait(job_id)
    error = job["result"]["error"]
    assert (job["status"], error["type"]) == ("failed", "not_answered")
    assert error["message"] == "the question was closed without an answer"
    assert job["result"]["response"] == error["message"]


def test_nobody_answers_within_a_week(acme: JobsService, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, ticket = pending(acme)
    store = inbox_of(acme).store
    later = store.clock() + 7 * DAY + 1
    monkeypatch.setattr(store, "clock", lambda: later)
    inbox_of(acme).end("acme", ticket)
    error = acme.wait(job_id)["result"]["error"]
    assert (error["type"], error["message"]) == ("not_answered", "nobody answered within 7 days")
    acme.service.flush()
    kinds = {entry["status"] for entry in logged(acme.service)}
    assert kinds == {"ok", "not_answered"}


def test_the_log_tells_of_question_and_answer(acme: JobsService) -> None:
    job_id, ticket = pending(acme)
    answer(acme, ticket)
    acme.wait(job_id)
    acme.service.flush()
    found = logged(acme.service)
    assert [entry["function"] for entry in found] == ["ask_a_person"] * 2
    assert len({entry["request_id"] for entry in found}) == 1


def logged(service: Service) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = service.admin("GET", "/logs/acme").json["logs"]
    return entries


def test_the_same_call_of_a_contact_again_is_the_same_question(acme: JobsService) -> None:
    flow = {"contact": {"id": "5"}, "webhook_log_id": 7}
    first = pending(acme, **flow)
    assert pending(acme, **flow) == first
    assert pending(acme, **{**flow, "webhook_log_id": 8}) != first
    assert pending(acme) != pending(acme)
    assert sorted(item.state.times for item in items(acme)) == [1, 1, 1, 2]


def test_a_job_that_was_lost_is_made_again_for_its_question(acme: JobsService) -> None:
    flow = {"contact": {"id": "5"}}
    job_id, ticket = pending(acme, **flow)
    acme.job_services.store.forget(job_id)
    assert pending(acme, **flow) == (job_id, ticket)
    answer(acme, ticket)
    assert acme.wait(job_id)["result"] == answered(ticket)


def test_an_answer_to_a_job_that_is_gone_fails(acme: JobsService) -> None:
    job_id, ticket = pending(acme)
    acme.job_services.store.forget(job_id)
    answer(acme, ticket)
    wait_for(lambda: items(acme)[0].state.delivery == "failed", "the delivery to fail")
    assert items(acme)[0].state.error == "the call that asked is gone"


@pytest.mark.parametrize("text", ["", "  "])
def test_a_question_has_words(acme: JobsService, text: str) -> None:
    refused = ask(acme, question_text=text)
    assert (refused.status, refused.error["type"]) == (400, "empty_input")
    assert items(acme) == []


def test_a_full_inbox_refuses_and_leaves_no_job(
    acme: JobsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.inbox.store.MAX_OPEN", 0)
    refused = ask(acme)
    assert (refused.status, refused.error["type"]) == (429, "rate_limited")
    assert list(acme.service.redis.scan_iter("fh:{acme}:job:*")) == []


def test_a_question_set_asks_no_people(acme: JobsService) -> None:
    cases = {"target": {"function": "ask_a_person"}, "cases": [{"question": "Why?"}]}
    assert acme.service.admin("PUT", "/question-sets/acme/set", cases).status == 201
    run = acme.service.admin("POST", "/question-sets/acme/set/runs").json["run_id"]
    shown = f"/question-sets/acme/set/runs/{run}"
    wait_for(lambda: acme.service.admin("GET", shown).json["status"] == "done", "the run")
    assert items(acme) == []
