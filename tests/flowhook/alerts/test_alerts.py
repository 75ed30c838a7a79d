"""Alerts: each thing once, and once when it is over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from flowhook.alerts.alerts import RETRY_SECONDS, Alerts
from flowhook.organisations.signature import outgoing_signature
from tests.fakes import web
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.smtp import smtp_server
from tests.fixtures_app import PHRASE, OpenService, Service
from tests.waiting import wait_for

ASK = {"question_text": "Why?"}


class Receiver:
    """A server that takes alerts; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.heads: list[str] = []

    def __call__(self, connection: Any, head: str) -> None:
        self.heads.append(head)
        web.answer(b"ok", self.status)(connection, head)

    @property
    def told(self) -> list[tuple[str, str]]:
        """The events and states that came in."""
        bodies = [json.loads(body_of(head)) for head in self.heads]
        return [(body["event"], body["state"]) for body in bodies]


def body_of(head: str) -> bytes:
    return head.partition("\r\n\r\n")[2].encode("latin-1")


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    with web.serve(receiver) as server:
        yield f"http://127.0.0.1:{server.port}/hook"


@pytest.fixture
def acme(open_service: OpenService, fake_redis: Any, openai: FakeOpenAI) -> Iterator[Service]:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation(openai)
    yield service
    openai.violations.clear()


def look(service: Service) -> Alerts:
    """Look once, as a worker does each minute."""
    service.flush()
    alerts: Alerts = service.app.extensions["alerts"]
    alerts.look()
    return alerts


def set_up(service: Service, **settings: Any) -> None:
    saved = service.operator("PUT", "/settings/acme/alerts", settings)
    assert saved.status == 201, saved.body


def test_a_refused_key_is_told_once_and_once_when_it_works_again(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    set_up(acme, webhook_url=url)
    look(acme)
    assert receiver.told == []
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    for _ in range(2):
        look(acme)
    assert receiver.told == [("invalid_api_key", "open")]
    (one,) = acme.operator("GET", "/organizations").json["organizations"]
    assert one["alerts"] == [
        {"event": "invalid_api_key", "message": "the provider refuses the API key"}
    ]
    table = acme.operator("GET", "/organizations", headers={"Accept": "text/csv"}).body.decode()
    head, row = table.splitlines()
    assert (head.split(",")[-1], row.split(",")[-1]) == ("alerts", "invalid_api_key")
    assert acme.call("parse_via_chat_gpt", ASK).status == 200
    for _ in range(2):
        look(acme)
    assert receiver.told[1:] == [("invalid_api_key", "over")]
    assert "Flowhook, acme: over: the provider refuses the API key" in receiver.heads[1]


def test_it_is_signed_and_names_the_organisation_and_the_fix(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    acme.operator("PATCH", "/organizations/acme", {"title": "आशा"})
    acme.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE})
    set_up(acme, webhook_url=url)
    openai.fail(faults.insufficient_quota(), times=None)
    acme.call("parse_via_chat_gpt", ASK)
    look(acme)
    body = body_of(receiver.heads[0])
    (signed,) = (
        line for line in receiver.heads[0].splitlines() if line.startswith("X-Flowhook-Signature")
    )
    stamp = int(signed.partition("t=")[2].partition(",")[0])
    expected = outgoing_signature("alert", PHRASE, stamp, body)
    assert signed == f"X-Flowhook-Signature: {expected}"
    assert json.loads(body)["text"] == (
        "Flowhook, आशा: the provider's account has no credit\n"
        "Add credit at the provider, then save and test the key."
    )


def test_a_budget_that_is_used_already_is_told_at_once(
    acme: Service, receiver: Receiver, url: str
) -> None:
    acme.call("parse_via_chat_gpt", ASK)
    acme.flush()
    set_up(acme, webhook_url=url, budget_percent=[50, 100])
    acme.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1})
    look(acme)
    look(acme)
    assert receiver.told == [("budget", "open")]
    message = json.loads(body_of(receiver.heads[0]))["message"]
    percent, used = re.findall(r"(\d+) % of this month's 1 tokens are used \(([\d,]+)\)", message)[
        0
    ]
    assert int(percent) == 100 * int(used.replace(",", "")) > 100
    listed = acme.operator("GET", "/organizations").json["organizations"][0]["alerts"]
    assert [one["event"] for one in listed] == ["budget:100"]
    acme.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1_000_000})
    look(acme)
    assert receiver.told[1:] == [("budget", "over")]


def test_failures_are_told_from_ten_calls_on(acme: Service, receiver: Receiver, url: str) -> None:
    set_up(acme, webhook_url=url, failure_percent=40)
    for _ in range(9):
        acme.call("get_buttons", {"buttons_data": ""})
    look(acme)
    assert receiver.told == []
    acme.call("get_buttons", {"buttons_data": ""})
    look(acme)
    assert receiver.told == [("failures", "open")]
    assert "10 of the 10 calls of the last hour failed" in receiver.heads[0]
    for _ in range(16):
        acme.call("get_buttons", {"buttons_data": "Yes"})
    look(acme)
    assert receiver.told[1:] == [("failures", "over")]


