"""How contacts went through a flow, counted with their turns."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from flowhook.redis.connect import Client
from flows.conversations.funnel import (
    KEPT_SECONDS,
    WEEKS_KEPT,
    Answered,
    counts_of,
    funnel_key,
    median_seconds,
    read_funnel,
    weeks_between,
)
from flows.conversations.interventions import Interventions
from flows.conversations.node_counts import read_tally
from flows.conversations.turn import ContactUpdate
from flows.library.publishing import newest
from flows.model.events import (
    ExitTaken,
    FlowCompleted,
    FlowFailed,
    FlowInterrupted,
    FlowStarted,
    NodeEntered,
    RouteTaken,
)
from flows.model.session import Message
from tests.flows.asking_twice import AsksTwice
from tests.flows.room import ORG, Room

WEEKS = [date(2025, 12, 22), date(2025, 12, 29), date(2026, 1, 5)]
FLOW: dict[str, Any] = {
    "uuid": "f",
    "keywords": ["go"],
    "nodes": [
        {"id": "ask", "send": "Ready?", "to": "hear"},
        {
            "id": "hear",
            "wait": {},
            "cases": [["has_any_word", ["no"], "No", "ask"]],
            "else": "sub",
        },
        {"id": "sub", "enter": "g", "to": "end"},
        {"id": "end", "send": "Goodbye"},
    ],
}
SUB: dict[str, Any] = {"uuid": "g", "nodes": [{"id": "g1", "send": "Within"}]}


def at(node: str, flow: str = "f") -> dict[str, str]:
    return {"flow": flow, "node": node}


def shown(room: Room) -> dict[str, Any]:
    _, flow = newest(room.flows, ORG, "f")
    return read_funnel(room.redis, ORG, flow, WEEKS)


def go(room: Room, *texts: str, contact: str = "7", seconds: float = 100) -> None:
    for text in texts:
        room.conversations.receive(ORG, contact, Message(text=text))
        room.pass_time(seconds)


def test_every_arrival_way_and_end_is_counted(any_redis: Client) -> None:
    room = Room(AsksTwice(any_redis))
    room.publish(FLOW, SUB)
    go(room, "go", "no", "yes")
    go(room, "go", "go", contact="8")
    funnel = shown(room)
    ask, hear, sub, end = funnel["nodes"]
    assert (ask["label"], ask["reached"], ask["left"]) == ("Ready?", 4, {"": 4})
    assert hear == {
        "node": "hear",
        "label": "No / Other",
        "reached": 4,
        "left": {"No": 1, "Other": 1},
        "waiting": 1,
        "ended": {"interrupted": 1},
        "median_seconds": 96,
    }
    assert (sub["reached"], end["reached"], end["ended"]) == (1, 1, {"completed": 1})
    numbers = {"started": 3, "completed": 1, "failed": 0, "interrupted": 1}
    assert funnel["weeks"][1] == {
        "week": "2026-W01",
        "from": "2025-12-29",
        "to": "2026-01-04",
        **numbers,
    }
    assert [week["started"] for week in funnel["weeks"]] == [0, 3, 0]


def test_weeks_are_apart_and_kept_for_half_a_year(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(FLOW, SUB)
    go(room, "go", seconds=4 * 86_400)
    room.moment = datetime(2026, 1, 6, tzinfo=UTC)
    go(room, "yes")
    funnel = shown(room)
    assert [week["started"] for week in funnel["weeks"]] == [0, 1, 0]
    assert [week["completed"] for week in funnel["weeks"]] == [0, 0, 1]
    assert funnel["nodes"][1]["median_seconds"] > 86_400
    for week in ("2026-W01", "2026-W02"):
        assert KEPT_SECONDS - 60 < any_redis.ttl(funnel_key(ORG, "f", week)) <= KEPT_SECONDS
    assert KEPT_SECONDS == 189 * 86_400


def test_nodes_that_are_gone_stand_behind_without_words(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(FLOW, SUB)
    go(room, "go")
    room.publish({**FLOW, "nodes": FLOW["nodes"][3:]})
    assert [(one["node"], one["label"]) for one in shown(room)["nodes"]] == [
        ("end", "Goodbye"),
        ("hear", ""),
        ("ask", ""),
    ]


def test_a_node_may_be_called_anything(any_redis: Client) -> None:
    room = Room(any_redis)
    nodes = [
        {"id": "ask|1", "send": "Ready?", "to": "hear|50%"},
        {"id": "hear|50%", "wait": {}, "cases": [["has_any_word", ["no"], "No|0", None]]},
    ]
    room.publish({**FLOW, "nodes": nodes})
    go(room, "go", "no")
    ask, hear = shown(room)["nodes"]
    assert (ask["node"], ask["reached"], ask["left"]) == ("ask|1", 1, {"": 1})
    assert (hear["reached"], hear["left"]) == (1, {"No|0": 1})
    assert hear["ended"] == {"completed": 1}
    assert hear["median_seconds"] is not None
    assert read_tally(any_redis, ORG, "f").taken == {("ask|1", ""): 1, ("hear|50%", "No|0"): 1}


def test_what_a_person_writes_and_a_pause_count_nowhere(any_redis: Client) -> None:
    room = Room(any_redis, posts=("post",))
    room.publish(FLOW, SUB)
    room.conversations.receive(ORG, "7", Message(text="go"), known=ContactUpdate(channel="post"))
    before = shown(room)
    person = Interventions(room.conversations)
    person.pause(ORG, "7", "Asha")
    go(room, "no", "yes")
    person.say(ORG, "7", "Hello", "Asha")
    person.unpause(ORG, "7", "Asha")
    assert shown(room) == before


def test_a_node_that_goes_on_is_not_reached_again() -> None:
    events = [
        NodeEntered(**at("n")),
        RouteTaken(**at("n"), operand="x", category="Yes"),
        NodeEntered(**at("m")),
        NodeEntered(**at("m")),  # after the sub-flow that it began
        ExitTaken(**at("m")),
        NodeEntered(**at("n")),
        FlowFailed(**at("n"), reason="", reset=False),
    ]
    counts = counts_of({("f", "n")}, events, Answered(("f", "n"), 5.0))
    assert counts == {
        "f": Counter(
            {
                "left|n|Yes": 1,
                "time|n|2": 1,
                "reached|m": 1,
                "left|m|": 1,
                "reached|n": 1,
                "ended|n|failed": 1,
            }
        )
    }


def test_a_flow_that_begins_again_at_its_node_reaches_it_again() -> None:
    events = [
        FlowInterrupted(**at("n"), reason=""),
        FlowStarted(**at("n"), name="F", revision=1),
        NodeEntered(**at("n")),
        FlowCompleted(**at("x", "g"), results={}),
        FlowFailed(flow="", node="", reason="", reset=False),
    ]
    assert counts_of({("f", "n")}, events, None) == {
        "f": Counter({"ended|n|interrupted": 1, "started": 1, "reached|n": 1}),
        "g": Counter({"ended|x|completed": 1}),
    }


def test_the_median_lies_within_its_power_of_two() -> None:
    assert median_seconds({0: 1}) == 2
    assert median_seconds({6: 1, 7: 1, 12: 5}) in range(4096, 8192)


def test_no_more_weeks_are_read_than_are_kept() -> None:
    weeks = weeks_between(date(2000, 1, 1), date(2026, 11, 28))
    assert len(weeks) == WEEKS_KEPT + 1
    assert weeks_between(date(2026, 11, 28), date(2026, 11, 23)) == [date(2026, 11, 23)]
