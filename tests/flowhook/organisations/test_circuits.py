"""The circuit of an account, and what answers while it is open, through the front door."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, Service

DOWN = {"x-should-retry": "false"}


@pytest.fixture(autouse=True)
def _organisation(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)


def ask(service: Service, **more: Any) -> Answer:
    return service.call("parse_via_chat_gpt", {"question_text": "Why?", **more})


def open_circuit(service: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(503, headers=DOWN), times=5)
    for _ in range(5):
        assert ask(service).error["type"] == "provider_error"


def lapse(service: Service, until: float = 0) -> None:
    """Let the circuit's pause of 5 s pass, or end at another time."""
    key = "fh:{acme}:circuits"
    for account in service.redis.hkeys(key):
        service.redis.hset(key, account, json.dumps({"until": until, "pause": 5.0}))
    service.redis.publish("fh:changed", "acme")
    service.background.settings.drop("acme")


def test_a_provider_that_keeps_failing_is_not_asked_for_a_while(
    service: Service, openai: FakeOpenAI
) -> None:
    open_circuit(service, openai)
    refused = ask(service)
    assert (refused.status, refused.error["type"]) == (503, "provider_unavailable")
    assert 1 <= int(refused.headers["Retry-After"]) <= 5
    assert len(openai.requests) == 5


def test_the_first_answer_after_the_pause_closes_the_circuit(
    service: Service, openai: FakeOpenAI
) -> None:
    open_circuit(service, openai)
    lapse(service)
    assert ask(service).status == 200
    assert not service.redis.hgetall("fh:{acme}:circuits")
    assert ask(service).status == 200


def test_a_clock_that_is_set_back_does_not_keep_it_open(
    service: Service, openai: FakeOpenAI
) -> None:
    open_circuit(service, openai)
    lapse(service, until=time.time() + 3600)  # opened an hour later, by the clock as it was
    assert ask(service).status == 200


def test_a_probe_that_fails_opens_it_for_longer(service: Service, openai: FakeOpenAI) -> None:
    open_circuit(service, openai)
    lapse(service)
    openai.fail(faults.status(503, headers=DOWN))
    assert ask(service).error["type"] == "provider_error"
    refused = ask(service)
    assert refused.error["type"] == "provider_unavailable"
    assert 5 < int(refused.headers["Retry-After"]) <= 10


def test_an_error_of_the_callers_own_leaves_it_closed(service: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(400), times=10)
    for _ in range(10):
        assert ask(service).error["type"] == "provider_rejected"
    assert ask(service).status == 200


def test_failures_among_more_answers_leave_it_closed(service: Service, openai: FakeOpenAI) -> None:
    for _ in range(6):
        assert ask(service).status == 200
    openai.fail(faults.status(503, headers=DOWN), times=6)
    for _ in range(6):
        ask(service)
    assert ask(service).status == 200


def test_other_accounts_and_organisations_are_not_concerned(
    service: Service, openai: FakeOpenAI
) -> None:
    open_circuit(service, openai)
    other = openai.add_key("sk-other-0123456789")
    path = "/settings/acme/openai/accounts/second"
    account = {"is_active": True, "api_key": other, "base_url": openai.base_url}
    service.operator("PUT", path, account)
    assert ask(service, account="second").status == 200
    service.organisation(openai, org="neighbour")
    assert ask(service).status == 200


def test_the_fallback_model_answers_where_a_model_fails(
    service: Service, openai: FakeOpenAI
) -> None:
    service.operator("PATCH", "/settings/acme/openai", {"fallback_model": "gpt-5.4"})
    openai.fail(faults.status(503, headers=DOWN))
    openai.say("From the fallback.")
    answer = ask(service)
    assert answer.json == {"success": True, "parsed_msg": "From the fallback."}
    assert [asked.body["model"] for asked in openai.requests][1] == "gpt-5.4"


def test_the_fallback_account_answers_while_the_circuit_is_open(
    service: Service, openai: FakeOpenAI
) -> None:
    with FakeOpenAI() as backup:
        account = {"is_active": True, "api_key": backup.key, "base_url": backup.base_url}
        service.operator("PUT", "/settings/acme/openai/accounts/backup", account)
        service.operator("PATCH", "/settings/acme/openai", {"fallback_account": "backup"})
        openai.fail(faults.status(503, headers=DOWN), times=None)
        for _ in range(7):
            assert ask(service).status == 200
        assert len(openai.requests) == 5
        assert len(backup.requests) == 7


def test_where_the_fallback_fails_too_the_first_failure_is_told(
    service: Service, openai: FakeOpenAI
) -> None:
    service.operator("PATCH", "/settings/acme/openai", {"fallback_account": "missing"})
    openai.fail(faults.status(503, headers=DOWN))
    assert ask(service).error["type"] == "provider_error"
