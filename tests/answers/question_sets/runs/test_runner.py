"""Runs performed by hand: what is asked, how often, and what ends them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs import runner as runners
from answers.question_sets.runs.run import Plan
from answers.question_sets.runs.runner import lease_key, turn_key
from answers.question_sets.target import Answered, Variant
from flowhook.errors import Conflict, InvalidInput, NotFound
from flowhook.organisations.deletion import Deletion
from tests.answers.question_sets.runs.running import ORG, Running, answered, question


@pytest.fixture
def running(fake_redis: redis.Redis) -> Running:
    return Running(fake_redis)


def failing(status: str, *times: int, **more: Any) -> Iterator[Answered]:
    """Errors, then answers for ever."""
    for _ in range(*times):
        yield Answered(status=status, error=f"it is {status}", **more)
    while True:
        yield answered()


def test_every_case_is_asked_and_verified_once(running: Running) -> None:
    running.put(12)
    running.target.answering = lambda case: answered("rice" if case.id == "q3" else "wheat")
    run = running.start(by="asha")
    assert (run.status, run.total, running.ended) == ("queued", 12, [])
    running.work()
    run = running.run(run)
    assert (run.status, run.done, run.passed) == ("done", 12, 11)
    assert (run.tokens, round(run.cost or 0, 6)) == (12 * 30, 0.012)
    assert set(running.target.asked.values()) == {1}
    assert running.ended == [(run.id, "done")]
    [wrong] = running.store.results(run, [3]).values()
    assert (wrong["answer"], wrong["passed"]) == ("rice", False)
    assert wrong["checks"][0]["check"] == "contains"


def test_repeats_that_disagree_are_unsure(running: Running) -> None:
    running.put(3)
    said = {"q0": iter(["wheat"] * 3), "q1": iter(["rice"] * 3), "q2": iter(["wheat", "rice"] * 2)}
    running.target.answering = lambda case: answered(next(said[case.id]))
    run = running.start(repeats=3)
    running.work()
    assert running.run(run).verdicts == [True, False, "unsure"]
    assert set(running.target.asked.values()) == {3}


def test_a_variant_reaches_the_target(running: Running) -> None:
    running.put(1)
    variant = Variant({"help": 2}, model="m")
    running.start(variant=variant)
    running.work()
    assert running.target.variants == [variant]
    with pytest.raises(NotFound):
        running.start(variant=Variant({"help": 9}))
    assert running.queue.sent == []


def test_answers_of_a_day_are_taken_from_before(running: Running) -> None:
    running.put(4)
    running.start()
    running.work()
    again = running.start()
    running.work()
    again = running.run(again)
    assert (again.status, again.tokens, again.cost) == ("done", 0, 0.0)
    results = running.store.results(again, range(4)).values()
    assert all(result["from_before"] and result["answer"] == "wheat" for result in results)
    assert running.target.asked.total() == 4
    running.start(variant=Variant({"help": 2}))
    running.start(fresh=True)
    running.work()
    assert running.target.asked.total() == 12


def test_a_set_that_is_changed_or_deleted_meanwhile_is_asked_as_it_was(running: Running) -> None:
    running.put(3)
    run = running.start()
    running.put(1)
    running.sets.delete(ORG, "crops", "asha")
    running.work()
    assert (running.run(run).status, running.run(run).done) == ("done", 3)


def test_a_run_that_the_month_cuts_short_says_so(running: Running) -> None:
    running.put(3)
    running.runner.spare = lambda organisation: 0
    run = running.start(max_tokens=5_000)
    running.work()
    assert (running.run(run).status, running.run(run).reason) == (
        "stopped",
        "the next case would pass the 0 tokens that this run may take of the month's budget"
        " (monthly_tokens)",
    )


def test_a_set_without_cases_is_refused(running: Running) -> None:
    running.put(0)
    with pytest.raises(InvalidInput):
        running.start()


def test_a_stopped_run_begins_no_further_case(running: Running) -> None:
    running.put(200)
    run = running.start()

    def answering(case: Case) -> Answered:
        if case.id == "q20":
            assert running.runner.stop(ORG, run.id)
        return answered()

    running.target.answering = answering
    running.work()
    run = running.run(run)
    assert (run.status, run.reason) == ("stopped", "it was stopped")
    assert running.target.asked.total() <= 20 + 4 * 8
    assert run.done == running.target.asked.total()  # what was paid for is kept
    assert set(running.ended) == {(run.id, "stopped")}
    assert not running.runner.stop(ORG, run.id)


def test_a_run_spends_no_more_than_it_may(running: Running) -> None:
    asked = running.put(200)
    run = running.start(max_tokens=1000)
    running.work()
    run = running.run(run)
    assert run.status == "stopped"
    assert "1000 tokens" in run.reason
    assert 900 <= run.tokens <= 1000
    dear = running.start(max_cost=0.05, fresh=True)
    running.work()
    dear = running.run(dear)
    assert "0.05 US dollars" in dear.reason
    assert 0 < (dear.cost or 0) <= 0.05 + 8 * 0.001
    assert dear.total == len(asked.cases)


def test_what_a_provider_does_not_answer_is_asked_again_some_times(running: Running) -> None:
    running.put(1)
    said = failing("provider_timeout", 2)
    running.target.answering = lambda case: next(said)
    run = running.start()
    pauses = running.work()
    assert (running.run(run).passed, running.target.asked["q0"]) == (1, 3)
    assert len(pauses) == 3 and 3 < pauses[1] < pauses[2]
    forever = running.start(fresh=True)
    running.target.answering = lambda case: Answered(status="overloaded", error="too busy")
    running.work()
    assert running.target.asked["q0"] == 3 + 4
    forever = running.run(forever)
    assert (forever.status, forever.verdicts) == ("done", [False])
    [result] = running.store.results(forever, [0]).values()
    assert (result["status"], result["error"]) == ("overloaded", "too busy")


def test_an_outage_stops_the_others_from_asking(running: Running) -> None:
    """After the first failures one case at a time looks whether the provider is back."""
    running.put(100)
    running.target.answering = lambda case: Answered(status="provider_unavailable", error="away")
    running.start()
    for _ in range(4):
        running.deliver()
    assert len(running.target.asked) <= 9
    running.target.answering = lambda case: answered()
    running.work()
    assert len(running.target.asked) == 100


def test_a_case_may_expect_an_error(running: Running) -> None:
    cases = [Case("q", ("?",), checks=({"status": "provider_timeout"},))]
    running.sets.put(ORG, QuestionSet("crops", "chat", cases=cases), "asha")
    running.target.answering = lambda case: Answered(status="provider_timeout", error="late")
    run = running.start()
    running.work()
    assert (running.run(run).verdicts, running.target.asked["q"]) == ([True], 1)


def test_what_every_case_would_meet_ends_the_run(running: Running) -> None:
    running.put(100)
    running.target.answering = lambda case: Answered(status="invalid_api_key", error="a wrong key")
    run = running.start()
    running.work()
    run = running.run(run)
    assert (run.status, run.reason) == ("failed", "invalid_api_key: a wrong key")
    assert running.target.asked.total() <= 8
    assert running.ended == [(run.id, "failed")]


def test_a_limit_lets_a_run_wait(running: Running) -> None:
    running.put(2)
    limited = failing("rate_limited", 2, retry_after_seconds=40.0)
    running.target.answering = lambda case: next(limited)
    run = running.start()
    running.deliver()
    waiting = running.run(run)
    assert (waiting.status, waiting.waits_for) == ("running", "rate_limited")
    assert 39 < waiting.waits_until - running.now <= 40
    running.work()
    assert (running.run(run).status, running.run(run).waits_for) == ("done", "")
    assert running.run(run).passed == 2


def test_a_run_does_not_wait_for_weeks(running: Running) -> None:
    running.put(2)
    running.target.answering = lambda case: Answered(
        status="budget_exceeded", error="spent", retry_after_seconds=9 * 86_400
    )
    run = running.start()
    running.work()
    run = running.run(run)
    assert run.status == "stopped"
    assert "budget_exceeded" in run.reason


def test_contacts_keep_half_of_the_organisations_places(running: Running) -> None:
    running.sections["limits"] = {"concurrent_calls": 6}
    running.put(60)
    running.start()
    running.work()
    assert running.target.most_at_once <= 3


def test_contacts_keep_half_of_the_calls_a_minute(running: Running) -> None:
    running.sections["limits"] = {
        "requests_per_minute": 1200
    }  # one of a run each tenth of a second
    running.put(1000)
    run = running.start()
    running.runner.turn_seconds = 1.0
    running.deliver()
    assert 5 <= running.run(run).done <= 11


def test_a_turn_that_has_ended_leaves_the_pace_to_the_next(running: Running) -> None:
    """A call each ten seconds is a run's half of twelve a minute, whichever run it is of."""
    running.sections["limits"] = {"requests_per_minute": 12}
    running.runner.turn_seconds = 0.1
    for name in ("crops", "fees"):
        running.put(3, name)
        running.start(name)
    running.deliver()
    assert running.target.asked.total() == 1
    assert 5 < running.queue.sent[-1][2] <= 10
    running.deliver()
    assert running.target.asked.total() == 1
    assert running.queue.sent[-1][2] == runners.BUSY_SECONDS


