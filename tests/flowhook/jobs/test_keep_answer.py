"""Answers kept for repeats: bounded, each and in all; what is not kept leaves a mark."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import Conflict
from flowhook.jobs import idempotency as module
from flowhook.jobs.answer_writer import KEEP, Answer, AnswerWriter
from flowhook.jobs.idempotency import Claim, IdempotencyStore, StoredResponse, name_call
from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key, scan_organisation
from tests.fixtures_app import FIRST_KEY

ACME = Organisation("acme", {}, {})
KEYED = "86400"


class Calls:
    """Calls with a key, one after another, and their repeats."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.liveness = Liveness(redis)
        self.writer = AnswerWriter(redis)
        cipher = Cipher([FIRST_KEY])
        self.store = IdempotencyStore(redis, cipher, self.liveness, self.writer)

    def answer(self, key: str, characters: int, content: bytes = b"", stays: bool = True) -> None:
        """Answer a call; with `content` and no key it is one from a flow."""
        claim = self.store.begin(name_call(ACME, "chat", key, content))
        assert isinstance(claim, Claim)
        self.store.settle(claim, StoredResponse(200, b"x" * characters), stays)
        self.writer.flush()

    def repeat(self, key: str, content: bytes = b"") -> str:
        """What a repeat gets: its answer's length, "marked" or "runs"."""
        try:
            found = self.store.begin(name_call(ACME, "chat", key, content))
        except Conflict as refused:
            assert refused.retry_after_seconds is None
            return "marked"
        return "runs" if isinstance(found, Claim) else str(len(found.body))

    def bytes(self, kind: str = KEYED) -> int:
        """What is counted, after comparing it with its members."""
        members = self.redis.zrange(org_key("acme", "once", "kept", kind), 0, -1)
        total = int(self.redis.get(org_key("acme", "once", "bytes", kind)) or 0)
        assert sum(int(member.split()[0]) for member in members) == total
        return total


@pytest.fixture
def calls(any_redis: Client) -> Any:
    made = Calls(any_redis)
    yield made
    made.writer.close()
    made.liveness.close()


def test_a_large_answer_leaves_a_mark_and_nothing_runs_twice(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_BYTES", 20_000)
    calls.answer("large", 100_000)
    calls.answer("small", 100)
    assert (calls.repeat("large"), calls.repeat("small")) == ("marked", "100")
    assert calls.bytes() < 1000
    calls.answer("for those who wait", 100_000, stays=False)
    assert calls.repeat("for those who wait") == "marked"


def test_the_oldest_answers_make_room_and_leave_marks(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ORGANISATION_BYTES", 40_000)
    for number in range(6):
        calls.answer(f"call {number}", 10_000)
    repeated = [calls.repeat(f"call {number}") for number in range(6)]
    assert repeated == ["marked"] * 3 + ["10000"] * 3
    assert calls.bytes() <= 40_000


def test_of_the_marks_too_the_oldest_go(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_BYTES", 1000)
    monkeypatch.setattr(module, "MARKS", 2)
    for number in range(4):
        calls.answer(f"call {number}", 2000)
    repeated = [calls.repeat(f"call {number}") for number in range(4)]
    assert repeated == ["runs", "runs", "marked", "marked"]


def test_answers_with_a_key_and_without_do_not_drive_each_other_out(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ORGANISATION_BYTES", 30_000)
    calls.answer("", 10_000, b"a node")
    for number in range(3):
        calls.answer(f"call {number}", 10_000)
    assert calls.repeat("", b"a node") == "10000"
    assert calls.bytes("60") > 10_000


def test_an_answer_written_again_is_counted_once(calls: Calls) -> None:
    claim = calls.store.begin(name_call(ACME, "chat", "k", b""))
    assert isinstance(claim, Claim)
    for _ in range(2):
        calls.store.settle(claim, StoredResponse(200, b"x" * 1000), stays=True)
        calls.writer.flush()
    assert 1000 < calls.bytes() < 2000


def test_an_answer_written_late_once_more_changes_nothing(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a client that gave up waiting, and sent it again over another connection."""
    monkeypatch.setattr(module, "ORGANISATION_BYTES", 40_000)
    written: list[Answer] = []
    write = calls.writer.write

    def noting(answer: Answer) -> None:
        written.append(answer)
        write(answer)

    monkeypatch.setattr(calls.writer, "write", noting)
    for number in range(3):
        calls.answer(f"call {number}", 10_000)
    again(calls, written[0])  # still kept: its turn to make room stays the first
    for number in (3, 4):
        calls.answer(f"call {number}", 10_000)
    again(calls, written[1])  # had to make room: it does not come back
    repeated = [calls.repeat(f"call {number}") for number in range(5)]
    assert repeated == ["marked"] * 2 + ["10000"] * 3
    assert calls.bytes() <= 40_000


def again(calls: Calls, answer: Answer) -> None:
    KEEP.run(calls.redis, answer.keys, [answer.value, *answer.arguments])


def test_a_call_whose_mark_the_store_lost_is_kept_when_it_ran_again(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_BYTES", 1000)
    calls.answer("k", 2000)
    key = name_call(ACME, "chat", "k", b"").key
    calls.redis.delete(key)
    calls.answer("k", 100)
    assert calls.redis.get(key)[:1] == module.KEPT


def test_of_answers_within_a_millisecond_too_the_oldest_ends_first() -> None:
    name = name_call(ACME, "chat", "k", b"")
    ends = [name.answer(b"", seconds).arguments[0] for seconds in (1.0001, 1.0002, 1.0004)]
    assert ends == sorted(set(ends))


def test_nothing_of_it_stays_for_ever(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ORGANISATION_BYTES", 25_000)
    for number in range(4):
        calls.answer(f"call {number}", 10_000)
        calls.answer("", 10_000, b"node %d" % number)
    keys = list(scan_organisation(calls.redis, "acme"))
    assert len(keys) == 8 + 6
    assert all(0 < calls.redis.ttl(key) <= 86_401 for key in keys)
