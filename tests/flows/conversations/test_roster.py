"""Where each conversation is, kept with every turn in the turn's own script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flows.conversations.roster import (
    PAUSED,
    Place,
    Row,
    digits_of,
    folded_words,
    is_paused,
    moving,
    words_of,
)
from flows.conversations.turn import ContactUpdate
from flows.model.contact import Contact
from flows.model.session import Message
from tests.fixtures_app import SECOND_KEY
from tests.flows.asking_twice import AsksTwice
from tests.flows.room import ORG, Room
from tests.flows.rostered import expected, indices

ROOT = Path(__file__).parents[3]
MORNING = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
FLOW: dict[str, Any] = {
    "uuid": "f",
    "keywords": ["go"],
    "nodes": [
        {"id": "name", "wait": {"result": "name"}, "else": "village"},
        {
            "id": "village",
            "wait": {"result": "village"},
            "cases": [["has_any_word", ["stop"], "Stop", None]],
            "else": "village",
        },
    ],
}
OTHER: dict[str, Any] = {
    "uuid": "g",
    "keywords": ["other"],
    "nodes": [{"id": "only", "wait": {}, "else": None}],
}
PLACE = Place(3, "f", "n", "waiting", 5, True, ("aa", "bb"))


def place_of(room: Room, contact: str = "7") -> Place:
    place = Place.read(room.conversations.store.place(ORG, contact))
    assert place is not None
    return place


def row_of(room: Room, contact: str = "7") -> Row | None:
    key = room.conversations.store.key(ORG, contact, "state")
    return Row.open(room.conversations.store.cipher, ORG, room.redis.hget(key, "row"))


def say(room: Room, text: str, contact: str = "7", **known: Any) -> None:
    room.conversations.receive(ORG, contact, Message(text=text), known=ContactUpdate(**known))


def opened(redis: Any) -> Room:
    room = Room(redis)
    room.publish(FLOW, OTHER)
    return room


def test_a_contact_is_listed_where_each_turn_leaves_them(any_redis: Client) -> None:
    room = opened(any_redis)
    walked = []
    for text in ("go", "Asha", "Rampur", "stop", "go", "other", "bye"):
        room.pass_time(60)
        say(room, text, name="Asha Devi")
        place = place_of(room)
        walked.append((place.flow, place.node, place.status, place.is_in))
        assert place.since == room.moment.timestamp() * 1000
        assert indices(any_redis) == expected(any_redis)
    assert walked == [
        ("f", "name", "waiting", True),
        ("f", "village", "waiting", True),
        ("f", "village", "waiting", True),
        ("f", "village", "completed", False),
        ("f", "name", "waiting", True),
        ("g", "only", "waiting", True),
        ("g", "only", "completed", False),
    ]
    assert row_of(room) == Row("7", "Asha Devi", "bye")


def test_who_stays_where_they_are_is_there_since_before(any_redis: Client) -> None:
    room = Room(any_redis)
    pausing = {"id": "t", "actions": [{"type": "wait_for_time", "delay": "600"}], "to": "m"}
    room.publish({"uuid": "f", "keywords": ["go"], "nodes": [pausing, {"id": "m", "send": "Now"}]})
    say(room, "go")
    before = place_of(room)
    assert (before.node, before.status) == ("t", "waiting")
    room.conversations.store.note(ORG, "7", {"at": "x", "direction": "note", "type": "n"})
    room.moment = MORNING.replace(minute=35)
    room.conversations.wake(ORG, "7")
    assert place_of(room) == before
    room.pass_time(600)
    assert place_of(room).status == "completed"
    assert row_of(room) == Row("7", "", "go")


def test_a_contact_who_never_wrote_shows_what_was_said_to_them(any_redis: Client) -> None:
    room = Room(any_redis)
    room.publish({"uuid": "f", "nodes": [{"id": "m", "send": "x" * 300}]})
    room.conversations.start(ORG, "7", "f")
    assert row_of(room) == Row("7", "", "x" * 200)


def test_a_name_is_found_by_its_words_only_as_long_as_it_has_them(any_redis: Client) -> None:
    room = opened(any_redis)
    say(room, "go", name="Asha Devi", phone="+91 98000 00017")
    assert len(place_of(room).words) == 4
    say(room, "x", name="Asha Patil")
    words = {key for key in indices(any_redis) if ":word:" in key}
    assert len(words) == 4  # asha, patil, and the number with and without its country
    assert indices(any_redis) == expected(any_redis)


def test_no_key_and_no_place_has_a_word_of_the_contact(any_redis: Client) -> None:
    room = opened(any_redis)
    say(room, "Geheimnis", "919800000017", name="Asha Devi", phone="919800000017")
    key = room.conversations.store.key(ORG, "919800000017", "state")
    values: Any = any_redis.hgetall(key).values()
    held = b" ".join([*values, *any_redis.scan_iter("*roster:word*")])
    for word in (b"asha", b"Asha", b"9800000017", b"Geheimnis"):
        assert word not in held


def test_forgetting_a_contact_leaves_nothing_in_the_roster(any_redis: Client) -> None:
    room = opened(any_redis)
    say(room, "go", name="Asha")
    say(room, "go", "8", name="Asha")
    room.conversations.forget(ORG, "7")
    assert indices(any_redis) == expected(any_redis)
    assert {member for held in indices(any_redis).values() for member in held} == {"8"}
    room.conversations.store.cipher = Cipher((SECOND_KEY,))
    room.conversations.forget(ORG, "8")
    assert indices(any_redis) == {}


def test_a_turn_whose_answers_from_redis_are_lost_lists_once(any_redis: Client) -> None:
    room = Room(AsksTwice(any_redis))
    room.publish(FLOW)
    for text in ("go", "Asha", "Rampur"):
        say(room, text, name="Asha")
    assert indices(any_redis) == expected(any_redis)


LOOPING = """
import sys
from pathlib import Path
from flowhook.redis.connect import connect
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.room import ORG, Room

