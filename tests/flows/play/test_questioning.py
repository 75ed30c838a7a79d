"""A flow that is played for a question set: its bounds, and what is pretended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import redis

from answers.question_sets.target import Answered
from flowhook.organisations.organisation import Organisation
from flows.conversations.live_services import CallFunction
from flows.model.contact import Contact
from flows.model.session import Message, WebhookAnswer
from flows.play import questioning
from flows.play.questioning import FlowQuestion, FlowQuestions
from flows.sheets.access import NO_SHEETS
from tests.flows.room import ORG, Room

Json = dict[str, Any]


class Clock:
    """A clock in seconds, which a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def room(fake_redis: redis.Redis) -> Room:
    return Room(fake_redis)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def no_functions(organisation: Organisation, name: str, body: Mapping[str, Any]) -> WebhookAnswer:
    raise AssertionError(f"{name} was not expected to be called")


def answered(
    room: Room,
    clock: Clock,
    flow: str,
    *texts: str,
    functions: CallFunction = no_functions,
    **more: Any,
) -> Answered:
    conversations = room.conversations
    questions = FlowQuestions(room.flows, conversations.outgoing, lambda _: NO_SHEETS, clock)
    question = FlowQuestion(
        flow, [Message(text) for text in texts], Contact("c", name="Asha"), functions, **more
    )
    return questions.ask(conversations.settings(ORG), question)


def flow(*nodes: Json) -> Json:
    return {"uuid": "f", "name": "F", "nodes": list(nodes)}


MENU: Json = {"quick_replies": [f"Choice number {at}" for at in range(1, 13)]}
ASK: Json = {"id": "q", "send": "Which?", "with": MENU, "to": "w"}
CHOSEN: Json = {"id": "c", "send": "You chose @results.a.input"}


def test_a_number_chooses_among_options_that_were_numbered(room: Room, clock: Clock) -> None:
    room.publish(flow(ASK, {"id": "w", "wait": {"result": "a"}, "cases": [], "else": "c"}, CHOSEN))
    found = answered(room, clock, "f", "12")
    assert "12. Choice number 12" in found.messages[0]
    assert found.messages[-1] == "You chose Choice number 12"


def test_options_are_read_with_their_message(room: Room, clock: Clock) -> None:
    room.publish(flow({**ASK, "with": {"quick_replies": ["Yes", "No"]}, "to": None}))
    assert answered(room, clock, "f").messages == ("Which?\nYes\nNo",)


def test_a_conversation_that_takes_too_long_ends(room: Room, clock: Clock) -> None:
    hook = {"url": "slow", "result_name": "it", "body": "{}"}
    room.publish(
        flow(
            {"id": "a", "webhook": hook, "success": "b", "failure": "no"},
            {"id": "b", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "Yes"},
            {"id": "no", "send": "No", "to": "w"},
            {"id": "w", "wait": {}, "cases": [], "else": "yes"},
        )
    )
    called = []

    def slow(organisation: Organisation, name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        called.append(name)
        clock.seconds += questioning.MAX_SECONDS + 1
        return WebhookAnswer(200, {"answer": "late"})

    found = answered(room, clock, "f", "Hello", functions=slow)
    assert called == ["slow"]
    assert found.status == "provider_timeout"
    assert found.messages == ("No",)
    assert found.milliseconds == (questioning.MAX_SECONDS + 1) * 1000


def test_a_flow_that_says_too_much_ends(room: Room, clock: Clock) -> None:
    long = [{"id": f"n{at}", "send": "x" * 4_000, "to": f"n{at + 1}"} for at in range(70)]
    room.publish(flow(*long, {"id": "n70", "send": "End"}))
    found = answered(room, clock, "f")
    assert found.status == "too_large"
    assert sum(map(len, found.messages)) <= questioning.MAX_BYTES


def test_pretended_requests_succeed_and_real_ones_are_guarded(room: Room, clock: Clock) -> None:
    hook = {"method": "POST", "url": "http://127.0.0.1/a", "result_name": "it", "body": "{}"}
    room.publish(
        flow(
            {"id": "h", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "Yes"},
            {"id": "no", "send": "No"},
        )
    )
    assert answered(room, clock, "f", pretend=True).messages == ("Yes",)
    assert answered(room, clock, "f").messages == ("No",)


def test_chance_is_decided_by_the_seed(room: Room, clock: Clock) -> None:
    ends = [{"id": f"e{at}", "send": f"Way {at}"} for at in range(4)]
    room.publish(flow({"id": "r", "random": [one["id"] for one in ends]}, *ends))
    ways = {seed: answered(room, clock, "f", seed=seed).answer for seed in "abcdefgh"}
    assert {seed: answered(room, clock, "f", seed=seed).answer for seed in ways} == ways
    assert len(set(ways.values())) > 1


def test_what_a_flow_sends_to_others_is_not_part_of_the_answer(room: Room, clock: Clock) -> None:
    to_staff = {
        "type": "send_broadcast",
        "text": "Call them",
        "contacts": [{"uuid": "staff", "name": "Staff"}],
        "groups": [],
    }
    room.publish(flow({"id": "b", "actions": [to_staff], "to": "end"}, {"id": "end", "send": "Ok"}))
    assert answered(room, clock, "f").messages == ("Ok",)
    assert room.said("staff") == []
