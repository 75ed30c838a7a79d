"""Where contacts wait in each flow, and how often each way was taken."""

from __future__ import annotations

from typing import Any

from flowhook.redis.connect import Client
from flows.conversations.node_counts import (
    NodeCounts,
    Waits,
    counted,
    read_tally,
    tally_key,
    waits_of,
)
from flows.model.contact import Contact
from flows.model.events import ExitTaken, NodeEntered, RouteTaken
from flows.model.session import Message, Run, Session
from tests.flows.room import ORG, Room

AT = {"flow": "f", "node": "n"}


def test_a_contact_waits_where_the_next_message_goes() -> None:
    run = Run(1, "f", 1, "n")
    session = Session(Contact("7"), runs=[run])
    assert waits_of(session) is None
    run.waiting = "message"
    assert waits_of(session) == Waits(("f", "n"), 1)
    run.in_background = True
    assert waits_of(session) is None


def test_what_a_turn_changes() -> None:
    events = [
        NodeEntered(**AT),
        RouteTaken(**AT, operand="x", category="Yes"),
        RouteTaken(**AT, operand="y", category="Yes"),
        ExitTaken(**AT),
    ]
    key, other = tally_key(ORG, "f"), tally_key(ORG, "g")
    assert counted(ORG, Waits(("f", "n"), 3), Waits(("g", "m"), 4), events) == [
        ("COUNT", key, 0, "waiting|n", -1, "revision|3", -1, "taken|n|Yes", 2, "taken|n|", 1),
        ("COUNT", other, 0, "waiting|m", 1, "revision|4", 1),
    ]
    assert counted(ORG, Waits(("f", "n"), 3), Waits(("f", "m"), 3)) == [
        ("COUNT", key, 0, "waiting|n", -1, "waiting|m", 1)
    ]
    assert counted(ORG, Waits(("f", "n"), 3), Waits(("f", "n"), 3)) == []
    assert counted(ORG, None, None) == []


def test_a_tally_is_read_back(any_redis: Client) -> None:
    changes: dict[Any, Any] = {
        "waiting|n": 2,
        "waiting|gone": -1,
        "revision|17": 2,
        "taken|n|Yes | no": 3,
        "taken|n|": 1,
    }
    any_redis.hset(tally_key(ORG, "f"), mapping=changes)
    assert read_tally(any_redis, ORG, "f") == NodeCounts(
        waiting={"n": 2, "gone": 0}, revisions={"17": 2}, taken={("n", "Yes | no"): 3, ("n", ""): 1}
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
    found = read_tally(any_redis, ORG, "f")
    assert found.waiting == {"hear": 1}
    assert list(found.revisions.values()) == [1]
    assert found.taken == {("ask", ""): 2, ("hear", "Other"): 1}
