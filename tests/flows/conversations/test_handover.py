"""A conversation that people have: no flow runs, their answers go out, and it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from flowhook.errors import Conflict, NotFound
from flowhook.redis.connect import Client
from flows.conversations import with_people
from flows.conversations.handover import Answer, Handover
from flows.conversations.interventions import Interventions
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message, WebhookAnswer, WebhookPending
from tests.flows.asking_twice import AsksTwice
from tests.flows.people import WORDS, Helpers
from tests.flows.room import ORG, Room

FLOW: dict[str, Any] = {
    "uuid": "f",
    "keywords": ["go"],
    "nodes": [
        {"id": "name", "send": "Your name?", "to": "wait"},
        {"id": "wait", "wait": {"result": "name", "seconds": 600}, "else": "m", "silent": "late"},
        {"id": "m", "send": "Hello @results.name", "to": "wait"},
        {"id": "late", "send": "Another day"},
    ],
}
HOOK = {"url": "slow", "result_name": "slow", "body": "{}"}
ASKS: dict[str, Any] = {
    "uuid": "g",
    "keywords": ["ask"],
    "nodes": [
        {"id": "hook", "webhook": HOOK, "success": "yes", "failure": "no"},
        {"id": "yes", "send": "It says @results.slow.word"},
        {"id": "no", "send": "It failed"},
    ],
}
DAY = 24 * 3600


class Clinic:
    """A room with a channel, and people whom its conversations know."""

    def __init__(self, redis: Any, function: Any = None) -> None:
        more = {"function": function} if function else {}
        self.room = Room(redis, posts=("post",), **more)
        self.room.publish(FLOW, ASKS)
        self.people = Helpers()
        self.conversations = self.room.conversations
        self.queue = self.conversations.add_people(self.people)
        self.handover = Handover(self.conversations)
        self.post = self.room.channels["post"]

    def hear(self, text: str, channel: str = "post") -> list[str]:
        known = ContactUpdate(channel=channel)
        answer = self.conversations.receive(ORG, "7", Message(text=text), known=known)
        return [one["text"] for one in answer["messages"]]

    def take(self, item: str = "i1") -> None:
        self.people.taken.add(item)
        self.handover.take(ORG, "7", item, "Bina")

    def answer(self, text: str, item: str = "i1") -> bool:
        return self.handover.answer(ORG, "7", Answer(item, text, "Bina"))

    def delivered(self) -> list[str]:
        while self.room.pass_time(5):
            pass
        return [text for _, text in self.post.delivered]

    def status(self) -> str:
        return str(self.conversations.show(ORG, "7")["status"])


@pytest.fixture
def clinic(any_redis: Client) -> Clinic:
    return Clinic(any_redis)


def test_while_a_person_has_it_messages_are_theirs_and_the_contact_is_told_once(
    clinic: Clinic,
) -> None:
    clinic.hear("go")
    clinic.take()
    assert clinic.status() == "paused"
    assert clinic.hear("Is anybody there?") == [WORDS["en"]]
    assert clinic.hear("go") == []
    assert clinic.people.heard("i1") == ["Is anybody there?", "go"]
    assert clinic.delivered() == ["Your name?", WORDS["en"]]
    Interventions(clinic.conversations).say(ORG, "7", "Which crop?", "Bina")
    assert clinic.answer("Water it.") is True
    assert clinic.delivered()[2:] == ["Which crop?", "Water it."]
    assert clinic.status() == "waiting"
    assert clinic.hear("Asha") == ["Hello Asha"]
    assert clinic.people.heard("i1") == ["Is anybody there?", "go"]
    acts = clinic.conversations.show(ORG, "7")["transcript"]
    by = [(one["type"], one["by"]) for one in acts if "by" in one]
    assert by == [("paused", "Bina"), ("text", "Bina"), ("text", "Bina"), ("unpaused", "Bina")]


def test_an_answer_is_said_once_however_often_it_is_asked_for(clinic: Clinic) -> None:
    clinic.hear("go")
    assert [clinic.answer("Water it.") for _ in range(3)] == [True, True, True]
    assert clinic.answer("And more.", "i2") is True
    assert clinic.delivered() == ["Your name?", "Water it.", "And more."]


def test_an_answer_is_said_once_where_answers_of_redis_are_lost(any_redis: Client) -> None:
    clinic = Clinic(any_redis)
    clinic.hear("go")
    twice = Clinic(AsksTwice(any_redis))
    twice.take()
    assert twice.answer("Water it.") and clinic.answer("Water it.")
    assert clinic.delivered() + twice.delivered() == ["Your name?", "Water it."]
    assert clinic.hear("Asha") == ["Hello Asha"]


def test_an_answer_after_the_window_goes_out_when_the_contact_writes(clinic: Clinic) -> None:
    clinic.hear("go")
    clinic.delivered()
    clinic.post.is_closed = True
    assert clinic.answer("Water it.") is False
    assert clinic.answer("Water it.") is False
    assert clinic.post.asked_to_write == ["i1", "i1"]
    assert clinic.delivered() == ["Your name?"]
    entry = next(one for one in clinic.conversations.show(ORG, "7")["transcript"] if "by" in one)
    assert (entry["text"], entry["by"], entry["kept"]) == ("Water it.", "Bina", True)
    clinic.post.is_closed = False
    assert clinic.hear("Asha") == ["Water it.", "Hello Asha"]
    assert clinic.hear("Ravi") == ["Hello Ravi"]
    assert clinic.delivered() == ["Your name?", "Water it.", "Hello Asha", "Hello Ravi"]
    assert clinic.room.said("7").count("Water it.") == 1
    assert clinic.answer("Water it.") is True


def test_what_waits_for_the_contact_is_bounded(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(with_people, "MAX_KEPT", 1)
    clinic.hear("go")
    clinic.post.is_closed = True
    assert clinic.answer("Water it.") is False
    with pytest.raises(Conflict, match="wait for this contact"):
        clinic.answer("And weed it.", "i2")
    clinic.post.is_closed = False
    assert clinic.hear("Asha") == ["Water it.", "Hello Asha"]
    assert clinic.answer("And weed it.", "i2") is True


def test_a_contact_of_the_api_gets_the_answer_with_the_next_message(clinic: Clinic) -> None:
    clinic.hear("go", channel="api")
    assert clinic.answer("Water it.") is False
    assert "Water it." in clinic.room.said("7")
    assert clinic.hear("Asha", channel="api") == ["Water it.", "Hello Asha"]
    assert clinic.room.said("7").count("Water it.") == 1


def test_it_ends_with_the_last_item(clinic: Clinic) -> None:
    clinic.hear("go")
    clinic.take("i1")
    clinic.take("i2")
    assert clinic.hear("Hello?") == [WORDS["en"]]
    assert clinic.people.heard("i1") == clinic.people.heard("i2") == ["Hello?"]
    clinic.handover.give_back(ORG, "7", "i1", "Bina")
    assert clinic.hear("Hello?") == []
    clinic.handover.give_back(ORG, "7", "i2", "Bina")
    clinic.handover.give_back(ORG, "7", "i2", "Bina")
    assert clinic.hear("Asha") == ["Hello Asha"]


def test_it_ends_though_nobody_gave_it_back(clinic: Clinic) -> None:
    clinic.hear("go")
    clinic.take()
    clinic.people.taken.clear()  # the process that closed the item died before it told
    assert clinic.hear("Asha") == ["Hello Asha"]
    assert clinic.status() == "waiting"


def test_it_ends_after_a_day_and_what_fell_due_happens(clinic: Clinic) -> None:
    clinic.hear("go")
    clinic.take()
    clinic.room.pass_time(700)
    assert clinic.delivered() == ["Your name?"]
    clinic.room.pass_time(DAY)
    assert clinic.delivered() == ["Your name?", "Another day"]
    assert clinic.status() == "completed"


def test_a_pause_from_before_stays(clinic: Clinic) -> None:
    clinic.hear("go")
    person = Interventions(clinic.conversations)
    person.pause(ORG, "7", "Asha")
    clinic.take()
    clinic.hear("Hello?")
    clinic.answer("Water it.")
    assert clinic.status() == "paused"
    assert clinic.people.heard("i1") == ["Hello?"]
    clinic.take("i2")
    person.unpause(ORG, "7", "Asha")
    assert clinic.hear("Chaya") == ["Hello Chaya"]
    assert clinic.people.heard("i2") == []


def test_a_message_to_a_flow_that_waits_for_a_person_is_the_persons(any_redis: Client) -> None:
    calls: list[Mapping[str, Any]] = []

    def later(name: str, body: Mapping[str, Any]) -> WebhookPending:
        calls.append(body)
        return WebhookPending(7 * DAY)

    clinic = Clinic(any_redis, later)
    clinic.hear("ask")
    assert clinic.hear("Are you there?") == []  # it waits for something else
    clinic.people.waiting["7"] = "i1"
    assert clinic.hear("It is urgent") == [WORDS["en"]]
    assert clinic.hear("Please") == []
    assert clinic.people.heard("i1") == ["It is urgent", "Please"]
    call_id = int(calls[0]["webhook_log_id"])
    answer = WebhookAnswer(200, {"word": "yes"})
    clinic.conversations.finish_webhook(ORG, "7", call_id, answer)
    assert clinic.delivered()[-1] == "It says yes"


def test_what_people_are_not_asked_for_costs_nothing(clinic: Clinic) -> None:
    clinic.hear("go")
    clinic.hear("Asha")
    assert clinic.people.asked == []
    assert "with_people" not in (clinic.conversations.store.state(ORG, "7") or {})


def test_who_never_wrote_is_not_known(clinic: Clinic) -> None:
    acts: list[Callable[[], Any]] = [
        clinic.take,
        lambda: clinic.handover.give_back(ORG, "7", "i1", "Bina"),
        lambda: clinic.answer("Hello"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
