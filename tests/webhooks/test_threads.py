"""Memory: threads through parse_via_chat_gpt, and the store on every kind of Redis."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key, scan_organisation
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, Service
from webhooks import threads as module
from webhooks.threads import (
    MAX_THREAD_TOKENS,
    MAX_TURN_CHARACTERS,
    MAX_TURNS,
    THREAD_SECONDS,
    Threads,
)

MODEL = "gpt-6-luna"


@pytest.fixture
def talking(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    return service


def ask(service: Service, question: str, thread: str | None, **more: object) -> dict[str, str]:
    body = {"question_text": question, "thread_id": thread, **more}
    answer = service.call("parse_via_chat_gpt", body)
    assert answer.status == 200, answer.body
    return answer.json


@pytest.mark.parametrize(
    "nothing", ["", None, " ", "@results.gpt.thread_id", "N/A", "null", "None"]
)
def test_what_is_no_thread_begins_one(
    talking: Service, openai: FakeOpenAI, nothing: str | None
) -> None:
    one, other = ask(talking, "Hi", nothing), ask(talking, "Hi", nothing)
    assert one["thread_id"] != other["thread_id"]
    assert len(openai.last.body["messages"]) == 1


@pytest.mark.parametrize("name", ["42", "contact-17", "thread_old", "+911234567890"])
def test_a_thread_may_have_a_name_of_the_authors(
    talking: Service, openai: FakeOpenAI, name: str
) -> None:
    openai.say("Hello Asha!")
    assert ask(talking, "I am Asha", name)["thread_id"] == name
    ask(talking, "Who am I?", name)
    assert [said["content"] for said in openai.last.body["messages"]] == [
        "I am Asha",
        "Hello Asha!",
        "Who am I?",
    ]
    ask(talking, "Hi", f"{name}x")
    assert len(openai.last.body["messages"]) == 1


def test_two_contacts_never_share_a_named_thread(talking: Service, openai: FakeOpenAI) -> None:
    ask(talking, "I am Asha", "lesson", contact={"id": 1})
    ask(talking, "I am Ravi", "lesson", contact={"id": 2})
    assert len(openai.last.body["messages"]) == 1
    ask(talking, "Who am I?", "lesson", contact={"id": 1})
    assert openai.last.body["messages"][0]["content"] == "I am Asha"


def test_a_named_thread_stays_in_its_organisation(talking: Service, openai: FakeOpenAI) -> None:
    ask(talking, "I am Asha", "lesson")
    talking.organisation(openai, org="other")
    ask(talking, "Who am I?", "lesson")
    assert len(openai.last.body["messages"]) == 1


def test_a_conversation_goes_on(talking: Service, openai: FakeOpenAI) -> None:
    openai.say("Hello Asha!", "You are Asha.")
    thread = ask(talking, "I am Asha", "")["thread_id"]
    assert ask(talking, "Who am I?", thread, prompt="Be brief.")["thread_id"] == thread
    ask(talking, "Thanks", thread)
    assert openai.last.body["messages"] == [
        {"role": "user", "content": "I am Asha"},
        {"role": "assistant", "content": "Hello Asha!"},
        {"role": "user", "content": "Who am I?"},
        {"role": "assistant", "content": "You are Asha."},
        {"role": "user", "content": "Thanks"},
    ]


def test_json_answers_are_remembered_as_text(talking: Service, openai: FakeOpenAI) -> None:
    openai.say('{"a": 1}')
    thread = ask(talking, "JSON please", "", response_format="json_object")["thread_id"]
    ask(talking, "And now?", thread)
    assert openai.last.body["messages"][1] == {"role": "assistant", "content": '{"a":1}'}


def test_a_failed_call_leaves_no_turn(talking: Service, openai: FakeOpenAI) -> None:
    thread = ask(talking, "One", "")["thread_id"]
    openai.say_refusal()
    failed = talking.call("parse_via_chat_gpt", {"question_text": "Two", "thread_id": thread})
    assert failed.error["type"] == "refused"
    ask(talking, "Three", thread)
    assert [message["content"] for message in openai.last.body["messages"]][::2] == ["One", "Three"]


def test_another_organisation_never_reaches_it(talking: Service, openai: FakeOpenAI) -> None:
    thread = ask(talking, "My secret", "")["thread_id"]
    talking.organisation(openai, "other")
    assert ask(talking, "Which secret?", thread)["thread_id"] != thread
    assert len(openai.last.body["messages"]) == 1


def test_a_plain_call_knows_no_threads(talking: Service) -> None:
    answer = talking.call("parse_via_chat_gpt", {"question_text": "Hi"})
    assert "thread_id" not in answer.json
    assert not [key for key in talking.redis.keys("*") if b":thread:" in key]


def test_calls_at_once_keep_their_turns_whole(talking: Service, openai: FakeOpenAI) -> None:
    thread = ask(talking, "First", "")["thread_id"]
    gate = threading.Event()
    openai.fail(faults.held(gate), times=6)

    def call(place: int) -> None:
        with talking.app.test_client() as client:
            client.post(
                "/webhooks/parse_via_chat_gpt",
                json={"question_text": f"Question {place}", "thread_id": thread},
                headers={"Authorization": f"Bearer {talking.tenant.webhook_token}"},
            )

    callers = [threading.Thread(target=call, args=(place,)) for place in range(6)]
    for caller in callers:
        caller.start()
    gate.set()
    for caller in callers:
        caller.join(20)
    ask(talking, "Last", thread)
    said = [message["content"] for message in openai.last.body["messages"]]
    turns = list(zip(said[:-1:2], said[1::2], strict=True))
    assert all(answer == f"You said: {question}" for question, answer in turns)
    assert sorted(question for question, _ in turns[1:]) == [f"Question {n}" for n in range(6)]


def test_turns_are_kept_in_order_and_for_a_day(any_redis: Client) -> None:
    threads = Threads(any_redis, Cipher([FIRST_KEY]))
    thread = threads.open("acme", None)
    for place in range(MAX_TURNS + 5):
        threads.append("acme", thread.id, f"q{place}", f"a{place}")
    found = threads.open("acme", thread.id)
    assert found.id == thread.id
    assert found.turns == [(f"q{n}", f"a{n}") for n in range(5, MAX_TURNS + 5)]
    key = org_key("acme", "thread", thread.id)
    assert THREAD_SECONDS - 60 < any_redis.ttl(key) <= THREAD_SECONDS
    assert threads.open("other", thread.id).turns == []


def test_what_is_stored_is_sealed_to_its_place(any_redis: Client) -> None:
    threads = Threads(any_redis, Cipher([FIRST_KEY]))
    one, other = threads.open("acme", None), threads.open("acme", None)
    threads.append("acme", one.id, "My secret", "I keep it")
    stored = any_redis.lrange(org_key("acme", "thread", one.id), 0, -1)
    assert b"secret" not in repr(stored).encode()
    any_redis.rpush(org_key("acme", "thread", other.id), stored[0])
    any_redis.rpush(org_key("other", "thread", one.id), stored[0])
    assert threads.open("acme", other.id).turns == []
    assert threads.open("other", one.id).turns == []
    assert Threads(any_redis, Cipher([SECOND_KEY])).open("acme", one.id).turns == []
    assert Threads(any_redis, Cipher([SECOND_KEY, FIRST_KEY])).open("acme", one.id).turns


@pytest.mark.parametrize("letter", ["a", "क", "😀"])
def test_memory_stays_within_its_budget(fake_redis: Client, letter: str) -> None:
    threads = Threads(fake_redis, Cipher([FIRST_KEY]))
    thread = threads.open("acme", None)
    for _ in range(MAX_TURNS):
        threads.append("acme", thread.id, letter * 100_000, letter * 1_000)
    messages = threads.open("acme", thread.id).messages(MODEL)
    assert messages
    assert len(messages) % 2 == 0
    assert len(messages[0]["content"]) == MAX_TURN_CHARACTERS
    written = sum(len(message["content"].encode()) for message in messages)
    assert written / 3 <= MAX_THREAD_TOKENS
    small = threads.open("acme", thread.id).messages("gpt-4")
    assert sum(len(message["content"].encode()) for message in small) / 3 <= 4_096


def test_ids_cannot_be_guessed(fake_redis: Client) -> None:
    threads = Threads(fake_redis, Cipher([FIRST_KEY]))
    ids = {threads.open("acme", None).id for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(len(one) == len("thread_") + 32 for one in ids)


# --- how much an organisation's threads hold ---


def open_threads(redis: Client) -> Threads:
    """Threads whose clock goes on by a second at each turn."""
    seconds = count(1_800_000_000)
    return Threads(redis, Cipher([FIRST_KEY]), lambda: next(seconds))


def counted(redis: Client) -> int:
    """The bytes of an organisation's threads, after comparing them with each thread's."""
    sizes: Any = redis.hgetall(org_key("acme", "threads", "sizes"))
    total = int(redis.get(org_key("acme", "threads", "bytes")) or 0)
    assert sum(map(int, sizes.values())) == total
    index: Any = redis.zrange(org_key("acme", "threads", "index"), 0, -1)
    assert set(sizes) == set(index)
    return total


def test_the_threads_used_longest_ago_make_room(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ORGANISATION_BYTES", 20_000)
    threads = open_threads(any_redis)
    for name in ("a", "b", "c", "a", "d"):
        threads.append("acme", name, "x" * 2500, "y" * 2500)
    assert [len(threads.open("acme", name).turns) for name in "abcd"] == [2, 0, 0, 1]
    assert 15_000 < counted(any_redis) <= 20_000
    threads.append("other", "a", "x" * 2500, "y" * 2500)
    assert len(threads.open("acme", "a").turns) == 2


def test_a_thread_is_counted_by_the_turns_it_keeps(any_redis: Client) -> None:
    threads = open_threads(any_redis)
    for _ in range(MAX_TURNS):
        threads.append("acme", "a", "x" * 1000, "")
    full = counted(any_redis)
    for _ in range(MAX_TURNS):
        threads.append("acme", "a", "x" * 1000, "")
    assert counted(any_redis) == full
    for _ in range(MAX_TURNS):
        threads.append("acme", "a", "x", "")
    assert counted(any_redis) < full / 5


def test_threads_that_expired_are_no_longer_counted(any_redis: Client) -> None:
    now = [1_800_000_000.0]
    threads = Threads(any_redis, Cipher([FIRST_KEY]), lambda: now[0])
    threads.append("acme", "a", "x" * 4000, "")
    now[0] += THREAD_SECONDS + 1
    threads.append("acme", "b", "x", "")
    assert counted(any_redis) < 2000
    for key in scan_organisation(any_redis, "acme"):
        assert 0 < any_redis.ttl(key) <= THREAD_SECONDS


def test_a_thread_of_an_older_release_goes_on(any_redis: Client) -> None:
    threads = open_threads(any_redis)
    for _ in range(MAX_TURNS):
        threads.append("acme", "a", "x" * 1000, "")
    any_redis.delete(*(org_key("acme", "threads", part) for part in ("index", "sizes", "bytes")))
    for _ in range(3):
        threads.append("acme", "a", "new", "")
        assert counted(any_redis) > 0
    assert len(threads.open("acme", "a").turns) == MAX_TURNS


def test_a_forgotten_thread_leaves_nothing(any_redis: Client) -> None:
    threads = Threads(any_redis, Cipher([FIRST_KEY]))
    started, kept = threads.open("acme", None), threads.open("acme", "other")
    for thread in (started, kept):
        threads.append("acme", thread.id, "Hi", "Hello")
    held = int(any_redis.get(org_key("acme", "threads", "bytes")) or 0)
    threads.forget("acme", started.id)
    threads.forget("acme", started.id)
    threads.forget("acme", "")
    assert threads.open("acme", started.id).turns == []
    assert len(threads.open("acme", "other").turns) == 1
    assert int(any_redis.get(org_key("acme", "threads", "bytes")) or 0) * 2 == held
