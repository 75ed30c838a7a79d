"""Calls that a process answers at once: one organisation's share, and the others'."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from flowhook.errors import Overloaded
from flowhook.limits.in_flight import InFlight
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, OpenService, Service
from tests.waiting import wait_for

MOST = 3


def test_beyond_its_share_an_organisation_has_no_place_until_one_is_free() -> None:
    in_flight = InFlight(1)
    with in_flight.place("acme"):
        with pytest.raises(Overloaded, match="acme"), in_flight.place("acme"):
            raise AssertionError("not reached")
        with in_flight.place("other"):
            assert in_flight.shares.free == in_flight.shares.places - 2
    with in_flight.place("acme"):
        assert in_flight.shares.free == in_flight.shares.places - 1
    assert in_flight.shares.free == in_flight.shares.places


def chats(service: Service, pool: ThreadPoolExecutor, count: int) -> list[Future[Answer]]:
    token = service.tenant.webhook_token
    return [
        pool.submit(service.call, "parse_via_chat_gpt", {"question_text": "Why?"}, token=token)
        for _ in range(count)
    ]


def test_an_organisation_that_hangs_takes_its_share_on_every_road(
    open_service: OpenService, fake_redis: object, openai: FakeOpenAI
) -> None:
    """Calls, calls with a deadline, conversations and checks of the key count together."""
    service = open_service(fake_redis, max_in_flight=MOST)
    acme = service.organisation(openai)
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    with ThreadPoolExecutor(MOST) as pool:
        held = chats(service, pool, MOST)
        wait_for(lambda: openai.in_flight == MOST, "the calls to be held")
        admin = acme.admin_token
        refused = [
            service.call("get_buttons", {"buttons_data": "a"}),
            service.request("POST", "/conversations/acme/5/messages", {"text": "a"}, token=admin),
            service.request("POST", "/settings/acme/openai/test", {}, token=admin),
        ]
        other = service.organisation(org="other")
        quick = service.call("get_buttons", {"buttons_data": "a"}, token=other.webhook_token)
        gate.set()
        assert {future.result().status for future in held} == {200}
    assert [answer.status for answer in refused] == [503] * 3
    assert {answer.json["error"]["type"] for answer in refused} == {"overloaded"}
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert quick.status == 200
    assert (
        service.call("get_buttons", {"buttons_data": "a"}, token=acme.webhook_token).status == 200
    )
