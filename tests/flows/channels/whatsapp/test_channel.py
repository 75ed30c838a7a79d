"""The whole channel against the fake Graph API: in by its deliveries, out to its messages."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

import pytest

from flowhook.errors import ProviderTimeout
from flowhook.providers.whatsapp_errors import WINDOW_CLOSED
from flows.channels.inbound import Inbound, Status
from flows.channels.whatsapp import typing_indicator
from flows.channels.whatsapp.typing_indicator import typing_while
from tests.fakes.graph import Person
from tests.flows.channels.whatsapp.world import ASHA, HIDDEN, LONG, ORG, RAVI, World, text
from tests.waiting import wait_for


def test_a_question_and_its_answer(world: World) -> None:
    world.says(ASHA, "What is malaria?")
    assert world.wakes == [(ASHA.phone, 0.0)]
    (asked,) = world.inbound()
    with world.channel.typing(ORG, asked.id):
        wait_for(lambda: world.graph.read, "the typing indicator")
    world.send(text("**Malaria** is a disease."))
    assert world.graph.read == [(asked.id, True)]
    assert world.graph.texts(ASHA.phone) == ["*Malaria* is a disease."]


def test_a_user_without_a_number_is_answered(world: World) -> None:
    world.says(HIDDEN, "hi")
    assert [one.text for one in world.inbound(HIDDEN)] == ["hi"]
    world.send(text("hello"), to=HIDDEN)
    (sent,) = world.graph.sent
    assert (sent.to, "to" in sent.body) == (HIDDEN.user_id, False)


def test_who_hides_the_number_later_stays_the_same_contact(world: World) -> None:
    hidden = Person(user_id=ASHA.user_id)
    world.says(ASHA, "hi")
    world.says(hidden, "still me")
    assert [(one.contact, one.text) for one in world.inbound()] == [
        (ASHA.phone, "hi"),
        (ASHA.phone, "still me"),
    ]
    assert world.inbound(hidden) == []


def test_who_shows_the_number_later_stays_the_same_contact(world: World) -> None:
    shown = Person("919811111111", HIDDEN.user_id)
    world.says(HIDDEN, "hi")
    world.says(shown, "my number")
    first, second = world.inbound(HIDDEN)
    assert (first.contact, second.contact) == (HIDDEN.user_id, HIDDEN.user_id)
    assert second.phone == shown.phone


def test_another_number_is_another_contact(world: World) -> None:
    moved = Person("919822222222", ASHA.user_id)
    world.says(ASHA, "hi")
    world.says(moved, "a new number")
    assert [one.contact for one in world.inbound(moved)] == [moved.phone]
    world.channel.forget(ORG, ASHA.phone)
    world.says(Person(user_id=ASHA.user_id), "hidden now")
    assert [one.text for one in world.inbound(moved)] == ["hidden now"]


def test_a_status_by_number_reaches_the_contact_of_the_user_id(world: World) -> None:
    world.says(HIDDEN, "hi")
    later = world.graph.now + 1
    told = Status("wamid.1", "919811111111", "failed", later, WINDOW_CLOSED, HIDDEN.user_id)
    world.channel.note(ORG, told)
    assert world.channel.window.is_closed(ORG, HIDDEN.user_id)


def test_who_is_forgotten_begins_anew(world: World) -> None:
    world.says(ASHA, "hi")
    world.channel.forget(ORG, ASHA.phone)
    hidden = Person(user_id=ASHA.user_id)
    world.says(hidden, "hello")
    assert [one.contact for one in world.inbound(hidden)] == [ASHA.user_id]
    world.channel.forget(ORG, ASHA.user_id)
    assert not list(world.redis.scan_iter(f"*{ASHA.user_id}*"))


def test_messages_of_a_turn_keep_their_order(world: World) -> None:
    world.says(ASHA, "hi")
    world.send(*(text(f"message {number}") for number in range(5)))
    assert world.graph.texts() == [f"message {number}" for number in range(5)]


def test_delayed_messages_wait_and_hold_back_later_ones(world: World) -> None:
    world.says(ASHA, "hi")
    world.put((text("now"), 0), (text("in 2 s"), 2.0), (text("in 4 s"), 4.0))
    assert world.drain() == 2.0
    assert world.wakes[-1] == (ASHA.phone, 2.0)
    world.graph.now += 2
    assert world.drain() == 2.0
    world.graph.now += 2
    assert world.drain() is None
    assert world.graph.texts() == ["now", "in 2 s", "in 4 s"]


def test_a_crash_between_two_messages_loses_none(world: World, monkeypatch: Any) -> None:
    world.says(ASHA, "hi")
    world.put((text("one"), 0), (text("two"), 0))
    send = world.channel.sender.send
    calls: list[str] = []

    def die_at_the_second(*arguments: Any) -> str:
        calls.append("send")
        if len(calls) == 2:
            raise KeyboardInterrupt
        return send(*arguments)

    monkeypatch.setattr(world.channel.sender, "send", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        world.drain()
    world.channel = world.open()
    world.graph.now += 60
    assert world.channel.sweep() >= 1
    world.drain()
    assert world.graph.texts() == ["one", "two"]


def test_many_contacts_at_once_each_in_order(world: World) -> None:
    people = [Person(f"9198765400{number:02d}", f"IN.{number}") for number in range(8)]
    for person in people:
        world.says(person, "hi")

    def talk(person: Person) -> None:
        for number in range(6):
            world.send(text(str(number)), to=person)

    threads = [threading.Thread(target=talk, args=(person,)) for person in people]
    threads += [threading.Thread(target=world.drain, args=(person,)) for person in people * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for person in people:
        world.drain(person)
        assert world.graph.texts(person.phone) == list("012345")


def test_a_voice_note_is_fetched_and_kept(world: World) -> None:
    file = world.graph.keep(world.line, b"OggS", "audio/ogg; codecs=opus")
    said = {
        "type": "audio",
        "audio": {"id": file.id, "mime_type": file.mime_type, "sha256": file.sha256, "voice": True},
    }
    world.deliver(*world.graph.says(world.line, ASHA, said))
    (found,) = world.inbound()
    kept: list[tuple[bytes, str]] = []

    def keep(content: bytes, mime_type: str) -> str:
        kept.append((content, mime_type))
        return "https://bot.example/media/1.ogg"

    fetched = world.channel.fetch_media(ORG, found, keep)
    assert kept == [(b"OggS", "audio/ogg")]
    assert fetched.as_message().url == "https://bot.example/media/1.ogg"
    assert world.channel.fetch_media(ORG, Inbound("i", "c", "text", 0.0), keep).url == ""


def test_an_address_lapses_after_five_minutes(world: World) -> None:
    file = world.graph.keep(world.line, b"x", "image/png")
    client = world.channel.open_client(ORG)
    url = client._ask("GET", f"{client.root}/{file.id}").read_object()["url"]
    world.graph.now += 299
    assert client._ask("GET", url).body == b"x"
    world.graph.now += 2
    with pytest.raises(Exception, match="rejected"):
        client._ask("GET", url)


def test_typing_is_repeated_and_never_in_the_way(world: World) -> None:
    world.says(ASHA, "hi")
    (asked,) = world.inbound()
    client = world.channel.open_client(ORG)
    with typing_while(client, asked.id, repeat_seconds=0.01):
        wait_for(lambda: len(world.graph.read) >= 3, "repetitions")
    assert typing_indicator.REPEAT_SECONDS < 25
    with pytest.raises(ProviderTimeout), typing_while(client, "wamid.unknown"):
        raise ProviderTimeout("the block's own failure is the one that counts")


def test_indicators_take_few_threads(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typing_indicator, "PLACES", threading.BoundedSemaphore(2))
    world.says(ASHA, "hi")
    (asked,) = world.inbound()
    client = world.channel.open_client(ORG)
    for _ in range(2):  # the places are free again afterwards
        with ExitStack() as shown:
            for _ in range(5):
                shown.enter_context(typing_while(client, asked.id))
            typing = [one for one in threading.enumerate() if one.name == "typing"]
            assert len(typing) <= 2
        wait_for(lambda: not any(one.name == "typing" for one in threading.enumerate()), "the end")


def test_a_forgotten_contact_leaves_nothing_readable_behind(world: World) -> None:
    world.says(ASHA, "hi")
    world.says(RAVI, "hi")
    world.graph.fail(131009)
    world.send(text("bad"), LONG)
    world.put((text("later"), 60.0))
    world.channel.forget(ORG, ASHA.phone)
    left = [key.decode() for key in world.redis.scan_iter(f"*{ASHA.phone}*")]
    assert [key for key in left if "rest" not in key and "reopened" not in key] == []
    assert world.dead() == []
    assert [found.text for found in world.inbound(RAVI)] == ["hi"]
