"""Where an organisation requires consent, nothing of a contact leaves before it is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say, texts
from tests.waiting import wait_for
from tests.web.visitor import Visitor
from webhooks.registry import load_functions

ASHA = "919812345678"
LEAVING = [one.name for one in load_functions() if one.leaves]
STAYING = [one.name for one in load_functions() if not one.leaves]
ASK: dict[str, Any] = {"question_text": "Why?", "contact": {"id": ASHA}}


def require(service: Service, consent: str = "required") -> None:
    stored = service.admin("PUT", "/settings/acme/guardrails", {"consent": consent})
    assert stored.status in (200, 201), stored.body


def record(service: Service, given: bool) -> None:
    body = {"contact": {"id": ASHA}, "given": given}
    assert service.call("record_consent", body).status == 200


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    require(service)
    return service


@pytest.mark.parametrize("name", LEAVING)
def test_every_function_that_sends_something_waits_for_it(
    acme: Service, openai: FakeOpenAI, name: str
) -> None:
    example = dict(load_functions().find(name).example)  # type: ignore[union-attr]
    for contact in ({}, {"contact": {"id": ASHA}}):
        refused = acme.call(name, {**example, **contact})
        assert (refused.status, refused.error["type"]) == (403, "blocked")
        assert "consent" in refused.error["message"]
    assert openai.requests == []
    assert acme.redis.zcard("fh:{acme}:limits:requests") == 0


@pytest.mark.parametrize("name", STAYING)
def test_functions_that_send_nothing_do_not(acme: Service, openai: FakeOpenAI, name: str) -> None:
    example = load_functions().find(name).example  # type: ignore[union-attr]
    assert acme.call(name, example).status != 403
    assert openai.requests == []


def test_what_guardrails_may_have_judged_by_a_model_waits_for_it_too() -> None:
    assert [one.name for one in load_functions() if one.words is not None and not one.leaves] == []


def test_it_is_given_and_withdrawn(acme: Service, openai: FakeOpenAI) -> None:
    record(acme, given=True)
    assert acme.call("parse_via_chat_gpt", ASK).status == 200
    other = {**ASK, "contact": {"id": "918"}}
    assert acme.call("parse_via_chat_gpt", other).status == 403
    record(acme, given=False)
    assert acme.call("parse_via_chat_gpt", {**ASK, "question_text": "And now?"}).status == 403
    assert len(openai.requests) == 1


def test_a_call_that_was_refused_may_be_made_again(acme: Service) -> None:
    """Glific repeats calls; the refusal is no answer for a repeat once consent is given."""
    body = {**ASK, "flow": {"id": "7"}}
    assert acme.call("parse_via_chat_gpt", body).status == 403
    record(acme, given=True)
    assert acme.call("parse_via_chat_gpt", body).status == 200


def test_a_job_waits_for_it_too(jobs: JobsService, openai: FakeOpenAI) -> None:
    jobs.service.organisation(openai)
    require(jobs.service)
    accepted = jobs.service.call("parse_via_chat_gpt", ASK, headers={"Prefer": "respond-async"})
    job = accepted.json["job_id"]

    def shown() -> str:
        return json.dumps(jobs.service.admin("GET", f"/jobs/{job}").json)

    wait_for(lambda: "blocked" in shown(), "the job's end")
    assert openai.requests == []


def test_a_page_that_tries_a_function_needs_none(acme: Service, openai: FakeOpenAI) -> None:
    visitor = Visitor(acme.app)
    visitor.sign_in(acme.tenant.admin_token)
    tried = visitor.post(
        "/organisations/acme/functions/parse_via_chat_gpt", {"question_text": "Why?"}
    )
    assert tried.status == 200
    assert len(openai.requests) == 1


CONSENT: dict[str, Any] = {
    "type": "set_contact_field",
    "field": {"key": "settings", "name": "Consent"},
}
HOOK = {
    "url": "parse_via_chat_gpt",
    "result_name": "said",
    "body": json.dumps({"question_text": "Why?", "contact": "@contact"}),
}


def flow(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": "f",
        "name": "F",
        "keywords": ["go"],
        "nodes": [
            {"id": "settings", "actions": [action], "to": "ask"},
            {"id": "ask", "webhook": HOOK, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "Answered"},
            {"id": "no", "send": "Refused"},
        ],
    }


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ({**CONSENT, "value": "optin"}, "Answered"),
        ({**CONSENT, "value": "optout"}, "Refused"),
        ({"type": "set_contact_settings", "consent": "given", "purpose": "Answers"}, "Answered"),
        ({"type": "set_contact_settings", "consent": "perhaps"}, "Refused"),
    ],
)
def test_a_flow_of_this_service_records_it_at_once(
    acme: Service, action: dict[str, Any], wanted: str
) -> None:
    publish(acme, flow(action))
    assert texts(say(acme, "go", ASHA)) == [wanted]
    kept = acme.admin("GET", f"/contacts/acme/{ASHA}/consent").json
    assert kept["consent"] != "given" or (kept["how"], kept["by"]) == ("flow", "f")


def test_opting_in_is_recorded_before_it_is_required(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    publish(service, flow({**CONSENT, "value": "optin"}))
    assert texts(say(service, "go", "1")) == ["Answered"]
    assert not service.redis.exists("fh:{acme}:consent")  # without guardrails nothing is kept
    require(service, "not_needed")
    assert texts(say(service, "go", "1")) == ["Answered"]
    require(service)
    assert service.call("parse_via_chat_gpt", {**ASK, "contact": {"id": "1"}}).status == 200


def test_it_costs_one_read_and_none_where_it_is_not_required(
    service: Service, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.organisation(openai)
    read: list[str] = []
    hget = service.redis.hget

    def counted(key: str, field: str) -> Any:
        read.append(key)
        return hget(key, field)

    monkeypatch.setattr(service.redis, "hget", counted)

    def reads(question: str) -> int:
        read.clear()
        assert service.call("parse_via_chat_gpt", {**ASK, "question_text": question}).status == 200
        return read.count("fh:{acme}:consent")

    assert reads("Why?") == 0
    require(service, "not_needed")
    assert reads("Who?") == 0
    require(service)
    record(service, given=True)
    assert reads("How?") == 1
