"""One message of a contact at a time, each exactly once, whatever dies or sleeps meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.errors import Conflict, Internal, InvalidInput
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flows.conversations.store import TurnLost
from flows.model.session import Message, WebhookAnswer
from tests.fixtures_app import SECOND_KEY
from tests.flows.asking_twice import AsksTwice
from tests.flows.room import ORG, Room

ROOT = Path(__file__).parents[3]

COUNTING: dict[str, Any] = {
    "uuid": "count",
    "name": "Count",
    "keywords": ["count"],
    "nodes": [
        {"id": "w", "wait": {"result": "said"}, "else": "hook"},
        {
            "id": "hook",
            "webhook": {"url": "slow", "result_name": "slow", "body": '{"n": "@results.said"}'},
            "success": "m",
            "failure": "m",
        },
        {"id": "m", "send": "Heard @results.said", "to": "w"},
    ],
}


def done(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
    return WebhookAnswer(200, {"n": body["n"]})


def say(room: Room, text: str, message_id: str = "") -> list[str]:
    answer = room.conversations.receive(ORG, "7", Message(text=text), message_id=message_id)
    return [message["text"] for message in answer["messages"]]


def held_together(
    entered: threading.Event, leave: threading.Event, calls: list[Callable[[], list[str]]]
) -> list[list[str]]:
    """The answers of calls that begin together, held until one of them has entered."""
    with ThreadPoolExecutor(len(calls)) as threads:
        answers = [threads.submit(call) for call in calls]
        assert entered.wait(10)
        leave.set()
        return [answer.result(20) for answer in answers]


def test_messages_wait_for_each_other(any_redis: Client) -> None:
    entered, leave = threading.Event(), threading.Event()
    at_once: list[int] = []
    inside = 0

    def slow(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        nonlocal inside
        inside += 1
        at_once.append(inside)
        entered.set()
        assert leave.wait(10)
        inside -= 1
        return done(name, body)

    room = Room(any_redis, slow)
    room.publish(COUNTING)
    say(room, "count")
    held_together(entered, leave, [partial(say, room, f"{n}", f"id{n}") for n in range(5)])
    assert at_once == [1] * 5
    assert sorted(room.said("7")) == [f"Heard {n}" for n in range(5)]


def test_a_repeat_waits_for_the_first_and_gets_its_answer(any_redis: Client) -> None:
    calls: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def slow(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        calls.append(name)
        entered.set()
        assert leave.wait(10)
        return done(name, body)

    room = Room(any_redis, slow)
    room.publish(COUNTING)
    say(room, "count")
    answers = held_together(entered, leave, [partial(say, room, "one", "same")] * 3)
    assert answers == [["Heard one"]] * 3
    assert calls == ["slow"]


def test_whoever_waits_too_long_is_told(any_redis: Client) -> None:
    room = Room(any_redis, done, patience_seconds=0.1)
    room.publish(COUNTING)
    say(room, "count")
    turn = room.conversations.store.begin(ORG, "7")
    with pytest.raises(Conflict):
        say(room, "one")
    room.conversations.store.release(turn)
    assert say(room, "one") == ["Heard one"]


def test_a_lease_is_kept_while_a_webhook_is_slow(any_redis: Client) -> None:
    lost = threading.Event()

    def slow(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        assert not lost.wait(1.5)  # several times the lease
        return done(name, body)

    room = Room(any_redis, slow, lease_seconds=0.4)
    room.publish(COUNTING)
    say(room, "count")
    assert say(room, "one") == ["Heard one"]
    assert room.said("7") == ["Heard one"]


def test_whoever_slept_through_the_lease_changes_nothing(any_redis: Client) -> None:
    room = Room(any_redis, done)
    room.publish(COUNTING)
    say(room, "count")
    store = room.conversations.store
    sleeper = store.begin(ORG, "7")
    any_redis.delete(f"fh:{{{ORG}}}:contact:7:lock")  # as its expiry does
    assert say(room, "one") == ["Heard one"]
    before = store.state(ORG, "7")
    with pytest.raises(TurnLost):
        store.commit(sleeper, {"session": "the sleeper's"})
    assert store.state(ORG, "7") == before


def test_a_turn_whose_answers_from_redis_are_lost_is_processed_once(any_redis: Client) -> None:
    calls: list[str] = []

    def counted(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        calls.append(body["n"])
        return done(name, body)

    room = Room(AsksTwice(any_redis), counted)
    room.publish(COUNTING)
    say(room, "count")
    assert say(room, "one") == ["Heard one"]
    assert calls == ["one"]
    assert room.said("7") == ["Heard one"]


def test_a_lost_turn_is_processed_again_in_whole(any_redis: Client) -> None:
    calls: list[str] = []

    def thief(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        calls.append(body["n"])
        if len(calls) == 1:
            any_redis.delete(f"fh:{{{ORG}}}:contact:7:lock")
        return done(name, body)

    room = Room(any_redis, thief)
    room.publish(COUNTING)
    say(room, "count")
    assert say(room, "one") == ["Heard one"]
    assert calls == ["one", "one"]
    assert room.said("7") == ["Heard one"]


def test_a_conversation_whose_key_is_gone_is_not_begun_anew(any_redis: Client) -> None:
    room = Room(any_redis, done)
    room.publish(COUNTING)
    say(room, "count")
    stranger = Room(any_redis, done)
    stranger.conversations.store.cipher = Cipher((SECOND_KEY,))
    with pytest.raises(Internal):
        say(stranger, "one")
    assert say(room, "one", "m1") == ["Heard one"]
    with pytest.raises(Internal):
        say(stranger, "one", "m1")


def test_a_conversation_whose_key_is_gone_can_be_forgotten(any_redis: Client) -> None:
    room = Room(any_redis, done)
    room.publish(COUNTING)
    say(room, "count")
    room.conversations.store.cipher = Cipher((SECOND_KEY,))
    room.conversations.forget(ORG, "7")
    assert say(room, "one") == []


def test_a_conversation_of_another_release_is_left_alone_until_it_is_forgotten(
    any_redis: Client,
) -> None:
    room = Room(any_redis, done)
    store = room.conversations.store
    store.commit(store.begin(ORG, "7"), {"session": {"version": 99}})
    with pytest.raises(InvalidInput, match="version 99"):
        say(room, "one")
    room.conversations.forget(ORG, "7")
    assert say(room, "one") == []


def test_the_transcript_and_the_answers_kept_are_bounded(any_redis: Client) -> None:
    room = Room(any_redis, done)
    room.publish(COUNTING)
    say(room, "count")
    for number in range(120):
        say(room, f"{number}", f"id{number}")
    assert any_redis.hlen(f"fh:{{{ORG}}}:contact:7:answers") == 50
    assert say(room, "119", "id119") == ["Heard 119"]
    assert len(room.said("7")) == 120
    session = room.conversations.store.state(ORG, "7")
    assert len(str(session)) < 6_000


KILLED = """
import os, signal, sys
from functools import partial
from pathlib import Path
from flowhook.redis.connect import connect
from flows.model.session import Message, WebhookAnswer
from tests.flows.room import ORG, Room

