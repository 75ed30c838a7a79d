"""Where contacts wait in each flow, and how often each way was taken."""

from __future__ import annotations

from typing import Any

from flowhook.redis.connect import Client
from flows.conversations.node_counts import NodeCounts, counted, place_of, read_tally, tally_key
from flows.model.contact import Contact
from flows.model.events import ExitTaken, NodeEntered, RouteTaken
from flows.model.session import Message, Run, Session
from tests.flows.room import ORG, Room

AT = {"flow": "f", "node": "n"}


def test_a_contact_waits_where_the_next_message_goes() -> None:
    run = Run(1, "f", 1, "n")
    session = Session(Contact("7"), runs=[run])
    assert place_of(session) is None
    run.waiting = "message"
    assert place_of(session) == ("f", "n")
    run.in_background = True
    assert place_of(session) is None


def test_what_a_turn_changes() -> None:
    events = [
        NodeEntered(**AT),
        RouteTaken(**AT, operand="x", category="Yes"),
        RouteTaken(**AT, operand="y", category="Yes"),
        ExitTaken(**AT),
    ]
    key, other = tally_key(ORG, "f"), tally_key(ORG, "g")
    assert counted(ORG, ("f", "n"), ("g", "m"), events) == [
        ("COUNT", key, 0, "waiting|n", -1, "taken|n|Yes", 2, "taken|n|", 1),
        ("COUNT", other, 0, "waiting|m", 1),
    ]
    assert counted(ORG, ("f", "n"), ("f", "n")) == []
    assert counted(ORG, None, None) == []


def test_a_tally_is_read_back(any_redis: Client) -> None:
    changes: dict[Any, Any] = {
        "waiting|n": 2,
        "waiting|gone": -1,
        "taken|n|Yes | no": 3,
        "taken|n|": 1,
    }
    any_redis.hset(tally_key(ORG, "f"), mapping=changes)
    assert read_tally(any_redis, ORG, "f") == NodeCounts(
        waiting={"n": 2, "gone": 0}, taken={("n", "Yes | no"): 3, ("n", ""): 1}
    )
    assert read_tally(any_redis, ORG, "g") == NodeCounts()


def test_turns_are_counted(any_redis: Client) -> None:
    room = Room(any_redis)
    nodes = [
        {"id": "ask", "send": "Ready?", "to": "hear"},
        {"id": "hear", "wait": {}, "else": None},
    ]
    room.publish({"uuid": "f", "keywords": ["f"], "nodes": nodes})
    for contact, text in (("7", "f"), ("8", "f"), ("8", "yes")):
        room.conversations.receive(ORG, contact, Message(text=text))
    assert read_tally(any_redis, ORG, "f") == NodeCounts(
        waiting={"hear": 1}, taken={("ask", ""): 2, ("hear", "Other"): 1}
    )
