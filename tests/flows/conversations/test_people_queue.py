"""What turns tell people reaches them once, however processes end."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.errors import InvalidInput, RateLimited
from flowhook.redis.connect import Client
from flows.channels import contact_queue
from flows.channels.held_item import Abandon
from flows.conversations.conversations import Conversations
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.people import Helpers
from tests.flows.room import ORG, Room

TICKET = {
    "type": "open_ticket",
    "topic": {"uuid": "t", "name": "Crops"},
    "body": "@results.question",
}
FLOW: dict[str, Any] = {
    "uuid": "f",
    "keywords": ["help"],
    "nodes": [
        {"id": "ask", "send": "What is it?", "to": "wait"},
        {"id": "wait", "wait": {"result": "question"}, "else": "ticket"},
        {"id": "ticket", "ask": TICKET, "success": "thanks", "failure": "thanks"},
        {"id": "thanks", "send": "Somebody will answer."},
    ],
}


class Farm:
    """A room whose flow asks people."""

    def __init__(self, redis: Any, people: Helpers | None = None) -> None:
        self.people = people or Helpers()
        self.room = Room(redis, posts=("post",))
        self.room.publish(FLOW)
        self.queue = self.conversations.add_people(self.people)

    @property
    def conversations(self) -> Conversations:
        return self.room.conversations

    def hear(self, text: str) -> dict[str, Any]:
        known = ContactUpdate(name="Asha", language="hi", channel="post")
        return self.conversations.receive(ORG, "7", Message(text=text), known=known)

    def sweep(self, seconds: float = 60.0) -> None:
        self.room.pass_time(seconds)
        self.queue.sweep()


@pytest.fixture
def farm(any_redis: Client) -> Farm:
    return Farm(any_redis)


def test_a_ticket_reaches_people_once_its_turn_is_stored(farm: Farm) -> None:
    farm.hear("help")
    assert farm.people.tickets == {}
    farm.hear("My rice is yellow")
    (ticket,) = farm.people.tickets.values()
    told = (ticket.contact, ticket.name, ticket.language, ticket.flow, ticket.node)
    assert told == ("7", "Asha", "hi", "f", "ticket")
    assert (ticket.topic, ticket.body, ticket.assignee) == ("Crops", "My rice is yellow", "")
    farm.sweep()
    assert len(farm.people.tickets) == 1


@pytest.mark.parametrize("failure", [RedisConnectionError("away"), KeyboardInterrupt()])
def test_a_ticket_is_told_by_a_sweep_if_the_process_ends(
    farm: Farm, failure: BaseException
) -> None:
    farm.hear("help")
    farm.people.failures = [failure]
    if isinstance(failure, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            farm.hear("My rice is yellow")
    else:
        farm.hear("My rice is yellow")
    assert farm.people.tickets == {}
    other = Farm(farm.room.redis, farm.people)
    other.sweep()
    assert [one.body for one in farm.people.tickets.values()] == ["My rice is yellow"]
    other.sweep(600)
    assert len(farm.people.tickets) == 1


def test_people_without_room_are_told_when_there_is_some(farm: Farm) -> None:
    farm.hear("help")
    farm.people.failures = [RateLimited("the inbox is full", retry_after_seconds=100)]
    farm.hear("My rice is yellow")
    farm.sweep(50)
    assert farm.people.tickets == {}
    farm.sweep(60)
    assert len(farm.people.tickets) == 1


def test_what_waits_for_people_is_bounded(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_queue, "MAX_WAITING", 3)
    farm.people.failures = [RateLimited("the inbox is full", retry_after_seconds=100)] * 20
    for number in range(5):
        farm.hear("help")
        farm.hear(f"Question {number}")
    assert farm.queue.queue.waiting(ORG, "7") == 3
    farm.people.failures = []
    farm.sweep(200)
    bodies = [one.body for one in farm.people.tickets.values()]
    assert bodies == ["Question 0", "Question 1", "Question 2"]


def test_what_people_cannot_have_is_noted_in_the_conversation(farm: Farm) -> None:
    farm.hear("help")
    farm.people.failures = [InvalidInput("no such kind")]
    farm.hear("My rice is yellow")
    note = farm.conversations.show(ORG, "7")["transcript"][-1]
    assert (note["type"], note["reason"]) == ("msg_not_sent", "invalid_input: no such kind")
    farm.sweep()
    assert farm.people.tickets == {}


def test_an_undelivered_message_is_told_once(farm: Farm) -> None:
    post = farm.room.channels["post"]
    post.outbox.dead_items.add_telling(
        lambda org, dead: farm.queue.undelivered(org, dead, "post", dead.item["text"])
    )
    farm.hear("help")
    post.failures = [Abandon("window_closed: too late")]
    farm.conversations.send_out(ORG, "7")
    assert [one.reason for one in post.outbox.dead(ORG)] == ["window_closed: too late"]
    farm.sweep()
    farm.sweep()
    (told,) = farm.people.undelivered.values()
    assert (told.contact, told.channel, told.text) == ("7", "post", "What is it?")
    assert told.reason == "window_closed: too late"


def test_a_service_without_people_goes_on_as_before(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(FLOW)
    room.conversations.receive(ORG, "7", Message(text="help"))
    answer = room.conversations.receive(ORG, "7", Message(text="My rice is yellow"))
    assert answer["messages"][0]["text"] == "Somebody will answer."
    assert not [key for key in any_redis.keys("*") if b":people:" in key]
