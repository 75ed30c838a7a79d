"""Questions whose answer was not found wait for people, where the organisation wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import redis

from answers.inbox.item import InboxItem
from answers.inbox.listing import InboxFilter, InboxList
from answers.inbox.store import InboxStore
from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.registry import Registry
from tests.examples import check_examples
from tests.fixtures_app import FIRST_KEY
from tests.webhooks.contexts import context_factory
from webhooks import to_inbox
from webhooks.context import Context
from webhooks.dispatcher import Dispatcher
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.registry import WebhookFunction
from webhooks.to_inbox import CONVERSATION, question_of, way_of

WANTS = {"not_found": True}


class AskSchema(FunctionSchema):
    question = Text(required=True)


class Room:
    """A dispatcher with a function that finds nothing but "found"."""

    def __init__(self, store: redis.Redis) -> None:
        self.store = InboxStore(store, Cipher([FIRST_KEY]))
        functions: Registry[WebhookFunction] = Registry("webhook function")
        self.function = WebhookFunction(
            "look", look, AskSchema(), ResultSchema(), "message", {"question": "Why?"}
        )
        functions.add("look", self.function, look)
        contexts = context_factory(store)
        self.dispatcher = Dispatcher(functions, contexts, lambda entry: None, Limiter(store))

    def ask(
        self,
        question: str,
        section: Mapping[str, Any] = WANTS,
        contact: str = "5",
        is_here: bool = False,
        **more: Any,
    ) -> Outcome:
        body = {"question": question, "contact_id": contact, "flow": {"id": "7", "name": "Help"}}
        call = Call("acme", "look", body, "r1", contact=contact if is_here else "", **more)
        organisation = Organisation("acme", {"inbox": section}, {})
        return self.dispatcher.dispatch(call, self.function, organisation)

    def items(self) -> list[InboxItem]:
        return InboxList(self.store).page("acme", InboxFilter()).items


def look(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Find an answer."""
    if data["question"] == "spoken":
        context.heard = "What the contact said"
    return {"message": "I do not know.", "found": data["question"] == "found"}


@pytest.fixture
def room(fake_redis: redis.Redis) -> Room:
    return Room(fake_redis)


@pytest.mark.parametrize("section", [WANTS, {}, {"not_found": None}])
def test_what_was_not_found_waits_for_a_person(room: Room, section: dict[str, Any]) -> None:
    assert room.ask("Is it open?", section).answer["found"] is False
    (item,) = room.items()
    asked = item.asked
    assert (asked.kind, asked.question, asked.contact) == ("not_found", "Is it open?", "5")
    assert (asked.flow, asked.flow_name, dict(asked.way)) == ("7", "Help", {"kind": "none"})


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("found", {}),
        ("Hello!", {}),
        ("नमस्ते जी", {}),
        ("Is it open?", {"section": {"not_found": False}}),
        ("Is it open?", {"called_by": "question_set"}),
    ],
)
def test_nothing_else_does(room: Room, question: str, more: dict[str, Any]) -> None:
    room.ask(question, **more)
    assert room.items() == []


def test_the_same_question_of_a_contact_counts(room: Room) -> None:
    room.ask("Is it open?")
    room.ask("is  it OPEN?")
    room.ask("Is it open?", contact="6")
    assert sorted(item.state.times for item in room.items()) == [1, 2]


def test_an_answer_goes_to_the_conversation_that_asked(room: Room) -> None:
    room.ask("Is it open?", is_here=True)
    assert dict(room.items()[0].asked.way) == CONVERSATION


def test_an_answer_to_a_contact_of_glific_is_a_message() -> None:
    section = {"api_url": "http://x", "phone": "91", "password": "secret"}
    call = Call("acme", "look", {}, "r1")
    ways = [
        way_of(call, Organisation("acme", {"glific": glific}, {}), contact)["kind"]
        for glific, contact in ((section, "5"), (section, "c5"), ({}, "5"), (section, ""))
    ]
    assert ways == ["glific", "none", "none", "none"]


def test_what_was_spoken_is_asked_in_words(room: Room) -> None:
    room.ask("spoken")
    assert room.items()[0].asked.question == "What the contact said"


def test_a_full_inbox_fails_no_call(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.inbox.store.MAX_OPEN", 0)
    assert room.ask("Is it open?").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": " "},
        {"question": 5, "messages": "none"},
        {"messages": [{"role": "user", "content": [{"type": "image"}]}]},
        {"messages": ["x", {"role": "assistant", "content": "Hello"}]},
    ],
)
def test_what_holds_no_question_is_none(body: dict[str, Any]) -> None:
    assert question_of(body) == ""


def test_the_examples_hold() -> None:
    check_examples(to_inbox)
