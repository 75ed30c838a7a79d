"""Timers, late answers, flows for others and messages by channels, in any process."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.errors import ProviderUnavailable
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flows.channels.held_item import Abandon
from flows.conversations import conversations
from flows.conversations import store as conversation_store
from flows.conversations.turn import ContactUpdate
from flows.conversations.waker import AT_ONCE, Waker
from flows.conversations.wakeups import SHARDS, Wakeups, _shard
from flows.model.session import Message, WebhookAnswer, WebhookPending
from tests.fixtures_app import SECOND_KEY
from tests.flows.room import ORG, Room, starting
from tests.waiting import wait_for

REMINDING: dict[str, Any] = {
    "uuid": "remind",
    "keywords": ["remind"],
    "nodes": [
        {"id": "q", "send": "Coming?", "to": "w"},
        {
            "id": "w",
            "wait": {"result": "r", "seconds": 3600},
            "else": "thanks",
            "silent": "still",
        },
        {"id": "thanks", "send": "Thanks", "to": "w"},
        {"id": "still", "send": "Still there?", "to": "w"},
    ],
}


def say(room: Room, text: str, contact: str = "7", **known: Any) -> list[str]:
    answer = room.conversations.receive(
        ORG, contact, Message(text=text), known=ContactUpdate(**known)
    )
    return [message["text"] for message in answer["messages"]]


def claimed(wakeups: Wakeups, now: datetime) -> list[tuple[str, str]]:
    return [(one.org, one.contact) for one in wakeups.claim(now, 32)]


def entries(redis: Any) -> int:
    keys = [f"fh:wake:{{{shard}}}{part}" for shard in range(SHARDS) for part in ("", ":claimed")]
    return sum(redis.zcard(key) for key in keys)


def test_a_silent_contact_is_woken_once_by_any_process(any_redis: Client) -> None:
    room, other = Room(any_redis), Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    assert room.pass_time(3599) == 0
    assert room.said("7") == ["Coming?"]
    other.moment = room.moment + timedelta(seconds=2)
    room.moment = other.moment
    looked = [other.waker.look(), room.waker.look()]
    assert sorted(looked) == [0, 1]
    assert room.said("7") == ["Coming?", "Still there?"]
    assert room.pass_time(3600) == 1
    assert room.said("7") == ["Coming?", "Still there?", "Still there?"]


def test_an_answer_in_time_puts_the_timer_off(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    room.pass_time(1800)
    assert say(room, "yes") == ["Thanks"]
    room.pass_time(1900)  # the first timer's time: nothing is due
    assert room.said("7") == ["Coming?", "Thanks"]
    room.pass_time(1800)
    assert room.said("7") == ["Coming?", "Thanks", "Still there?"]
    assert entries(any_redis) == 1


def test_a_clock_that_is_set_back_holds_up_nobody(any_redis: Client) -> None:
    room = Room(any_redis)
    wakeups, hour = room.conversations.wakeups, timedelta(hours=1)
    wakeups.add(ORG, "claimed", room.moment)
    assert claimed(wakeups, room.moment) == [(ORG, "claimed")]  # by a process that dies over it
    wakeups.add(ORG, "due", room.moment)
    wakeups.add(ORG, "later", room.moment + hour)
    room.moment -= hour
    room.waker.notice_clock()
    assert claimed(wakeups, room.moment) == [(ORG, "due")]
    room.moment += timedelta(seconds=31)
    assert (ORG, "claimed") in claimed(wakeups, room.moment)
    room.moment += 2 * hour
    assert (ORG, "later") in claimed(wakeups, room.moment)


def test_a_crash_after_claiming_only_delays(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    room.moment += timedelta(seconds=3601)
    assert claimed(room.conversations.wakeups, room.moment) == [(ORG, "7")]
    assert room.pass_time(10) == 0
    assert room.pass_time(30) == 1
    assert room.said("7") == ["Coming?", "Still there?"]


def test_a_crash_after_another_claimed_the_same_only_delays(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    room.moment += timedelta(seconds=3601)
    wakeups = room.conversations.wakeups
    [first] = wakeups.claim(room.moment, 10)
    room.moment += timedelta(seconds=31)
    assert claimed(wakeups, room.moment) == [(ORG, "7")]  # by a process that dies over it
    wakeups.done(first, room.moment)
    assert room.pass_time(31) == 1
    assert room.said("7") == ["Coming?", "Still there?"]


def test_a_contact_whose_key_is_gone_is_woken_once_it_is_back(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    store = room.conversations.store
    known, store.cipher = store.cipher, Cipher((SECOND_KEY,))
    assert room.pass_time(3601) == 1
    store.cipher = known
    assert room.pass_time(3601) == 1
    assert room.said("7") == ["Coming?", "Still there?"]


def test_a_crash_before_storing_leaves_an_entry_that_does_no_harm(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    room.conversations.wakeups.add(ORG, "7", room.moment)
    assert room.pass_time(1) == 1
    assert entries(any_redis) == 0
    say(room, "remind")
    room.conversations.wakeups.add(ORG, "7", room.moment)
    assert room.pass_time(1) == 1
    assert room.said("7") == ["Coming?"]
    assert room.pass_time(3600) == 1
    assert room.said("7") == ["Coming?", "Still there?"]


def test_a_busy_contact_is_woken_later(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish(REMINDING)
    say(room, "remind")
    turn = room.conversations.store.begin(ORG, "7")
    room.pass_time(3601)
    room.conversations.store.release(turn)
    assert room.said("7") == ["Coming?"]
    assert room.pass_time(2) == 1
    assert room.said("7") == ["Coming?", "Still there?"]


def test_of_many_sleepers_only_those_who_are_due_are_claimed(any_redis: Client) -> None:
    wakeups = Wakeups(any_redis)
    room = Room(any_redis)
    later = room.moment + timedelta(days=1)
    names = [f"c{number}" for number in range(20_000)]
    wakeups.add_all(ORG, names, later)
    assert claimed(wakeups, room.moment) == []
    wakeups.add_all(ORG, names[:40], room.moment)
    found = claimed(wakeups, room.moment) + claimed(wakeups, room.moment)
    assert sorted(found) == sorted((ORG, name) for name in names[:40])


def test_no_shard_is_left_out_where_there_is_always_more_to_do(fake_redis: Any) -> None:
    wakeups, moment = Wakeups(fake_redis), Room(fake_redis).moment
    names = [f"c{number}" for number in range(40)]
    seen: set[str] = set()
    for _ in range(400):
        wakeups.add_all(ORG, names, moment)
        [claim] = wakeups.claim(moment, 1)
        wakeups.done(claim, moment)
        seen.add(claim.contact)
    shards = {_shard(ORG, name) for name in names}
    assert {_shard(ORG, name) for name in seen} == shards
    assert len(shards) == SHARDS


def test_a_late_webhook_answer_goes_on_with_the_flow(any_redis: Client) -> None:
    calls: list[Mapping[str, Any]] = []

    def pending(name: str, body: Mapping[str, Any]) -> WebhookPending:
        calls.append(body)
        return WebhookPending(60)

    hook = {"url": "slow", "result_name": "x", "body": '{"a": "b"}'}
    nodes = [
        {"id": "h", "webhook": hook, "success": "ok", "failure": "no"},
        {"id": "ok", "send": "Got @results.x.text"},
        {"id": "no", "send": "Too late"},
    ]
    room = Room(any_redis, pending)
    room.publish({"uuid": "late", "keywords": ["late"], "nodes": nodes})
    assert say(room, "late") == []
    assert calls[0]["contact_id"] == "7"
    assert calls[0]["flow_id"] == "late"
    answer = WebhookAnswer(200, {"text": "it"})
    finished = room.conversations.finish_webhook(ORG, "7", calls[0]["webhook_log_id"], answer)
    assert [message["text"] for message in finished["messages"]] == ["Got it"]
    again = room.conversations.finish_webhook(ORG, "7", calls[0]["webhook_log_id"], answer)
    assert again["messages"] == []
    say(room, "late", contact="8")
    room.pass_time(61)
    assert room.said("8") == ["Too late"]
    assert room.said("7") == ["Got it"]


def test_a_flow_started_for_a_contact_waits_for_its_turn_behind_their_message(
    any_redis: Client,
) -> None:
    room = Room(any_redis)
    room.publish(
        {
            "uuid": "tell",
            "keywords": ["tell"],
            "nodes": [{"id": "t", "actions": [starting("8", "told")]}],
        },
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
    )
    say(room, "hi", contact="8")
    say(room, "tell")
    assert say(room, "hi again", contact="8") == []
    room.waker.look()
    assert room.said("8") == ["Told"]


def test_a_flow_that_a_contact_starts_for_itself_is_begun_at_once(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    nodes: list[dict[str, Any]] = [
        {"id": "m", "send": "Telling", "to": "t"},
        {"id": "t", "actions": [starting("7", "told")]},
    ]
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": nodes},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
    )
    say(room, "hi", channel="post")
    say(room, "tell")
    room.waker.look()
    room.waker.look()
    assert room.channels["post"].delivered == [("7", "Telling"), ("7", "Told")]


def test_more_flows_than_one_turn_begins_are_begun_in_the_next(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (conversations, conversation_store):
        monkeypatch.setattr(module, "MAX_STARTS", 2)
    room = Room(any_redis)
    actions = [starting("8", "told")] * 5
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": [{"id": "t", "actions": actions}]},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
    )
    say(room, "hi", contact="8")
    say(room, "tell")
    assert [room.waker.look() for _ in range(4)] == [1, 1, 1, 0]
    assert room.said("8") == ["Told"] * 5


def test_messages_for_a_channel_are_delivered_in_order(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    post = room.channels["post"]
    room.publish(REMINDING)
    assert say(room, "remind", channel="post") == ["Coming?"]
    assert room.waker.look() == 1
    assert post.delivered == [("7", "Coming?")]
    room.pass_time(3601)
    assert post.delivered == [("7", "Coming?"), ("7", "Still there?")]
    nodes = [
        {"id": "a", "send": "One", "to": "b"},
        {"id": "b", "send": "Two", "with": {"delay": "60"}},
    ]
    room.publish({"uuid": "two", "keywords": ["two"], "nodes": nodes})
    say(room, "two")
    room.waker.look()
    assert post.delivered[2:] == [("7", "One")]
    room.pass_time(61)
    assert post.delivered[2:] == [("7", "One"), ("7", "Two")]


def test_once_the_reply_is_out_nothing_is_done_again(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    room.publish({"uuid": "hi", "keywords": ["hi"], "nodes": [{"id": "a", "send": "Hello"}]})
    say(room, "hi", channel="post")
    assert room.waker.look() == 1
    assert room.channels["post"].delivered == [("7", "Hello")]
    assert entries(any_redis) == 0
    assert room.pass_time(3600) == 0
    assert room.channels["post"].outbox.sweep() == 0


def test_what_a_turn_said_goes_out_though_its_process_died(any_redis: Client) -> None:
    died = Room(any_redis, posts=["post"])
    died.publish(REMINDING)
    say(died, "remind", channel="post")
    for shard in range(SHARDS):
        any_redis.delete(f"fh:wake:{{{shard}}}")  # its wake-up was not even added
    room = Room(any_redis, moment=died.moment, posts=["post"])
    room.moment += timedelta(seconds=6)
    room.channels["post"].sweep()
    assert room.waker.look() == 1
    assert room.channels["post"].delivered == [("7", "Coming?")]


def test_a_message_whose_delivery_fails_is_processed_and_goes_out_later(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    post = room.channels["post"]
    room.publish(REMINDING)
    post.failures = [RedisConnectionError("gone for a moment")]
    assert say(room, "remind", channel="post") == ["Coming?"]
    with pytest.raises(RedisConnectionError):
        room.waker.look()
    assert post.delivered == []
    room.pass_time(31)
    assert post.delivered == [("7", "Coming?")]


def test_a_message_that_its_channel_does_not_take_waits_or_goes(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    post = room.channels["post"]
    room.publish(REMINDING)
    post.failures = [ProviderUnavailable("away"), ProviderUnavailable("still away")]
    say(room, "remind", channel="post")
    room.waker.look()
    assert post.delivered == []
    room.pass_time(1)
    assert post.delivered == []
    room.pass_time(2)
    assert post.delivered == [("7", "Coming?")]
    post.failures = [Abandon("provider_rejected: no such number")]
    say(room, "yes")
    room.pass_time(60)
    assert post.delivered == [("7", "Coming?")]
    last = room.conversations.show(ORG, "7")["transcript"][-1]
    assert (last["type"], last["reason"]) == ("msg_not_sent", "provider_rejected: no such number")


def test_the_waker_wakes_by_itself(any_redis: Client) -> None:
    room = Room(any_redis, is_live=True)
    nodes = [
        {"id": "p", "actions": [{"type": "wait_for_time", "delay": "1"}], "to": "m"},
        {"id": "m", "send": "Now"},
    ]
    room.publish({"uuid": "soon", "keywords": ["soon"], "nodes": nodes})
    say(room, "soon")
    room.waker.start()
    try:
        wait_for(lambda: room.said("7") == ["Now"], "the wake-up")
    finally:
        room.waker.close()
    assert entries(any_redis) == 0


def test_a_timer_does_not_wait_behind_slow_webhooks(fake_redis: Any) -> None:
    gate = threading.Event()
    entered: list[str] = []

    def slow(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        entered.append(body["contact_id"])
        assert gate.wait(30)
        return WebhookAnswer(200, {"text": "it"})

    room = Room(fake_redis, slow, is_live=True)
    nodes = [
        {"id": "p", "actions": [{"type": "wait_for_time", "delay": "1"}], "to": "h"},
        {"id": "h", "webhook": {"url": "slow", "result_name": "x"}, "success": "m"},
        {"id": "m", "send": "Done"},
    ]
    room.publish({"uuid": "slow", "keywords": ["slow"], "nodes": nodes})
    contacts = [str(number) for number in range(AT_ONCE + 8)]
    for contact in contacts:
        say(room, "slow", contact=contact)
    waker = Waker(room.conversations, look_seconds=0.05, at_once=len(contacts))
    waker.start()
    try:
        wait_for(lambda: sorted(entered) == sorted(contacts), "all to be woken")
    finally:
        gate.set()
        waker.close()
    assert [room.said(contact) for contact in contacts] == [["Done"]] * len(contacts)
