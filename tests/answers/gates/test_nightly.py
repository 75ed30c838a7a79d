"""Nightly gates: asked once a night, compared, and told where the same version got worse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import redis

from answers.gates.gate import Gate
from flowhook.alerts.conditions import Alert
from flowhook.organisations.organisation import Organisation
from tests.answers.gates.room import HELP, ORG, SET, GateRoom, broken
from tests.answers.question_sets.runs.running import question

THREE_IN_KOLKATA = datetime(2027, 1, 20, 21, 30, tzinfo=UTC).timestamp()
DAY = 24 * 3600.0
HOUR = 3600.0


@pytest.fixture
def room(fake_redis: redis.Redis) -> GateRoom:
    made = GateRoom(fake_redis)
    made.hear()
    made.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha")
    made.force(v1=100)
    made.running.now = THREE_IN_KOLKATA
    return made


def night(room: GateRoom) -> int:
    """One night; gives how many questions were asked in it."""
    before = room.asked
    room.sweep.look()
    room.work()
    room.running.now += DAY
    return room.asked - before


def told(room: GateRoom) -> list[Alert]:
    return list(room.nightly.condition()(Organisation(ORG, room.running.sections, {})))


def test_the_set_is_asked_once_a_night_and_by_no_stored_answers(room: GateRoom) -> None:
    assert night(room) == 40
    assert night(room) == 40
    room.running.now -= DAY
    for _ in range(3):
        room.sweep.look()
        room.work()
        room.running.now += HOUR / 2
    assert room.asked == 80
    assert {run.plan.by for run in room.running.store.runs(ORG, SET, 10)[0]} == {"every night"}


@pytest.mark.parametrize(("hours", "asks"), [(-1, 0), (0, 40), (2.9, 40), (3, 0), (12, 0)])
def test_it_is_asked_between_three_and_six(room: GateRoom, hours: float, asks: int) -> None:
    room.running.now += hours * HOUR
    assert night(room) == asks


def test_the_night_is_that_of_the_organisation(room: GateRoom) -> None:
    room.running.sections["timezone"] = {"name": "America/Bogota"}
    assert night(room) == 0
    room.running.now = datetime(2027, 1, 20, 8, 0, tzinfo=UTC).timestamp()
    assert night(room) == 40


def test_the_same_version_that_got_worse_is_told_until_it_is_over(room: GateRoom) -> None:
    night(room)
    assert told(room) == []
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    [alert] = told(room)
    assert (alert.event, alert.name) == ("answers_worse", "answers_worse:prompt:help")
    assert alert.message == (
        "the same version of the prompt help answers the question set crops worse than before, so"
        " the provider changed the model (cases q1, q2, q3, q4, q5 and 2 more)"
    )
    night(room)  # as bad as the night before, and worse than the last good one
    assert told(room) == [alert]
    room.sweep.look()  # while it is asked again
    assert told(room) == [alert]
    room.target.wrong = {}
    room.work()
    assert told(room) == []


def test_it_is_compared_with_an_earlier_run_of_the_version(room: GateRoom) -> None:
    room.force(v3=100)
    room.go_live(1)
    room.work()
    assert room.live == {1: 100}
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    assert [alert.event for alert in told(room)] == ["answers_worse"]


def test_what_another_version_or_set_answers_is_no_change_of_the_provider(room: GateRoom) -> None:
    night(room)
    room.target.wrong = {2: broken(*range(1, 8))}
    room.force(v2=100)
    night(room)
    assert told(room) == []
    room.ask_cases(*(question(number) for number in range(1, 8)))
    night(room)
    assert told(room) == []


def test_what_other_settings_answer_is_no_change_of_the_provider(room: GateRoom) -> None:
    night(room)
    room.target.settings = "another default model"
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    assert told(room) == []


def test_an_alert_is_over_once_another_version_is_live_or_the_gate_is_not_nightly(
    room: GateRoom,
) -> None:
    night(room)
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    assert told(room)
    room.gates.put_gate(ORG, HELP, Gate(SET), "asha")
    assert told(room) == []
    room.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha")
    night(room)
    room.target.wrong |= {1: broken(*range(1, 30))}
    night(room)
    assert told(room)
    room.force(v2=100)
    assert told(room) == []


def test_a_set_whose_turn_is_later_is_asked_later_this_night(
    room: GateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr("answers.question_sets.runs.room.MAX_OPEN", 0)
        room.sweep.look()
    room.work()
    assert room.asked == 0
    assert night(room) == 40


def test_a_night_without_answers_says_nothing(room: GateRoom) -> None:
    night(room)
    room.target.failing = {1: "provider_unavailable"}
    night(room)
    assert told(room) == []
    room.target.failing = {}
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    assert told(room)  # worse than the last night that said something


def test_a_first_night_without_answers_is_nothing_to_compare_with(room: GateRoom) -> None:
    room.target.failing = {1: "provider_unavailable"}
    night(room)
    room.target.failing = {}
    night(room)
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)
    assert told(room)


def test_nothing_is_asked_of_what_is_gone_or_not_live(room: GateRoom) -> None:
    room.prompts.delete(ORG, "help", "asha")
    assert night(room) == 0
    [item] = room.prompts.deleted.trash.items(ORG)
    room.prompts.deleted.bring_back(ORG, item, "asha")
    assert night(room) == 40
    room.gates.put_gate(ORG, HELP, Gate(SET), "asha")
    assert night(room) == 0
    room.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha")
    room.gates.drop_gate(ORG, HELP, "asha")
    assert night(room) == 0


def test_a_worker_killed_before_it_compares_loses_nothing(fake_redis: redis.Redis) -> None:
    room = GateRoom(fake_redis)  # whose nights are not told of runs
    room.gates.put_gate(ORG, HELP, Gate(SET, nightly=True), "asha")
    room.force(v1=100)
    room.running.now = THREE_IN_KOLKATA
    night(room)
    room.target.wrong = {1: broken(*range(1, 8))}
    night(room)  # looks at the first one's run before
    assert told(room) == []
    room.sweep.look()
    assert told(room)