def test_runs_of_an_organisation_take_turns(running: Running) -> None:
    running.put(3)
    first = running.start()
    token = running.runner.leases.take(turn_key(ORG))
    running.deliver()
    assert running.target.asked.total() == 0
    running.runner.leases.end(turn_key(ORG), token or "")
    assert running.queue.sent[0][2] == runners.BUSY_SECONDS
    running.work()
    assert running.run(first).status == "done"


def test_a_killed_workers_run_goes_on_where_it_was(running: Running) -> None:
    running.put(30)
    run = running.start()
    killed = Killed()

    def answering(case: Case) -> Answered:
        if running.target.asked.total() > 12:
            raise killed
        return answered()

    running.target.answering = answering
    message = running.queue.sent[0]
    with pytest.raises(Killed):
        running.deliver()
    done = running.run(run).done
    lease = running.store.redis.get(lease_key(run)) or b""
    running.target.answering = lambda case: answered()
    asked_before = Counter(running.target.asked)
    running.queue.sent.append(message)  # which was never acknowledged
    running.work()
    assert (running.run(run).status, running.run(run).done) == ("done", 30)
    finished = 12
    assert (done, lease) == (finished, b"")
    assert sum((running.target.asked - asked_before).values()) == 30 - finished


class Killed(BaseException):
    pass