def test_a_model_that_ends_is_told(acme: Service, receiver: Receiver, url: str) -> None:
    acme.operator("PATCH", "/settings/acme/openai", {"default_model": "gpt-3.5-turbo-16k"})
    set_up(acme, webhook_url=url)
    look(acme)
    assert receiver.told == [("model_retires", "open")]
    assert "gpt-3.5-turbo-16k is shut down on" in receiver.heads[0]


def test_only_what_is_asked_for_is_told(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    set_up(acme, webhook_url=url, events=["budget", "inbox"])
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    look(acme)
    assert receiver.told == []


def test_what_could_not_be_told_is_tried_again_later(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    set_up(acme, webhook_url=url)
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    receiver.status = "500 Internal Server Error"
    alerts = look(acme)
    look(acme)
    assert len(receiver.heads) == 1  # it is left alone for a while
    receiver.status = "200 OK"
    now = alerts.clock()
    alerts.clock = lambda: now + RETRY_SECONDS + 1
    look(acme)
    look(acme)
    assert receiver.told == [("invalid_api_key", "open")] * 2


def test_a_test_that_arrives_ends_the_wait(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    set_up(acme, webhook_url=url)
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    receiver.status = "500 Internal Server Error"
    look(acme)
    receiver.status = "200 OK"
    assert acme.operator("POST", "/settings/acme/alerts/test").status == 200
    look(acme)
    assert receiver.told[-1] == ("invalid_api_key", "open")


def test_by_mail_too_and_one_way_that_works_is_enough(
    open_service: OpenService, fake_redis: Any, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    receiver.status = "410 Gone"
    with smtp_server() as mail:
        service = open_service(
            fake_redis,
            allow_private_urls=("127.0.0.1",),
            smtp_url=f"smtp://127.0.0.1:{mail.port}",
            mail_from="flowhook@example.org",
        )
        service.organisation(openai)
        set_up(service, webhook_url=url, email="it@example.org")
        openai.fail(faults.status(401))
        service.call("parse_via_chat_gpt", ASK)
        look(service)
        look(service)
        ((_, recipient, text),) = mail.messages
    assert recipient == "it@example.org"
    assert "Subject: Flowhook, acme: the provider refuses the API key" in text
    assert len(receiver.heads) == 1
    openai.violations.clear()


def test_the_test_sends_and_tells_what_fails(acme: Service, receiver: Receiver, url: str) -> None:
    set_up(acme, webhook_url=url)
    tested = acme.admin("POST", "/settings/acme/alerts/test")
    assert (tested.status, tested.json["sent"]) == (200, 1)
    assert receiver.told == [("test", "open")]
    receiver.status = "404 Not Found"
    failed = acme.admin("POST", "/settings/acme/alerts/test")
    assert (failed.status, failed.error["type"]) == (503, "provider_unavailable")
    acme.admin("PUT", "/settings/acme/alerts", {"email": "it@example.org"})
    refused = acme.admin("POST", "/settings/acme/alerts/test")
    assert "SMTP_URL" in refused.error["fix"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "webhook_url"),
        ({"webhook_url": "ftp://a"}, "webhook_url"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.org", "events": ["all"]}, "events"),
        ({"email": "a@b.org", "budget_percent": [101]}, "budget_percent"),
        ({"email": "a@b.org", "failure_percent": 0}, "failure_percent"),
    ],
)
def test_what_cannot_be_is_refused(acme: Service, body: dict[str, Any], field: str) -> None:
    refused = acme.operator("PUT", "/settings/acme/alerts", body)
    assert (refused.status, field in refused.error["fields"]) == (400, True)


def test_a_private_address_is_refused_when_saved(service: Service) -> None:
    refused = service.operator(
        "PUT", "/settings/acme/alerts", {"webhook_url": "http://127.0.0.1:1/hook"}
    )
    assert refused.status == 400


def test_one_organisation_that_cannot_be_checked_holds_up_no_other(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    acme.operator("PUT", "/settings/aaa/openai", {"is_active": True})
    acme.operator("PUT", "/settings/aaa/alerts", {"webhook_url": url})
    set_up(acme, webhook_url=url)
    acme.redis.hset("fh:{aaa}:alerts", "pause", "no number")
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    look(acme)
    assert receiver.told == [("invalid_api_key", "open")]


def test_two_do_not_look_at_once(
    acme: Service, openai: FakeOpenAI, receiver: Receiver, url: str
) -> None:
    set_up(acme, webhook_url=url)
    openai.fail(faults.status(401))
    acme.call("parse_via_chat_gpt", ASK)
    alerts: Alerts = acme.app.extensions["alerts"]
    with alerts.leases.holding(alerts.RUN_KEY):
        look(acme)
    assert receiver.told == []
    look(acme)
    assert receiver.told == [("invalid_api_key", "open")]


def test_one_process_looks_each_minute(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts: Alerts = acme.app.extensions["alerts"]
    looked: list[int] = []
    monkeypatch.setattr(alerts, "look", lambda: looked.append(1))
    alerts.sweep()
    alerts.sweep()
    wait_for(lambda: looked, "the look")
    assert looked == [1]
    assert 0 < acme.redis.ttl("fh:alerts:look") <= 60
