"""What goes live through a gate, when, and by what evidence."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
import redis

from answers.gates.gate import Gate
from answers.question_sets.question_set import Case
from answers.question_sets.runs.verifying import Verifier
from answers.question_sets.scores import Judgement, Score
from answers.question_sets.target import Variant
from flowhook.errors import Conflict, GateFailed, InvalidInput, NotFound
from tests.answers.gates.room import HELP, ORG, SET, GateRoom, broken
from tests.answers.question_sets.runs.running import question


@pytest.fixture
def room(fake_redis: redis.Redis) -> GateRoom:
    made = GateRoom(fake_redis)
    made.hear()
    return made


@pytest.fixture
def open_room(room: GateRoom) -> GateRoom:
    """With version 1 live."""
    room.force(v1=100)
    return room


def test_with_nothing_live_only_what_must_pass_counts(room: GateRoom) -> None:
    room.target.wrong = {1: broken(*range(1, 20)), 2: broken(0)}
    check = room.go_live(1)
    assert check is not None
    assert check.shown() | {"runs": {}} == {
        "status": "checking",
        "run_id": check.runs[1],
        "versions": {"1": 100},
        "runs": {},
        "against": None,
        "cases": [],
        "at": check.at,
        "by": "asha",
        "why": "",
    }
    assert room.live == {}
    room.work()
    assert (room.check.status, room.live) == ("passed", {1: 100})


def test_a_case_that_must_pass_refuses_the_first_version(room: GateRoom) -> None:
    room.target.wrong = {2: broken(0)}
    room.go_live(2)
    room.work()
    assert (room.check.status, room.live) == ("refused", {})
    assert list(room.check.cases) == ["q0"]


def test_a_worse_version_is_refused_and_its_cases_named(open_room: GateRoom) -> None:
    open_room.target.wrong = {2: broken(1, 2, 3, 4, 5, 6)}
    check = open_room.go_live(2)
    assert check is not None
    assert check.against == 1
    assert set(check.runs) == {1, 2}
    open_room.work()
    ended = open_room.check
    assert (ended.status, open_room.live) == ("refused", {1: 100})
    assert list(ended.cases) == [f"q{number}" for number in range(1, 7)]
    assert ended.why.startswith("it answers 6 cases worse (p = 0.031): q1, q2")


def test_what_five_cases_show_may_be_chance(open_room: GateRoom) -> None:
    open_room.target.wrong = {2: broken(1, 2, 3, 4, 5)}
    open_room.go_live(2)
    open_room.work()
    assert (open_room.check.status, open_room.live) == ("passed", {2: 100})


def test_what_was_run_within_a_day_decides_at_once(open_room: GateRoom) -> None:
    open_room.target.wrong = {2: broken(1, 2, 3, 4, 5, 6), 3: broken(1)}
    open_room.go_live(3)
    open_room.work()
    assert open_room.live == {3: 100}
    asked = open_room.asked
    assert open_room.go_live(1) is None  # the way back
    assert (open_room.live, open_room.check.status) == ({1: 100}, "passed")
    assert open_room.asked == asked
    open_room.running.start(SET, variant=Variant(prompts={"help": 2}))  # by somebody
    open_room.work()
    with pytest.raises(GateFailed) as refused:
        open_room.go_live(2)
    assert refused.value.message.startswith(
        "version 2 was not put live by the question set crops: it answers 6 cases worse"
    )
    assert set(refused.value.fields or {}) == broken(1, 2, 3, 4, 5, 6)
    assert open_room.live == {1: 100}


def test_runs_older_than_a_day_do_not_count(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.work()
    open_room.running.now += 24 * 3600 - 60
    assert open_room.go_live(1) is None
    open_room.running.now += 120
    check = open_room.go_live(2)
    assert check is not None
    assert len(check.started) == 2


def test_a_changed_set_is_asked_anew(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.work()
    open_room.ask_cases(question(0, must=True), question(1))
    check = open_room.go_live(1)
    assert check is not None
    assert len(check.started) == 2


def test_what_was_run_with_other_settings_is_asked_anew(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.work()
    change_settings(open_room)
    check = open_room.go_live(1)
    assert check is not None
    assert len(check.started) == 2


def test_one_that_was_run_lately_is_not_asked_again(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.work()
    check = open_room.go_live(3)
    assert check is not None
    assert (list(check.started), check.against) == ([check.runs[3]], 2)
    open_room.work()
    assert open_room.live == {3: 100}


def test_each_new_version_is_checked_against_the_one_most_contacts_get(
    open_room: GateRoom,
) -> None:
    open_room.force(v1=30, v2=70)
    open_room.target.wrong = {3: broken(1, 2, 3, 4, 5, 6)}
    check = open_room.go_live(1, 3)
    assert check is not None
    assert (check.against, set(check.runs)) == (2, {1, 2, 3})
    open_room.work()
    assert (open_room.check.status, open_room.live) == ("refused", {1: 30, 2: 70})


def test_the_version_most_contacts_get_may_get_all_at_once(open_room: GateRoom) -> None:
    open_room.force(v1=80, v2=20)
    assert open_room.go_live(1) is None
    assert open_room.live == {1: 100}
    assert open_room.go_live(1) is None
    assert open_room.asked == 0


def test_one_who_insists_passes_the_gate_and_the_audit_tells(open_room: GateRoom) -> None:
    open_room.target.wrong = {2: broken(0)}
    assert open_room.go_live(2, insists=True) is None
    assert (open_room.live, open_room.asked) == ({2: 100}, 0)
    told = open_room.audit.read(ORG, "", 1)[0]
    assert (told["actor"], told["action"], told["what"]) == ("asha", "force", "prompts/help")


# --- meanwhile --------------------------------------------------------------------------


def test_another_wish_replaces_the_first(open_room: GateRoom) -> None:
    first = open_room.go_live(2)
    second = open_room.go_live(3)
    assert first is not None
    assert second is not None
    assert second.runs[1] == first.runs[1]  # asked once for both
    open_room.work()
    newest, before = open_room.checks.checks(ORG, HELP)
    assert (newest.status, before.status) == ("passed", "replaced")
    assert before.why == "it was asked to go live again"
    assert open_room.live == {3: 100}
    stopped = open_room.running.store.get(ORG, first.runs[2])
    assert (stopped.status, open_room.asked) == ("stopped", 80)


def test_a_wish_said_twice_leaves_no_run_behind(open_room: GateRoom) -> None:
    first = open_room.go_live(2)
    again = open_room.go_live(2)
    assert first is not None
    assert again is not None
    assert again.runs == first.runs
    other = open_room.go_live(3)
    assert other is not None
    store = open_room.running.store
    assert store.status(ORG, first.runs[2]) == "stopped"
    assert store.status(ORG, first.runs[1]) == "queued"
    open_room.force(v2=100)
    assert store.status(ORG, first.runs[1]) == "stopped"


def meanwhile(room: GateRoom, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have something done once, right after the next check began."""
    begin = room.checks.begin

    def begun(*given: Any) -> Any:
        monkeypatch.setattr(room.checks, "begin", begin)
        replaced = begin(*given)
        do()
        return replaced

    monkeypatch.setattr(room.checks, "begin", begun)