def test_a_lease_of_a_killed_worker_is_waited_for(running: Running) -> None:
    running.put(2)
    run = running.start()
    running.store.redis.set(lease_key(run), "killed", px=15_000)
    running.deliver()
    [(_, _, seconds, suspect)] = running.queue.sent
    assert (seconds, suspect) == (15.0, "killed")
    running.store.redis.delete(lease_key(run))  # it lapses
    running.work()
    assert running.run(run).status == "done"


def test_a_message_too_many_ends(running: Running) -> None:
    running.put(2)
    run = running.start()
    running.store.redis.set(lease_key(run), "one")
    running.deliver()
    running.store.redis.set(lease_key(run), "another")  # so somebody works on it
    running.deliver()
    assert running.queue.sent == []


def test_hooks_are_told_until_they_take_it(running: Running) -> None:
    running.put(1)
    run = running.start()
    refusals = iter([RuntimeError("no"), RuntimeError("no")])
    told: list[str] = []

    def hook(org: str, ended: Any) -> None:
        refusal = next(refusals, None)
        if refusal:
            raise refusal
        told.append(ended.id)

    running.runner.on_end(hook)
    running.work()
    assert told == [run.id]
    assert running.run(run).is_told


def test_a_deleted_organisations_run_ends(running: Running) -> None:
    running.put(40)
    run = running.start()

    def answering(case: Case) -> Answered:
        if case.id == "q10":
            running.sections.clear()
            Deletion(running.store.redis).delete(ORG)
        return answered()

    running.target.answering = answering
    running.work()
    assert running.target.asked.total() < 40
    assert running.store.find(ORG, run.id) is None
    assert set(running.store.redis.scan_iter(match="fh:{acme}:*")) == {b"fh:{acme}:gone"}


def test_a_failure_of_our_own_is_one_failed_case(running: Running) -> None:
    running.put(3)

    def answering(case: Case) -> Answered:
        if case.id == "q1":
            raise ValueError("a bug")
        return answered()

    running.target.answering = answering
    run = running.start()
    running.work()
    assert running.run(run).verdicts == [True, False, True]


def test_a_run_whose_version_is_gone_fails_in_words(running: Running) -> None:
    running.put(3)
    run = running.start(variant=Variant({"help": 2}))
    running.target.versions = {1}
    running.work()
    run = running.run(run)
    assert (run.status, run.reason) == ("failed", "there is no version 2")


