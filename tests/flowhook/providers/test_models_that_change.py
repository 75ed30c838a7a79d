"""Models die and stop taking parameters; flows go on, and their admin is told."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.requests_transport import RequestsTransport
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import OpenService, Service
from tests.flowhook.providers.asking import question

ASK = {"question_text": "Why is the sky blue?"}


def ask(service: Service, **more: Any) -> None:
    answer = service.call("parse_via_chat_gpt", {**ASK, **more})
    assert answer.status == 200, answer.body


def sent(openai: FakeOpenAI) -> dict[str, Any]:
    body = openai.last.body
    assert isinstance(body, dict)
    return body


def warnings(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.admin("GET", "/settings/acme").json["warnings"]
    return found


# --- parameters ---


def test_temperature_is_sent_only_when_the_author_gave_it(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, default_model="gpt-4o")
    ask(service)
    assert "temperature" not in sent(openai)
    ask(service, temperature="0")
    assert sent(openai)["temperature"] == 0


def test_a_refused_parameter_is_dropped_and_that_is_remembered(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, default_model="gpt-5")
    ask(service, temperature=0.2)
    assert [asked.status for asked in openai.requests] == [400, 200]
    assert "temperature" not in sent(openai)
    ask(service, temperature=0.9)
    assert [asked.status for asked in openai.requests] == [400, 200, 200]


def test_a_quirk_is_of_that_model_only(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    ask(service, model="gpt-5", temperature=0.2)
    ask(service, model="gpt-4o", temperature=0.2)
    assert sent(openai)["temperature"] == 0.2


def test_a_quirk_is_of_that_organisation_only(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, default_model="gpt-5")
    ask(service, temperature=0.2)
    service.organisation(openai, org="other", default_model="gpt-5")
    ask(service, temperature=0.2)
    assert [asked.status for asked in openai.requests] == [400, 200, 400, 200]


def test_another_process_knows_the_quirk(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    here, there = open_service(fake_redis), open_service(fake_redis)
    there.tenant = here.organisation(openai, default_model="gpt-5")
    ask(here, temperature=0.2)
    ask(there, temperature=0.2)
    assert [asked.status for asked in openai.requests] == [400, 200, 200]


def test_all_refused_parameters_are_left_out_at_once(service: Service, openai: FakeOpenAI) -> None:
    """The API complains about one parameter an answer; three answers would be two too many."""
    client = AccountClient(Account(openai.key, openai.base_url, "gpt-5"), RequestsTransport())
    asked = question(temperature=0.2, presence_penalty=1, frequency_penalty=1, max_tokens=50)
    client.chat(asked)
    assert [asked.status for asked in openai.requests] == [400, 200]
    assert set(sent(openai)) == {"model", "messages", "max_completion_tokens"}
    assert sent(openai)["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("Unsupported parameter: 'temperature' is not supported with this model.",
         "unsupported_parameter", "temperature"),
        ("Unsupported value: 'temperature' does not support 0.2 with this model.",
         "unsupported_value", "temperature"),
        ("Unsupported value: 'temperature' does not support 0.2 with this model. Only the"
         " default (1) value is supported.", None, None),
        ("Unrecognized request argument supplied: temperature", None, None),
        ("Unknown parameter: 'temperature'.", "unknown_parameter", "temperature"),
    ],
)  # fmt: skip
def test_every_wording_of_the_complaint_is_understood(
    service: Service, openai: FakeOpenAI, message: str, code: str | None, param: str | None
) -> None:
    service.organisation(openai, default_model="gpt-4o")
    openai.fail(faults.status(400, message=message, code=code, param=param))
    ask(service, temperature=0.2)
    assert "temperature" not in sent(openai)


@pytest.mark.parametrize("param", ["messages", "model", "response_format", "question"])
def test_a_complaint_about_what_cannot_be_dropped_is_the_answer(
    service: Service, openai: FakeOpenAI, param: str
) -> None:
    service.organisation(openai)
    openai.fail(faults.status(400, code="unsupported_value", param=param))
    answer = service.call("parse_via_chat_gpt", ASK)
    assert answer.status == 502
    assert answer.error["type"] == "provider_rejected"
    assert param in answer.error["message"]
    assert len(openai.requests) == 1


def test_a_provider_that_refuses_for_ever_is_not_asked_for_ever(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, default_model="gpt-4o")
    for name in ("max_completion_tokens", "max_tokens"):
        openai.fail(faults.status(400, code="unsupported_parameter", param=name), times=1)
    openai.fail(
        faults.status(400, code="unsupported_parameter", param="max_completion_tokens"), times=None
    )
    answer = service.call("parse_via_chat_gpt", {**ASK, "max_tokens": 5})
    assert answer.status == 502
    assert len(openai.requests) <= 6


# --- models ---


def test_a_retired_model_is_replaced_once_and_the_admin_is_told(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    assert warnings(service) == []
    ask(service, gpt_model="gpt-4.1-nano")
    assert [asked.status for asked in openai.requests] == [404, 200]
    assert sent(openai)["model"] == "gpt-6-luna"
    [warning] = warnings(service)
    assert warning["model"] == "gpt-4.1-nano"
    assert "gpt-6-luna" in warning["message"]
    section = service.admin("GET", "/settings/acme/openai").json
    assert section["warnings"] == [warning]
    ask(service, gpt_model="gpt-4.1-nano")  # known now: no more 404
    assert [asked.status for asked in openai.requests] == [404, 200, 200]


def test_the_successor_may_refuse_parameters_too(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    ask(service, model="gpt-4.1-nano", temperature=0.2)
    assert sent(openai)["model"] == "gpt-6-luna"
    assert "temperature" not in sent(openai)
    first = len(openai.requests)
    ask(service, model="gpt-4.1-nano", temperature=0.2)
    assert len(openai.requests) == first + 1


def test_a_successor_that_is_gone_too_is_the_answer(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.retire("gpt-6-luna")
    answer = service.call("parse_via_chat_gpt", {**ASK, "model": "gpt-4.1-nano"})
    assert answer.status == 502
    assert answer.error["type"] == "model_not_found"
    assert len(openai.requests) == 2
    assert warnings(service) == []  # nothing answered in its place


@pytest.mark.parametrize("model", ["gpt-none", "gpt-audio-mini"])
def test_without_a_named_successor_it_is_model_not_found(
    service: Service, openai: FakeOpenAI, model: str
) -> None:
    service.organisation(openai)
    answer = service.call("parse_via_chat_gpt", {**ASK, "model": model})
    assert answer.error["type"] == "model_not_found"
    assert "settings page offers" in answer.error["fix"]
    assert len(openai.requests) == 1


def test_a_successor_that_is_not_allowed_is_not_used(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, allowed_models=["gpt-4*"])
    answer = service.call("parse_via_chat_gpt", {**ASK, "model": "gpt-4.1-nano"})
    assert answer.error["type"] == "model_not_found"
    assert len(openai.requests) == 1


def test_a_quirk_does_not_outrun_allowed_models(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    ask(service, model="gpt-4.1-nano")
    service.admin("PATCH", "/settings/acme/openai", {"allowed_models": ["gpt-4*"]})
    answer = service.call("parse_via_chat_gpt", {**ASK, "model": "gpt-4.1-nano"})
    assert answer.error["type"] == "model_not_found"
    assert openai.last.body["model"] == "gpt-4.1-nano"


def test_an_alias_is_applied_before_asking(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, model_aliases={"gpt-4": "gpt-6-sol"})
    ask(service, model="gpt-4")
    assert [asked.body["model"] for asked in openai.requests] == ["gpt-6-sol"]


def test_an_alias_of_the_default_model(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, default_model="gpt-4", model_aliases={"gpt-4": "gpt-6-sol"})
    ask(service)
    assert sent(openai)["model"] == "gpt-6-sol"


@pytest.mark.parametrize(
    ("model", "status"), [("gpt-6-sol", 200), ("gpt-5.5", 403), ("GPT-6-sol", 403)]
)
def test_only_allowed_models_are_asked(
    service: Service, openai: FakeOpenAI, model: str, status: int
) -> None:
    service.organisation(openai, allowed_models=["gpt-6*", "o?"])
    answer = service.call("parse_via_chat_gpt", {**ASK, "model": model})
    assert answer.status == status
    if status == 403:
        assert answer.error["type"] == "forbidden"
        assert openai.requests == []


def test_the_default_model_of_organisation_and_service(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    service = open_service(fake_redis, default_model="gpt-5.5")
    service.organisation(openai)
    ask(service)
    assert sent(openai)["model"] == "gpt-5.5"
    service.operator("PATCH", "/settings/acme/openai", {"default_model": "gpt-6-sol"})
    ask(service)
    assert sent(openai)["model"] == "gpt-6-sol"
    ask(service, gpt_model="gpt-4o", model="gpt-5.4")
    assert sent(openai)["model"] == "gpt-4o"
