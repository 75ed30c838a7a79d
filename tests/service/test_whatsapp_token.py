"""An access token that WhatsApp refuses is alerted and told by doctor, until it is replaced."""

from __future__ import annotations

import pytest
import redis

from flowhook.organisations.cipher import Cipher
from service.doctor.examination import examine_store
from service.doctor.finding import OK, WRONG, Finding
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.receiver import Receiver
from tests.fixtures_app import SECOND_KEY, OpenService, Service, make_config
from tests.flows.talking import GREETING, publish
from tests.waiting import wait_for

ASHA = Person("919876543210", "IN.1234567890")


@pytest.fixture
def acme(on_whatsapp: OpenService, real_redis: redis.Redis) -> Service:
    service = on_whatsapp(real_redis, allow_private_urls=("127.0.0.1",))
    publish(service, GREETING)
    return service


def write_to(service: Service, graph: FakeGraph, line: Line) -> None:
    """Asha writes, and a worker answers as far as Meta lets it."""
    assert graph.writes(line, ASHA, "Hello") == 200
    wait_for(service.background.waker.look, "the contact to be due")


def doctor(service: Service) -> Finding:
    parts = {
        one.part: one for one in examine_store(make_config(redis_url="redis://x"), service.redis)
    }
    return parts["WhatsApp"]


def test_a_refused_token_is_told_until_another_is_saved(
    acme: Service, graph: FakeGraph, line: Line
) -> None:
    with Receiver() as receiver:
        acme.operator("PUT", "/settings/acme/alerts", {"webhook_url": receiver.url})
        write_to(acme, graph, line)
        acme.app.extensions["alerts"].look()
        assert (graph.texts(), receiver.bodies()) == (["What is your name?"], [])
        assert doctor(acme).words == "1 number set whole, and no token refused"
        line.token = "EAAGanewtoken"
        write_to(acme, graph, line)
        acme.app.extensions["alerts"].look()
        assert [(body["event"], body["state"]) for body in receiver.bodies()] == [
            ("whatsapp_token", "open")
        ]
        found = doctor(acme)
        assert (found.state, found.words) == (WRONG, "Meta refuses the access_token of acme")
        acme.operator("PATCH", "/settings/acme/whatsapp", {"access_token": line.token})
        acme.app.extensions["alerts"].look()
        assert receiver.bodies()[-1]["state"] == "over"
        assert doctor(acme).state == OK


def test_what_no_key_opens_tells_nothing(acme: Service, graph: FakeGraph, line: Line) -> None:
    line.token = "EAAGanewtoken"
    write_to(acme, graph, line)
    assert doctor(acme).state == WRONG
    (key,) = acme.redis.scan_iter("fh:{acme}:outbox:dead")
    sealed = Cipher([SECOND_KEY]).seal("acme", "outbox", b"{}")
    acme.redis.lset(key, 0, sealed)
    assert doctor(acme).state == OK