room = Room(connect(None, Path(sys.argv[1])), lease_seconds=0.5)
for number in range(1_000_000):
    text = ("go", "Asha", "stop", "other")[number % 4]
    known = ContactUpdate(name=("Asha Devi", "Bina Devi")[number % 2])
    room.conversations.receive(ORG, str(number % 3), Message(text=text), known=known)
    print(number, flush=True)
"""


def test_the_roster_is_right_wherever_kill_9_strikes(
    real_redis: redis.Redis, embedded_data_dir: Path
) -> None:
    room = Room(real_redis, lease_seconds=0.5)
    room.publish(FLOW, OTHER)
    for strike in range(4):
        command = [sys.executable, "-c", LOOPING, str(embedded_data_dir)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(7 + strike * 3):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
        assert indices(real_redis) == expected(real_redis)
    assert len([key for key in indices(real_redis) if ":word:" in key]) >= 2


def test_what_moves_between_two_places() -> None:
    assert moving(ORG, "7", PLACE, PLACE) == []
    later = Place(4, "f", "m", "waiting", 9, True, ("bb", "cc"))
    prefix = f"fh:{{{ORG}}}:roster"
    assert moving(ORG, "7", PLACE, later) == [
        ("ZREM", f"{prefix}:node:f:n", "7"),
        ("ZADD", f"{prefix}:status:waiting", 9, "7"),
        ("ZADD", f"{prefix}:flow:f", 9, "7"),
        ("ZADD", f"{prefix}:node:f:m", 9, "7"),
        ("SREM", f"{prefix}:word:aa", "7"),
        ("SADD", f"{prefix}:word:cc", "7"),
    ]
    assert {effect[0] for effect in moving(ORG, "7", PLACE, None)} == {"ZREM", "SREM"}
    assert len(moving(ORG, "7", PLACE, PLACE, is_whole=True)) == 5


def test_a_place_is_read_as_it_was_written() -> None:
    assert Place.read(PLACE.as_bytes()) == PLACE
    assert Place.read(b"") is None
    assert not is_paused(PLACE.as_bytes())
    assert is_paused(Place(1, "", "", PAUSED, 0, False, ()).as_bytes())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("  Asha   DEVI ", ["asha", "devi"]),
        ("Straße-Müller", ["strasse", "müller"]),
        ("सीता देवी", ["सीता", "देवी"]),
        ("क्\u200dष", ["क्ष"]),
        ("ﬁ ²", ["fi", "2"]),
        ("…", []),
    ],
)
def test_words_are_folded(name: str, words: list[str]) -> None:
    assert folded_words(name) == words


def test_a_number_is_a_word_of_its_contact() -> None:
    assert words_of(Contact("919800000017", "Asha")) == {"asha", "9800000017"}
    assert words_of(Contact("7", "", "+91 98000-00017")) == {"919800000017", "9800000017"}
    assert words_of(Contact("123456")) == set()
    assert digits_of("१२३४५६७") == ""
