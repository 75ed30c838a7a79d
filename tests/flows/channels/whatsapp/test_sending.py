"""What Meta limits, refuses and fails at: each contact's messages wait, in order."""

from __future__ import annotations

import pytest

from tests.flows.channels.whatsapp.world import ASHA, RAVI, World, text


def test_a_number_rests_as_long_as_meta_says(world: World) -> None:
    for person in (ASHA, RAVI):
        world.says(person, "hi")
    world.graph.fail(130429, retry_after=30)
    world.send(text("one"), text("two"))
    world.send(text("for Ravi"), to=RAVI)
    assert world.graph.texts() == []
    asked = len(world.graph.requests)
    assert world.drain() == pytest.approx(30.0)
    assert len(world.graph.requests) == asked, "nothing is sent during the rest"
    world.graph.now += 30
    assert (world.drain(), world.drain(RAVI)) == (None, None)
    assert world.graph.texts() == ["one", "two", "for Ravi"]


def test_without_a_time_each_refusal_waits_longer(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(130429, times=4)
    world.put((text("one"), 0))
    rests = []
    for _ in range(4):
        rest = world.drain()
        assert rest is not None
        rests.append(rest)
        world.graph.now += rest
    assert rests == [1.0, 2.0, 4.0, 8.0]
    assert world.drain() is None
    assert world.graph.texts() == ["one"]


def test_one_contacts_limit_stops_no_other(world: World) -> None:
    for person in (ASHA, RAVI):
        world.says(person, "hi")
    world.graph.fail(131056, times=2, to=ASHA.phone)
    world.send(text("for Asha"))
    world.send(text("for Ravi"), to=RAVI)
    assert world.graph.texts() == ["for Ravi"]
    world.graph.now += 6
    assert world.drain() == 24.0, "four times as long, as Meta advises"
    world.graph.now += 24
    world.drain()
    assert world.graph.texts(ASHA.phone) == ["for Asha"]


def test_a_failing_meta_is_tried_until_it_works(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(131016, times=3)
    world.put((text("one"), 0), (text("two"), 0))
    while (rest := world.drain()) is not None:
        world.graph.now += rest
    assert world.graph.texts() == ["one", "two"]


def test_what_meta_rejects_is_put_aside_and_the_rest_goes_on(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(131009)
    world.send(text("bad"), text("good"))
    assert world.graph.texts() == ["good"]
    assert world.dead() == ["provider_rejected: WhatsApp rejected the request (code 131009)"]


def test_an_outage_without_end_puts_messages_aside(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(2, times=10_000)
    world.put((text("one"), 0))
    world.drain()
    world.graph.now += 6 * 3600
    world.drain()
    assert world.dead()[0].startswith("provider_error")


def test_incomplete_settings_are_a_clear_record(world: World) -> None:
    world.section.pop("access_token")
    world.send(text("one"))
    assert world.dead() == [
        "missing_api_key: the organisation's WhatsApp settings lack access_token"
    ]