def test_two_who_wish_the_same_at_once_get_the_check_that_runs(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(open_room, monkeypatch, lambda: open_room.go_live(2))
    check = open_room.go_live(2)
    assert check is not None
    assert (check.status, check.id) == ("checking", open_room.check.id)
    open_room.work()
    assert (open_room.live, open_room.asked) == ({2: 100}, 80)


def test_of_many_who_wish_the_same_at_once_none_fails(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than checks are kept; the run that the first began is stopped for one of another."""

    def others() -> None:
        for number in (3, 1, 2, 2, 2, 2, 2):
            open_room.go_live(number)

    meanwhile(open_room, monkeypatch, others)
    check = open_room.go_live(2)
    assert check is not None
    assert (check.status, check.id) == ("checking", open_room.check.id)
    open_room.work()
    assert open_room.live == {2: 100}


def test_of_two_who_wish_different_things_at_once_one_is_told(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(open_room, monkeypatch, lambda: open_room.go_live(3))
    with pytest.raises(Conflict) as told:
        open_room.go_live(2)
    assert told.value.message == "something else was asked to go live at the same time"
    open_room.work()
    assert open_room.live == {3: 100}


def test_a_run_that_was_found_and_is_stopped_at_once_is_begun_anew(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = open_room.running.start(SET, variant=Variant(prompts={"help": 2}))
    stop = open_room.running.runner.stop
    meanwhile(open_room, monkeypatch, lambda: stop(ORG, by_hand.id))
    check = open_room.go_live(2)
    assert check is not None
    assert by_hand.id not in check.runs.values()
    open_room.work()
    assert open_room.live == {2: 100}


def test_a_run_that_a_later_check_found_is_not_stopped(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that replaced the first comes to stop its runs when a third has found them."""
    first = open_room.go_live(2)
    assert first is not None
    meanwhile(open_room, monkeypatch, lambda: open_room.go_live(2))
    with pytest.raises(Conflict):
        open_room.go_live(3)
    assert open_room.check.runs == first.runs
    open_room.work()
    assert open_room.live == {2: 100}


def test_what_was_forced_meanwhile_stays(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.force(v3=100)
    open_room.work()
    assert (open_room.check.status, open_room.live) == ("replaced", {3: 100})
    assert open_room.asked == 0


def by_other_road(room: GateRoom) -> None:
    """As a process of an older release would, which knows no gates."""
    room.prompts.set_live(ORG, "help", {3: 100}, "asha")


def delete(room: GateRoom) -> None:
    room.prompts.delete(ORG, "help", "asha")


def make_anew(room: GateRoom) -> None:
    delete(room)
    for number in range(1, 4):
        room.prompts.add(ORG, "help", {"text": f"Version {number}"}, "asha")
    room.prompts.set_gate(ORG, "help", {"question_set": SET}, "asha")
    room.prompts.set_live(ORG, "help", {1: 100}, "asha")


def change_set(room: GateRoom) -> None:
    room.ask_cases(question(0))


def take_gate_away(room: GateRoom) -> None:
    room.gates.drop_gate(ORG, HELP, "asha")


def name_another_set(room: GateRoom) -> None:
    room.running.put(1, "other")
    room.gates.put_gate(ORG, HELP, Gate("other"), "asha")


def change_settings(room: GateRoom) -> None:
    room.target.settings = "another default model"


def stop_a_run(room: GateRoom) -> None:
    room.running.runner.stop(ORG, room.check.runs[2])


def delete_a_run(room: GateRoom) -> None:
    room.running.store.delete(room.running.store.get(ORG, room.check.runs[2]))


MEANWHILE = [
    (by_other_road, "another version went live meanwhile"),
    (delete, "there is no prompt help"),
    (make_anew, "it was deleted meanwhile"),
    (change_set, "the question set was changed meanwhile"),
    (take_gate_away, "its gate was taken away meanwhile"),
    (name_another_set, "its gate names another question set now"),
    (change_settings, "settings, prompts or flows that decide answers changed meanwhile"),
    (stop_a_run, "its run was stopped"),
    (delete_a_run, "its run is not kept any more"),
]


@pytest.mark.parametrize(
    ("happens", "why"), MEANWHILE, ids=[happens.__name__ for happens, _ in MEANWHILE]
)
def test_nothing_goes_live_by_stale_evidence(
    open_room: GateRoom, happens: Callable[[GateRoom], None], why: str
) -> None:
    open_room.go_live(2)
    happens(open_room)
    open_room.work()
    open_room.sweep.look()
    assert open_room.check.status == "failed"
    assert open_room.check.why.startswith(why)
    prompt = open_room.prompts.find_now(ORG, "help")
    assert prompt is None or 2 not in prompt.split


@pytest.mark.parametrize(
    "happens",
    [
        by_other_road,
        delete,
        make_anew,
        change_set,
        take_gate_away,
        name_another_set,
        change_settings,
    ],
)
def test_what_happens_while_it_goes_live_is_noticed(
    open_room: GateRoom, happens: Callable[[GateRoom], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the decision and the transaction."""
    publish = open_room.gates._publish

    def late(*given: Any) -> None:
        monkeypatch.setattr(open_room.gates, "_publish", publish)
        happens(open_room)
        publish(*given)

    monkeypatch.setattr(open_room.gates, "_publish", late)
    open_room.go_live(2)
    open_room.work()
    assert open_room.check.status == "failed"
    prompt = open_room.prompts.find_now(ORG, "help")
    assert prompt is None or 2 not in prompt.split


def test_what_happens_in_the_midst_of_the_transaction_makes_it_begin_anew(
    any_redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After everything was looked at, and before anything is written."""
    room = GateRoom(any_redis)
    room.hear()
    room.force(v1=100)
    looked = room.gates._refuse_stale
    looks = 0

    def then_change(*given: Any) -> None:
        nonlocal looks
        looked(*given)
        looks += 1
        if looks == 3:  # when asked, when decided, and within the transaction
            change_set(room)

    monkeypatch.setattr(room.gates, "_refuse_stale", then_change)
    room.go_live(2)
    room.work()
    assert looks == 3
    assert (room.check.status, room.live) == ("failed", {1: 100})
    assert room.check.why.startswith("the question set was changed meanwhile")


def test_gates_work_on_any_redis(any_redis: Any) -> None:
    room = GateRoom(any_redis)
    room.hear()
    room.target.wrong = {2: broken(0)}
    for number, status in ((1, "passed"), (2, "refused"), (3, "passed")):
        room.go_live(number)
        room.work()
        assert room.check.status == status
    room.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha")
    room.sweep.look()
    assert (room.live, room.gates.users(ORG, SET)) == ({3: 100}, ["the prompt help"])


def test_workers_that_decide_at_once_agree(real_redis: redis.Redis) -> None:
    rooms = [GateRoom(real_redis), *(GateRoom(real_redis) for _ in range(3))]
    rooms[0].force(v1=100)
    rooms[0].go_live(2)
    rooms[0].work()
    at_once = Barrier(len(rooms))

    def decide(room: GateRoom) -> None:
        at_once.wait()
        room.gates.look_at(ORG)

    with ThreadPoolExecutor(len(rooms)) as pool:
        list(pool.map(decide, rooms))
    assert [check.status for check in rooms[0].checks.checks(ORG, HELP)] == ["passed"]
    assert rooms[0].live == {2: 100}


def test_a_wish_that_comes_while_another_goes_live_wins(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = open_room.gates._publish

    def late(*given: Any) -> None:
        monkeypatch.setattr(open_room.gates, "_publish", publish)
        open_room.force(v3=100)
        publish(*given)

    monkeypatch.setattr(open_room.gates, "_publish", late)
    open_room.go_live(2)
    open_room.work()
    assert (open_room.check.status, open_room.live) == ("replaced", {3: 100})


def test_what_a_deleted_prompt_answered_says_nothing_of_one_made_anew(
    open_room: GateRoom,
) -> None:
    open_room.go_live(2)
    open_room.work()
    open_room.running.now += 1
    make_anew(open_room)
    check = open_room.go_live(2)
    assert check is not None
    assert len(check.started) == 2


def test_checks_of_a_deleted_prompt_are_not_those_of_one_made_anew(open_room: GateRoom) -> None:
    open_room.go_live(2)
    open_room.work()
    assert len(open_room.gates.last_checks(ORG, HELP)) == 1
    make_anew(open_room)
    assert open_room.gates.last_checks(ORG, HELP) == []


def test_a_provider_that_is_away_is_no_evidence(open_room: GateRoom) -> None:
    open_room.target.failing = {2: "provider_unavailable"}
    open_room.go_live(2)
    open_room.work()
    assert open_room.check.status == "failed"
    assert open_room.check.why == (
        "40 questions got no answer from the provider (provider_unavailable)"
    )
    assert open_room.live == {1: 100}
    open_room.target.failing = {}
    again = open_room.go_live(2)
    assert again is not None
    assert list(again.started) == [again.runs[2]]
    open_room.work()
    assert open_room.live == {2: 100}


@pytest.mark.parametrize("status", ["provider_unavailable", "not_found"])
def test_a_judge_who_cannot_be_asked_is_no_evidence(open_room: GateRoom, status: str) -> None:
    """Both versions alike unsure would say that none is worse."""
    told = Judgement(why="the judge could not be asked: it is away", status=status)
    open_room.running.runner.verify = Verifier(lambda *_: told)
    cases = [Case(f"q{number}", ("?",), checks=({"judge": True},)) for number in range(40)]
    open_room.ask_cases(*cases)
    open_room.go_live(2)
    open_room.work()
    assert (open_room.check.status, open_room.live) == ("failed", {1: 100})
    assert open_room.check.why == f"40 answers were scored by no judge ({status})"
    told = Judgement((Score("reference", 5, "It is right."),))
    open_room.go_live(2)
    open_room.work()
    assert open_room.live == {2: 100}


def test_a_judge_who_answers_out_of_form_is_unsure(open_room: GateRoom) -> None:
    told = Judgement(why="it answered twice in another form", status="invalid_response")
    open_room.running.runner.verify = Verifier(lambda *_: told)
    cases = [Case(f"q{number}", ("?",), checks=({"judge": True},)) for number in range(40)]
    open_room.ask_cases(*cases)
    open_room.go_live(2)
    open_room.work()
    assert open_room.live == {2: 100}


# --- killed workers ---------------------------------------------------------------------


def test_a_worker_killed_before_it_decides_loses_nothing(fake_redis: redis.Redis) -> None:
    room = GateRoom(fake_redis)  # whose gates are not told of runs
    room.force(v1=100)
    room.go_live(2)
    room.work()
    assert (room.check.status, room.live) == ("checking", {1: 100})
    room.sweep.look()
    assert (room.check.status, room.live) == ("passed", {2: 100})
    room.sweep.look()
    assert len(room.checks.checks(ORG, HELP)) == 1


def test_a_worker_killed_before_it_says_so_loses_nothing(
    fake_redis: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = GateRoom(fake_redis)
    room.force(v1=100)
    room.go_live(2)
    room.work()
    with monkeypatch.context() as killed:
        killed.setattr(room.checks, "end", _killed)
        room.sweep.look()
    assert (room.check.status, room.live) == ("checking", {2: 100})
    room.sweep.look()
    assert (room.check.status, room.live) == ("passed", {2: 100})


def _killed(*given: Any) -> bool:
    raise OSError("killed")


# --- gates ------------------------------------------------------------------------------


def test_a_gate_names_a_set_that_asks_the_prompt(room: GateRoom) -> None:
    with pytest.raises(NotFound):
        room.gates.put_gate(ORG, HELP, Gate("none"), "asha")
    with pytest.raises(NotFound):
        room.gates.put_gate(ORG, ("prompt", "none"), Gate(SET), "asha")
    room.prompts.add(ORG, "other", {"text": "x"}, "asha")
    with pytest.raises(InvalidInput) as refused:
        room.gates.put_gate(ORG, ("prompt", "other"), Gate(SET), "asha")
    assert refused.value.fields == {"question_set": ["It asks the prompt help."]}
    assert room.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha") is False


def test_a_set_that_names_one_version_is_no_gate(room: GateRoom) -> None:
    """It would ask that one, whichever is to go live, and never find a difference."""
    sets = room.running.sets
    sets.put(ORG, replace(sets.get(ORG, SET), body={"saved_prompt": "help@1"}), "asha")
    reason = "It always asks version 1, whichever goes live: name the prompt alone."
    for call in (
        lambda: room.gates.put_gate(ORG, HELP, Gate(SET), "asha"),
        lambda: room.go_live(2),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert refused.value.fields == {"question_set": [reason]}


def test_a_set_without_cases_lets_nothing_through(room: GateRoom) -> None:
    room.ask_cases()
    with pytest.raises(InvalidInput):
        room.go_live(1)
    assert (room.live, room.checks.checks(ORG, HELP)) == ({}, [])


def test_a_version_that_is_not_there_begins_nothing(room: GateRoom) -> None:
    with pytest.raises(NotFound):
        room.go_live(99)
    assert room.running.queue.sent == []


def test_runs_that_cannot_all_begin_are_stopped(
    open_room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.question_sets.runs.room.MAX_OPEN", 1)
    with pytest.raises(Conflict):
        open_room.go_live(2)
    runs, _ = open_room.running.store.runs(ORG, SET, 10)
    assert [run.status for run in runs] == ["stopped"]


def test_a_run_spends_no_more_than_its_gate_allows(open_room: GateRoom) -> None:
    open_room.gates.put_gate(ORG, HELP, Gate(SET, max_tokens_spent=100), "asha")
    open_room.go_live(2)
    open_room.work()
    assert open_room.check.status == "failed"
    assert open_room.check.why == (
        "its run was stopped: the next case would pass the run's 100 tokens (max_tokens_spent)"
    )
    assert open_room.live == {1: 100}


def test_as_many_cases_are_told_as_one_can_read(open_room: GateRoom) -> None:
    open_room.ask_cases(*(question(number) for number in range(150)))
    open_room.target.wrong = {2: broken(*range(150))}
    open_room.go_live(2)
    open_room.work()
    assert len(open_room.check.cases) == 100
    assert "it answers 150 cases worse" in open_room.check.why


def test_only_the_last_checks_are_kept(open_room: GateRoom) -> None:
    for number in (2, 3, 1, 2, 3, 1, 2):
        open_room.go_live(number)
        open_room.work()
    assert [check.status for check in open_room.checks.checks(ORG, HELP)] == ["passed"] * 5
