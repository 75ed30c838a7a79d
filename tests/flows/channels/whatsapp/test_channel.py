"""The whole channel against the fake Graph API: in by its deliveries, out to its messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from errors import ProviderTimeout
from flows.channels.inbound import Inbound, Status
from flows.channels.whatsapp import typing_indicator
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.inbound import read_delivery
from flows.channels.whatsapp.typing_indicator import typing_while
from providers.transport import RequestsTransport
from providers.whatsapp_errors import WINDOW_CLOSED
from settings.cipher import Cipher
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.waiting import wait_for

ORG = "acme"
ASHA = Person("919876543210", "IN.1234567890")
RAVI = Person("918888888888", "IN.999", "Ravi")
HIDDEN = Person(user_id="US.13491208655302741918")


class World:
    """A channel over a fake Meta; deliveries reach it at once, lanes are drained on demand.

    Wake-ups are noted; time is the fake's.
    """

    def __init__(self, redis: Any, graph: FakeGraph, line: Line) -> None:
        self.redis = redis
        self.graph = graph
        self.line = line
        self.section: dict[str, Any] = dict(line.settings())
        self.wakes: list[tuple[str, str, float]] = []
        self.told: list[str] = []
        self.channel = self.open()
        line.post = self.deliver

    def open(self) -> WhatsAppChannel:
        """A channel as a new process has it."""
        return WhatsAppChannel(
            self.redis,
            Cipher([FIRST_KEY]),
            lambda org: self.section,
            RequestsTransport(),
            wake_inbox=self._wake("in"),
            wake_outbox=self._wake("out"),
            base_url=self.graph.base_url,
            clock=lambda: self.graph.now,
        )

    def _wake(self, way: str) -> Callable[[str, str, float], None]:
        return lambda org, contact, seconds: self.wakes.append((way, contact, seconds))

    def deliver(self, raw: bytes, headers: Mapping[str, str]) -> int:
        for found in read_delivery(orjson.loads(raw), self.line.phone_number_id):
            if isinstance(found, Inbound):
                self.channel.accept(ORG, found)
            else:
                self.channel.note(ORG, found)  # type: ignore[arg-type]
        return 200

    def says(self, person: Person, text: str) -> None:
        assert self.graph.writes(self.line, person, text) == 200

    def inbound(self, person: Person = ASHA) -> list[Inbound]:
        found: list[Inbound] = []
        self.channel.drain_inbox(ORG, person.identity, found.append)
        return found

    def send(self, key: str, *messages: Mapping[str, Any], to: Person = ASHA) -> None:
        self.channel.deliver(ORG, to.identity, key, [(message, 0.0) for message in messages])
        self.drain(to)

    def drain(self, to: Person = ASHA) -> float | None:
        return self.channel.drain_outbox(ORG, to.identity, self.told.append).again_in

    def dead(self) -> list[str]:
        return [dead.reason for dead in self.channel.outbox.lanes.dead(ORG)]


@pytest.fixture
def world(fake_redis: Any, graph: FakeGraph, line: Line) -> World:
    return World(fake_redis, graph, line)


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": body}


# --- a conversation ---


def test_a_question_and_its_answer(world: World) -> None:
    world.says(ASHA, "What is malaria?")
    assert world.wakes == [("in", ASHA.phone, 0.0)]
    (asked,) = world.inbound()
    with world.channel.typing(ORG, asked.id):
        wait_for(lambda: world.graph.read, "the typing indicator")
    world.send(asked.id, text("**Malaria** is a disease."))
    assert world.graph.read == [(asked.id, True)]
    assert world.graph.texts(ASHA.phone) == ["*Malaria* is a disease."]


def test_a_user_without_a_number_is_answered(world: World) -> None:
    world.says(HIDDEN, "hi")
    (asked,) = world.inbound(HIDDEN)
    world.send(asked.id, text("hello"), to=HIDDEN)
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


def test_messages_of_a_sprint_keep_their_order_and_go_once(world: World) -> None:
    world.says(ASHA, "hi")
    sprint = [text(f"message {number}") for number in range(5)]
    world.send("wamid.1", *sprint)
    world.send("wamid.1", *sprint)
    assert world.graph.texts() == [f"message {number}" for number in range(5)]


def test_delayed_messages_wait_and_hold_back_later_ones(world: World) -> None:
    world.says(ASHA, "hi")
    world.channel.deliver(
        ORG, ASHA.phone, "k", [(text("now"), 0), (text("in 2 s"), 2.0), (text("in 4 s"), 4.0)]
    )
    assert world.drain() == 2.0
    assert world.wakes[-1] == ("out", ASHA.phone, 2.0)
    world.graph.now += 2
    assert world.drain() == 2.0
    world.graph.now += 2
    assert world.drain() is None
    assert world.graph.texts() == ["now", "in 2 s", "in 4 s"]


def test_a_crash_between_two_messages_loses_none(world: World, monkeypatch: Any) -> None:
    world.says(ASHA, "hi")
    world.channel.deliver(ORG, ASHA.phone, "k", [(text("one"), 0), (text("two"), 0)])
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
            world.send(f"k{number}", text(str(number)), to=person)

    threads = [threading.Thread(target=talk, args=(person,)) for person in people * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for person in people:
        world.drain(person)
        assert world.graph.texts(person.phone) == list("012345")


# --- Meta's limits ---


def test_a_number_rests_as_long_as_meta_says(world: World) -> None:
    for person in (ASHA, RAVI):
        world.says(person, "hi")
    world.graph.fail(130429, retry_after=30)
    world.send("k", text("one"), text("two"))
    world.send("k", text("for Ravi"), to=RAVI)
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
    world.channel.deliver(ORG, ASHA.phone, "k", [(text("one"), 0)])
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
    world.send("k", text("for Asha"))
    world.send("k", text("for Ravi"), to=RAVI)
    assert world.graph.texts() == ["for Ravi"]
    world.graph.now += 6
    assert world.drain() == 24.0, "four times as long, as Meta advises"
    world.graph.now += 24
    world.drain()
    assert world.graph.texts(ASHA.phone) == ["for Asha"]


def test_a_failing_meta_is_tried_until_it_works(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(131016, times=3)
    world.channel.deliver(ORG, ASHA.phone, "k", [(text("one"), 0), (text("two"), 0)])
    while (rest := world.drain()) is not None:
        world.graph.now += rest
    assert world.graph.texts() == ["one", "two"]


def test_what_meta_rejects_is_put_aside_and_the_rest_goes_on(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(131009)
    world.send("k", text("bad"), text("good"))
    assert world.graph.texts() == ["good"]
    assert world.dead() == ["provider_rejected: WhatsApp rejected the request (code 131009)"]


def test_an_outage_without_end_puts_messages_aside(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.fail(2, times=10_000)
    world.channel.deliver(ORG, ASHA.phone, "k", [(text("one"), 0)])
    world.drain()
    world.graph.now += 6 * 3600
    world.drain()
    assert world.dead()[0].startswith("provider_error")


def test_incomplete_settings_are_a_clear_record(world: World) -> None:
    world.section.pop("access_token")
    world.send("k", text("one"))
    assert world.dead() == [
        "missing_api_key: the organisation's WhatsApp settings lack access_token"
    ]


# --- the 24-hour window ---


def test_outside_the_window_the_template_goes_out_once(world: World) -> None:
    world.section.update(template_name="come_back", template_language="hi")
    world.line.templates.add(("come_back", "hi"))
    world.says(ASHA, "hi")
    world.graph.now += 25 * 3600
    asked = len(world.graph.requests)
    world.send("k", text("one"), text("two"))
    assert [sent.body["template"]["name"] for sent in world.graph.sent] == ["come_back"]
    assert len(world.graph.requests) == asked + 1, "Meta is not asked what is known"
    assert world.dead() == [
        "window_closed: the contact last wrote more than 24 hours ago",
        "window_closed: the template was sent in its place",
    ]
    world.says(ASHA, "back again")
    world.send("k2", text("welcome back"))
    assert world.graph.texts() == ["welcome back"]


def test_without_a_template_there_is_a_clear_record(world: World) -> None:
    world.says(ASHA, "hi")
    world.graph.now += 25 * 3600
    world.send("k", text("one"))
    assert world.graph.sent == []
    assert world.dead() == ["window_closed: the contact last wrote more than 24 hours ago"]
    assert world.told == world.dead()


def test_what_meta_alone_knows_of_the_window_is_believed(world: World) -> None:
    world.section["template_name"] = "come_back"
    world.line.templates.add(("come_back", "en"))
    world.send("k", text("we never heard of this contact"))
    assert [sent.body["type"] for sent in world.graph.sent] == ["template"]
    asked = len(world.graph.requests)
    world.send("k2", text("again"))
    assert len(world.graph.requests) == asked


def test_a_window_that_meta_reports_closed_later(world: World) -> None:
    world.graph.late_window = True
    world.section["template_name"] = "come_back"
    world.line.templates.add(("come_back", "en"))
    world.send("k", text("one"))
    wait_for(lambda: len(world.wakes) == 2, "the failed status")
    world.drain()
    assert [sent.body["type"] for sent in world.graph.sent] == ["template"]
    assert world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_closed_window_that_meta_reports_again_stays_open_once_the_contact_wrote(
    world: World,
) -> None:
    closed = Status("wamid.1", ASHA.phone, "failed", world.graph.now, error_code=131047)
    world.channel.note(ORG, closed)
    assert world.channel.window.is_closed(ORG, ASHA.phone)
    world.graph.now += 60
    world.says(ASHA, "back again")
    world.channel.note(ORG, closed)
    late = replace(closed, id="wamid.2")
    world.channel.note(ORG, late)
    assert not world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_flows_own_template_goes_out_at_any_time(world: World) -> None:
    world.line.templates.add(("reminder", "en"))
    world.send("k", {**text("reminder"), "template": {"name": "reminder", "variables": ["Asha"]}})
    assert world.graph.sent[0].body["template"]["components"][0]["parameters"] == [
        {"type": "text", "text": "Asha"}
    ]


def test_the_window_goes_by_when_the_contact_wrote(world: World) -> None:
    late = Inbound("wamid.L", ASHA.phone, "text", sent_at=world.graph.now - 25 * 3600, text="old")
    world.channel.accept(ORG, late)
    assert world.channel.window.is_closed(ORG, ASHA.phone)
    world.says(ASHA, "new")
    world.channel.accept(ORG, late)
    assert not world.channel.window.is_closed(ORG, ASHA.phone)


def test_a_reaction_opens_no_window(world: World) -> None:
    world.channel.accept(ORG, Inbound("wamid.R", ASHA.phone, "reaction", world.graph.now))
    assert world.channel.window.last_inbound(ORG, ASHA.phone) is None


# --- options ---


LONG = {
    "type": "list",
    "text": "Which?",
    "options": [{"title": f"A rather long option number {number}"} for number in range(1, 13)],
    "interactive": {"msgid": "node-9"},
}


@pytest.mark.parametrize("answer", ["3", " 3. ", "3)", "३", "٣"])
def test_the_number_of_an_option_is_its_choice(world: World, answer: str) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send("k", LONG)
    world.says(ASHA, answer)
    (found,) = world.inbound()
    assert (found.type, found.text) == ("list", "A rather long option number 3")
    assert found.interactive == {"id": "node-9", "title": "A rather long option number 3"}
    world.says(ASHA, answer)
    assert [(one.type, one.text) for one in world.inbound()] == [("text", answer)]


@pytest.mark.parametrize("answer", ["13", "0", "3 of them", "A rather long option number 3"])
def test_another_answer_is_only_itself(world: World, answer: str) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send("k", LONG)
    world.says(ASHA, answer)
    assert [(one.type, one.text) for one in world.inbound()] == [("text", answer)]


def test_a_number_is_only_itself_once_no_key_opens_the_options(world: World) -> None:
    world.says(ASHA, "hi")
    world.inbound()
    world.send("k", LONG)
    world.channel.choices.cipher = Cipher([SECOND_KEY])
    world.says(ASHA, "3")
    assert [one.text for one in world.inbound()] == ["3"]


def test_an_options_words_are_sealed(world: World) -> None:
    world.says(ASHA, "hi")
    world.send("k", LONG)
    (key,) = list(world.redis.scan_iter("*choices*"))
    assert b"rather" not in world.redis.get(key)


# --- media ---


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
    url = client._read(client._ask("GET", f"{client.root}/{file.id}"))["url"]
    world.graph.now += 299
    assert client._ask("GET", url).body == b"x"
    world.graph.now += 2
    with pytest.raises(Exception, match="rejected"):
        client._ask("GET", url)


# --- typing, forgetting ---


def test_typing_is_repeated_and_never_in_the_way(world: World) -> None:
    world.says(ASHA, "hi")
    (asked,) = world.inbound()
    client = world.channel.open_client(ORG)
    with typing_while(client, asked.id, repeat_seconds=0.01):
        wait_for(lambda: len(world.graph.read) >= 3, "repetitions")
    assert typing_indicator.REPEAT_SECONDS < 25
    with pytest.raises(ProviderTimeout), typing_while(client, "wamid.unknown"):
        raise ProviderTimeout("the block's own failure is the one that counts")


def test_a_forgotten_contact_leaves_nothing_readable_behind(world: World) -> None:
    world.says(ASHA, "hi")
    world.says(RAVI, "hi")
    world.graph.fail(131009)
    world.send("k", text("bad"), LONG)
    world.channel.deliver(ORG, ASHA.phone, "k2", [(text("later"), 60.0)])
    world.channel.forget(ORG, ASHA.phone)
    left = [key.decode() for key in world.redis.scan_iter(f"*{ASHA.phone}*")]
    assert [key for key in left if "rest" not in key and "reopened" not in key] == []
    assert world.dead() == []
    assert [found.text for found in world.inbound(RAVI)] == ["hi"]
