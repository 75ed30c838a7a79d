"""Runs in Redis, on every kind of it."""

from __future__ import annotations

from typing import Any

import pytest

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs import room
from answers.question_sets.runs.run import RUN_SECONDS, Plan, Run
from answers.question_sets.runs.run_keys import set_index
from answers.question_sets.runs.store import RunStore
from answers.question_sets.target import Variant
from flowhook.errors import Conflict, Internal, NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.deletion import Deletion
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

ORG = "acme"
SECRET = "Asha's wheat"
CASES = tuple(Case(f"q{number}", (f"{SECRET} {number}?",), answer=SECRET) for number in range(45))
FARM = QuestionSet("crops", "chat", {"prompt": SECRET}, cases=CASES)
PLAN = Plan("crops", "digest", Variant({"help": 3}, model="m"), repeats=2, max_cost=2.5, by="asha")
RESULT = {"answer": SECRET, "tokens": 30, "cost": 0.25, "checks": []}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def store(any_redis: Any) -> RunStore:
    return RunStore(any_redis, Cipher([FIRST_KEY]), Clock())


def done(store: RunStore, asked: QuestionSet = FARM) -> Run:
    run = store.create(ORG, PLAN, asked)
    store.end(run, "done")
    return run


def test_a_run_is_read_as_it_was_made(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    found = store.get(ORG, run.id, "crops")
    assert (found.plan, found.status, found.total, found.done) == (PLAN, "queued", 45, 0)
    assert store.snapshots.whole(ORG, run.id) == FARM
    assert store.cases(found, [41, 3]) == {3: CASES[3], 41: CASES[41]}
    for org, run_id, name in (
        (ORG, run.id, "other"),
        ("other", run.id, "crops"),
        (ORG, "*", "crops"),
    ):
        with pytest.raises(NotFound):
            store.get(org, run_id, name)


def test_an_answer_is_stored_and_counted_once(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    assert store.begin(run)
    for mark, answer in (("p", SECRET), ("f", "again")):
        assert store.keep(run, 3, mark, {**RESULT, "answer": answer}) == "running"
    store.keep(run, 2, "p", RESULT)
    found = store.get(ORG, run.id)
    assert (found.tokens, found.cost, found.done, found.verdicts[1]) == (60, 0.5, 1, True)
    assert store.results(found, range(10)) == {2: RESULT, 3: RESULT}
    store.keep(run, 4, "p", {**RESULT, "cost": None})
    assert store.get(ORG, run.id).cost is None


def test_the_end_of_a_run_is_its_first(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    assert store.stop(run, "enough of wheat")
    assert not store.end(run, "done")
    assert not store.begin(run)
    found = store.get(ORG, run.id)
    assert (found.status, found.reason, found.is_over) == ("stopped", "enough of wheat", True)
    assert store.keep(run, 0, "p", RESULT) == "stopped"  # it was paid for
    store.delete(found)
    assert store.keep(run, 1, "p", RESULT) is None
    assert store.find(ORG, run.id) is None


def test_nothing_stays_of_a_run_that_was_deleted_while_it_was_performed(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    store.delete(run)
    store.spend(run, 30, 0.25)
    store.wait(run, 1_800_000_100.0, "rate_limited")
    store.count_failure(run)
    store.count_try(run, 1)
    store.told(run)
    left = {key: store.redis.ttl(key) for key in store.redis.scan_iter("fh:{acme}:*")}
    assert [key for key, seconds in left.items() if seconds < 0] == []
    assert store.find(ORG, run.id) is None


def test_runs_are_listed_newest_first(store: RunStore) -> None:
    runs = [done(store).id for _ in range(5)]
    first, cursor = store.runs(ORG, "crops", 3)
    second, end = store.runs(ORG, "crops", 3, cursor or "")
    assert [run.id for run in (*first, *second)] == runs[::-1]
    assert (len(first), end) == (3, None)


def test_a_set_forgets_runs_that_are_over_their_time(store: RunStore) -> None:
    """So that one which is asked each night does not name more of them each night."""
    clock: Any = store.clock
    for _ in range(3):
        run = done(store)
        clock.now += RUN_SECONDS
    last = done(store)
    assert store.redis.zcard(set_index(ORG, "crops")) == 1
    assert [one.id for one in store.runs(ORG, "crops", 10)[0]] == [last.id] != [run.id]


def test_old_runs_make_room(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RUNS_A_SET", 3)
    runs = [done(store).id for _ in range(5)]
    assert [run.id for run in store.runs(ORG, "crops", 10)[0]] == runs[:1:-1]
    monkeypatch.setattr(room, "RUN_BYTES", 1000)
    monkeypatch.setattr(room, "MAX_BYTES", 1000)
    newest = store.create(ORG, PLAN, FARM)
    assert [run.id for run in store.runs(ORG, "crops", 10)[0]] == [newest.id]
    held = {key.decode() for key in store.redis.scan_iter(match="fh:*")}
    assert all(newest.id in key for key in held if ":run:" in key)


def test_too_many_open_runs_are_refused(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_OPEN", 2)
    first = store.create(ORG, PLAN, FARM)
    store.create(ORG, PLAN, FARM)
    with pytest.raises(Conflict):
        store.create(ORG, PLAN, FARM)
    store.stop(first, "")
    store.create(ORG, PLAN, FARM)


def test_nothing_is_written_for_a_deleted_organisation(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    Deletion(store.redis).delete(ORG)
    store.due.forget_organisation(ORG)
    with pytest.raises(NotFound):
        store.keep(run, 0, "p", RESULT)
    with pytest.raises(NotFound):
        store.create(ORG, PLAN, FARM)
    store.label(run, {0: "p"})
    left = {key.decode() for key in store.redis.scan_iter(match="fh:*")}
    assert left <= {"fh:{acme}:gone", "fh:deleted"}


def test_nothing_is_readable_at_rest_and_all_of_it_ends(store: RunStore) -> None:
    run = store.create(ORG, PLAN, FARM)
    store.keep(run, 0, "p", RESULT)
    store.stop(run, SECRET)
    store.label(run, {0: "p"})
    for key in store.redis.scan_iter(match="fh:{acme}:*"):
        assert store.redis.ttl(key) > 0, key
        assert SECRET.encode() not in store.redis.dump(key)
    other = RunStore(store.redis, Cipher([SECOND_KEY]))
    with pytest.raises(Internal, match="key"):
        other.get(ORG, run.id)
