"""What people do in a conversation, each a turn of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from flowhook.errors import Conflict, InvalidInput, NotFound
from flowhook.redis.connect import Client
from flows.conversations.interventions import Interventions
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message, WebhookAnswer, WebhookPending
from tests.flows.conversations.test_roster import place_of, row_of
from tests.flows.room import ORG, Room, starting
from tests.flows.rostered import expected, indices

ASKING: dict[str, Any] = {
    "uuid": "f",
    "name": "Asking",
    "keywords": ["go"],
    "nodes": [
        {"id": "a", "send": "Your name?", "to": "name"},
        {"id": "name", "wait": {"result": "name"}, "else": "b"},
        {"id": "b", "send": "Your village, @results.name", "to": "village"},
        {"id": "village", "wait": {"seconds": 600}, "else": "c", "silent": "late"},
        {"id": "c", "send": "Thanks", "to": None},
        {"id": "late", "send": "Another day", "to": None},
    ],
}


class Desk:
    """A room with a channel, and a person at it."""

    def __init__(self, redis: Any, **more: Any) -> None:
        self.room = Room(redis, posts=("post",), **more)
        self.room.publish(ASKING)
        self.person = Interventions(self.room.conversations)

    def hear(self, text: str, message_id: str = "", channel: str = "post") -> dict[str, Any]:
        return self.room.conversations.receive(
            ORG,
            "7",
            Message(text=text),
            message_id=message_id,
            known=ContactUpdate(channel=channel),
        )

    def delivered(self) -> list[str]:
        while self.room.pass_time(5):
            pass
        return [text for _, text in self.room.channels["post"].delivered]

    def notes(self) -> list[tuple[str, str]]:
        transcript = self.room.conversations.store.transcript(ORG, "7")
        return [(one["type"], one["by"]) for one in transcript if "by" in one]


@pytest.fixture
def desk(any_redis: Client) -> Desk:
    return Desk(any_redis)


def test_while_paused_messages_are_kept_and_no_flow_runs(desk: Desk) -> None:
    desk.hear("go")
    paused = desk.person.pause(ORG, "7", "Asha")
    assert (paused["status"], paused["node"], paused["messages"]) == ("paused", "name", [])
    answer = desk.hear("Is anybody there?", "m1")
    assert (answer["status"], answer["messages"]) == ("paused", [])
    assert desk.hear("Is anybody there?", "m1") == answer
    assert desk.hear("go")["messages"] == []  # nor by a keyword
    shown = desk.room.conversations.show(ORG, "7")
    heard = [one["text"] for one in shown["transcript"] if one["direction"] == "in"]
    assert heard == ["go", "Is anybody there?", "go"]
    assert shown["status"] == "paused"
    assert (place_of(desk.room).status, row_of(desk.room).last_message) == ("paused", "go")  # type: ignore[union-attr]
    assert desk.delivered() == ["Your name?"]
    desk.person.unpause(ORG, "7", "Bina")
    assert desk.room.conversations.show(ORG, "7")["status"] == "waiting"
    desk.hear("Chaya")
    assert desk.delivered() == ["Your name?", "Your village, Chaya"]
    assert desk.notes() == [("paused", "Asha"), ("unpaused", "Bina")]
    assert indices(desk.room.redis) == expected(desk.room.redis)


def test_pausing_and_unpausing_again_changes_nothing(desk: Desk) -> None:
    desk.hear("go")
    desk.person.unpause(ORG, "7", "Asha")
    desk.person.pause(ORG, "7", "Asha")
    before = place_of(desk.room).since
    desk.room.pass_time(60)
    assert desk.person.pause(ORG, "7", "Bina")["status"] == "paused"
    assert place_of(desk.room).since == before
    assert desk.notes() == [("paused", "Asha")]


def test_a_timer_waits_until_the_pause_ends(desk: Desk) -> None:
    desk.hear("go")
    desk.hear("Asha")
    desk.person.pause(ORG, "7", "Bina")
    desk.room.pass_time(700)
    assert desk.delivered() == ["Your name?", "Your village, Asha"]
    desk.person.unpause(ORG, "7", "Bina")
    assert desk.delivered()[2:] == ["Another day"]


def test_a_flow_that_another_starts_waits_until_the_pause_ends(desk: Desk) -> None:
    nodes = [{"id": "x", "actions": [starting("7", "told")]}]
    news = [{"id": "n", "send": "News"}]
    desk.room.publish({"uuid": "tell", "nodes": nodes}, {"uuid": "told", "nodes": news})
    desk.hear("go")
    desk.person.pause(ORG, "7", "Bina")
    desk.room.conversations.start(ORG, "8", "tell")
    desk.room.pass_time(60)
    assert desk.delivered() == ["Your name?"]
    desk.person.unpause(ORG, "7", "Bina")
    desk.room.pass_time(60)
    assert desk.delivered() == ["Your name?", "News"]


def test_a_webhooks_answer_waits_until_the_pause_ends(any_redis: Client) -> None:
    calls: list[Mapping[str, Any]] = []

    def later(name: str, body: Mapping[str, Any]) -> WebhookPending:
        calls.append(body)
        return WebhookPending(60)

    desk = Desk(any_redis, function=later)
    hook = {"url": "slow", "result_name": "slow", "body": "{}"}
    nodes = [
        {"id": "hook", "webhook": hook, "success": "m", "failure": "x"},
        {"id": "m", "send": "It says @results.slow.word"},
        {"id": "x", "send": "It failed"},
    ]
    desk.room.publish({"uuid": "g", "keywords": ["ask"], "nodes": nodes})
    desk.hear("ask")
    desk.person.pause(ORG, "7", "Asha")
    call_id = int(calls[0]["webhook_log_id"])
    answer = WebhookAnswer(200, {"word": "yes"})
    assert desk.room.conversations.finish_webhook(ORG, "7", call_id, answer)["messages"] == []
    desk.room.pass_time(120)
    assert desk.person.unpause(ORG, "7", "Asha")["messages"][0]["text"] == "It says yes"
    assert desk.delivered() == ["It says yes"]
    assert "held" not in (desk.room.conversations.store.state(ORG, "7") or {})


def test_what_would_run_a_flow_is_refused_while_paused(desk: Desk) -> None:
    desk.hear("go")
    desk.person.pause(ORG, "7", "Asha")
    conversations = desk.room.conversations
    before = conversations.show(ORG, "7")
    refused: list[Callable[[], Any]] = [
        lambda: conversations.start(ORG, "7", "f"),
        lambda: conversations.resume(ORG, "7", "f", {}),
        lambda: desk.person.restart(ORG, "7", "Asha"),
        lambda: desk.person.move(ORG, "7", "village", "Asha"),
    ]
    for act in refused:
        with pytest.raises(Conflict, match="paused"):
            act()
    assert conversations.show(ORG, "7") == before


@pytest.mark.parametrize("is_paused", [True, False])
def test_a_persons_words_go_out_by_the_contacts_channel(desk: Desk, is_paused: bool) -> None:
    desk.hear("go")
    if is_paused:
        desk.person.pause(ORG, "7", "Asha")
    said = desk.person.say(ORG, "7", " Good morning @results.name ", "Asha")
    assert said["messages"] == [{"type": "text", "text": "Good morning @results.name"}]
    assert said["status"] == ("paused" if is_paused else "waiting")
    assert desk.delivered() == ["Your name?", "Good morning @results.name"]
    assert desk.notes()[-1] == ("text", "Asha")
    assert place_of(desk.room).node == "name"
    desk.room.conversations.receive(ORG, "9", Message(text="go"))
    with pytest.raises(Conflict, match="no channel"):
        desk.person.say(ORG, "9", "Hello", "Asha")
    assert "Hello" not in desk.room.said("9")
    for wrong in ("  ", "x" * 5000):
        with pytest.raises(InvalidInput) as refused:
            desk.person.say(ORG, "7", wrong, "Asha")
        assert refused.value.fields == {"text": ["Length must be between 1 and 4096."]}


def test_a_flow_is_begun_anew_where_the_contact_is_or_was(desk: Desk) -> None:
    desk.hear("go")
    desk.hear("Asha")
    assert desk.person.restart(ORG, "7", "Bina")["node"] == "name"
    desk.hear("Chaya")
    desk.hear("Rampur")
    assert place_of(desk.room).status == "completed"
    desk.person.restart(ORG, "7", "Bina")
    assert place_of(desk.room).node == "name"
    assert desk.delivered().count("Your name?") == 3
    desk.room.conversations.receive(ORG, "8", Message(text="nothing"))
    with pytest.raises(Conflict):
        desk.person.restart(ORG, "8", "Bina")


def test_a_contact_goes_on_at_another_node(desk: Desk) -> None:
    desk.hear("go")
    moved = desk.person.move(ORG, "7", "village", "Asha")
    assert (moved["node"], moved["messages"]) == ("village", [])
    assert desk.person.move(ORG, "7", "c", "Asha")["status"] == "completed"
    assert desk.delivered() == ["Your name?", "Thanks"]
    with pytest.raises(Conflict):
        desk.person.move(ORG, "7", "c", "Asha")
    desk.hear("go")
    before = desk.room.conversations.show(ORG, "7")
    with pytest.raises(NotFound):
        desk.person.move(ORG, "7", "nowhere", "Asha")
    assert desk.room.conversations.show(ORG, "7") == before
    assert indices(desk.room.redis) == expected(desk.room.redis)


def test_who_never_wrote_is_not_known(desk: Desk) -> None:
    person = desk.person
    acts: list[Callable[[], Any]] = [
        lambda: person.pause(ORG, "nobody", "Asha"),
        lambda: person.unpause(ORG, "nobody", "Asha"),
        lambda: person.say(ORG, "nobody", "Hello", "Asha"),
        lambda: person.restart(ORG, "nobody", "Asha"),
        lambda: person.move(ORG, "nobody", "a", "Asha"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert not desk.room.conversations.store.exists(ORG, "nobody")