def test_a_run_whose_message_was_lost_is_queued_again(running: Running) -> None:
    running.put(2)
    run = running.start()
    running.queue.sent.clear()  # a worker of an older release took it, or a backup has no queue
    running.now += 100
    running.runner.sweep()
    assert running.queue.sent == []
    running.now += 200
    running.runner.sweep()
    assert len(running.queue.sent) == 1
    running.work()
    assert running.run(run).status == "done"
    running.now += 1000
    running.runner.sweep()
    assert running.queue.sent == []
    assert running.store.redis.zcard("fh:runs") == 0


def test_a_run_whose_process_died_before_it_was_queued_is_performed(running: Running) -> None:
    run = running.store.create(ORG, Plan("crops", ""), running.put(2))
    running.now += 300
    running.runner.sweep()
    running.work()
    assert running.run(run).status == "done"
    assert running.store.redis.zcard("fh:runs") == 0


def test_a_stopped_run_whose_end_was_not_told_is_told(running: Running) -> None:
    running.put(2)
    run = running.start()
    running.runner.stop(ORG, run.id)
    running.queue.sent.clear()
    running.now += 1000
    running.runner.sweep()
    running.work()
    assert running.ended == [(run.id, "stopped")]


def test_a_deleted_organisations_runs_are_looked_after_by_nobody(running: Running) -> None:
    running.put(2)
    running.start()
    running.store.due.forget_organisation("acm")
    assert running.store.redis.zcard("fh:runs") == 1
    running.store.due.forget_organisation(ORG)
    assert running.store.redis.zcard("fh:runs") == 0


def test_a_case_of_a_run_from_before_counts_no_tokens_of_its_own(running: Running) -> None:
    running.put(1)
    first = running.start(repeats=2)
    running.work()
    assert running.run(first).tokens == 60  # each repeat is an answer of its own
    again = running.start(repeats=3)
    running.work()
    assert (running.run(again).tokens, running.target.asked["q0"]) == (30, 3)


def test_open_runs_are_bounded(running: Running) -> None:
    running.put(1)
    for _ in range(20):
        running.start()
    with pytest.raises(Conflict):
        running.start()


def test_long_answers_are_kept_shortened(running: Running) -> None:
    running.sets.put(ORG, QuestionSet("crops", "chat", cases=[question(1)]), "asha")
    running.target.answering = lambda case: answered("wheat " * 20_000)
    run = running.start()
    running.work()
    [result] = running.store.results(running.run(run), [0]).values()
    assert len(result["answer"].encode()) <= 32_768
    assert result["answer"].endswith("…")


def test_turns_of_a_process_are_bounded(running: Running) -> None:
    running.put(1)
    run = running.start()
    held = threading.BoundedSemaphore(1)
    held.acquire()
    running.runner.places = held
    running.deliver()
    assert running.target.asked.total() == 0
    held.release()
    running.work()
    assert running.run(run).status == "done"


def test_what_a_conversation_cost_before_a_limit_counts(running: Running) -> None:
    """A case whose later turn met a limit is asked again from its first turn on."""
    running.put(1)
    running.target.answering = lambda case: answered(
        "", status="rate_limited", error="later", retry_after_seconds=40.0
    )
    run = running.start(max_tokens=500)
    running.work()
    run, asked = running.run(run), running.target.asked["q0"]
    assert run.status == "stopped"
    assert "500 tokens" in run.reason
    assert (run.tokens, run.cost) == (asked * 30, pytest.approx(asked * 0.001))
    assert 1 < asked < 10


def test_nothing_is_spent_beside_the_first_answer(running: Running) -> None:
    """What an answer costs is not known before there is one."""
    running.put(50)
    running.target.answering = lambda case: answered(input_tokens=5000, cost=1.0)
    run = running.start(max_tokens=8000)
    running.work()
    assert running.target.asked.total() == 1
    dear = running.start(max_cost=0.5, fresh=True)
    running.work()
    assert running.target.asked.total() == 2
    assert (running.run(run).status, running.run(dear).status) == ("stopped", "stopped")


def test_what_is_known_of_the_cost_bounds_each_turn(running: Running) -> None:
    """One answer without a known price makes the whole unknown, and not free."""
    running.put(40)
    running.target.answering = lambda case: answered(cost=None if case.id == "q0" else 0.01)
    running.runner.turn_seconds = 0.0001
    run = running.start(max_cost=0.05)
    running.work()
    run = running.run(run)
    assert (run.status, run.cost) == ("stopped", None)
    assert running.target.asked.total() <= 1 + 5 + 1
