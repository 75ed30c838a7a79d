"""Options that WhatsApp shows as numbers, and the answers to them."""

from __future__ import annotations

import pytest

from flowhook.organisations.cipher import Cipher
from tests.fixtures_app import SECOND_KEY
from tests.flows.channels.whatsapp.world import ASHA, LONG, World


@pytest.mark.parametrize("answer", ["3", " 3. ", "3)", "३", "٣"])
def test_the_number_of_an_option_is_its_choice(world: World, answer: str) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send(LONG)
    world.says(ASHA, answer)
    (found,) = world.inbound()
    assert (found.type, found.text) == ("list", "A rather long option number 3")
    assert found.interactive == {"id": "node-9", "title": "A rather long option number 3"}
    world.says(ASHA, answer)
    assert [(one.type, one.text) for one in world.inbound()] == [("text", answer)]


@pytest.mark.parametrize(("answer", "place"), [("1", 1), ("12", 12)])
def test_the_first_and_the_last_option_are_chosen(world: World, answer: str, place: int) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send({**LONG, "interactive": {}})
    world.says(ASHA, answer)
    (found,) = world.inbound()
    title = f"A rather long option number {place}"
    assert found.interactive == {"id": str(place - 1), "title": title}


@pytest.mark.parametrize("answer", ["13", "0", "3 of them", "A rather long option number 3"])
def test_another_answer_is_only_itself(world: World, answer: str) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send(LONG)
    world.says(ASHA, answer)
    assert [(one.type, one.text) for one in world.inbound()] == [("text", answer)]


def test_a_number_is_only_itself_once_no_key_opens_the_options(world: World) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send(LONG)
    world.channel.choices.cipher = Cipher([SECOND_KEY])
    world.says(ASHA, "3")
    assert [one.text for one in world.inbound()] == ["3"]


def test_an_options_words_are_sealed(world: World) -> None:
    world.says(ASHA, "hi")
    world.send(LONG)
    (key,) = list(world.redis.scan_iter("*choices*"))
    assert b"rather" not in world.redis.get(key)