def slow(name, body):
    print("inside", flush=True)
    sys.stdin.readline()
    return WebhookAnswer(200, {"n": body["n"]})

room = Room(connect(None, Path(sys.argv[1])), slow, lease_seconds=1.0)
room.conversations.receive(ORG, "7", Message(text="one"), message_id="m1")
"""


def test_a_message_broken_off_by_kill_9_is_processed_again(
    real_redis: redis.Redis, embedded_data_dir: Path
) -> None:
    room = Room(real_redis, done, lease_seconds=1.0)
    room.publish(COUNTING)
    say(room, "count")
    before = room.conversations.show(ORG, "7")
    command = [sys.executable, "-c", KILLED, str(embedded_data_dir)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    assert room.conversations.show(ORG, "7") == before
    assert say(room, "one", "m1") == ["Heard one"]
    assert say(room, "one", "m1") == ["Heard one"]
    assert room.said("7") == ["Heard one"]


LOOPING = """
import sys
from functools import partial
from pathlib import Path
from flowhook.redis.connect import connect
from flows.model.session import Message, WebhookAnswer
from tests.flows.room import ORG, Room

room = Room(
    connect(None, Path(sys.argv[1])),
    lambda name, body: WebhookAnswer(200, {"n": body["n"]}),
    lease_seconds=0.5,
)
for number in range(int(sys.argv[2]), 1_000_000):
    room.conversations.receive(ORG, "7", Message(text=str(number)), message_id=f"m{number}")
    print(number, flush=True)
"""


def test_messages_are_whole_wherever_kill_9_strikes(
    real_redis: redis.Redis, embedded_data_dir: Path
) -> None:
    room = Room(real_redis, done, lease_seconds=0.5)
    room.publish(COUNTING)
    say(room, "count")
    following = 0
    for strike in range(4):
        command = [sys.executable, "-c", LOOPING, str(embedded_data_dir), str(following)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(5 + strike * 3):
                acknowledged = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged
        heard = room.said("7")
        assert len(heard) >= min(acknowledged + 1, 150)
        # The one that was under way is sent again with its id, as a caller without answer does.
        say(room, str(acknowledged + 1), f"m{acknowledged + 1}")
        following = acknowledged + 2
    heard = room.said("7")
    assert heard == [f"Heard {number}" for number in range(following)]
