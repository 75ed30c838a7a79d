"""How runs begin, end, and end each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flows.definition.definition import Flow
from flows.definition.reading import read_flow
from flows.engine.lifecycle import MAX_RUNS, begin, complete, fail, interrupt, reset, tidy
from flows.model.contact import Contact
from flows.model.session import Ending, Run, Session
from flows.model.sprint import Sprint
from flows.play.standalone import StandaloneServices
from tests.flows.building import definition_of


def flow(uuid: str, *nodes: str, **more: Any) -> Flow:
    shown = [{"id": node, "send": "x"} for node in nodes or ("n",)]
    return replace(read_flow(definition_of({"uuid": uuid, "nodes": shown})), **more)


@pytest.fixture
def sprint() -> Sprint:
    return Sprint(Session(Contact("7")), StandaloneServices())


def run_of(sprint: Sprint, **more: Any) -> Run:
    """A run of the session, on which the sprint stands."""
    run = Run(sprint.session.next_id(), "f", 1, "n", **more)
    sprint.session.runs.append(run)
    sprint.run = run
    return run


def types(sprint: Sprint) -> list[str]:
    return [event.type for event in sprint.events]


def test_a_run_begins_on_the_flows_start(sprint: Sprint) -> None:
    results = {"a": 1}
    run = begin(sprint, flow("f", "first", "second", revision=3), results, is_draft=True)
    assert (run.flow, run.revision, run.node, run.parent) == ("f", 3, "first", None)
    assert run.is_draft
    assert run.results == results
    assert run.results is not results
    assert sprint.session.runs == [run]
    [event] = sprint.events
    assert event.note() == {
        "type": "flow_started",
        "flow": "f",
        "node": "first",
        "name": "f",
        "revision": 3,
    }


def test_a_new_run_ends_the_one_before_it(sprint: Sprint) -> None:
    earlier, parked = run_of(sprint), run_of(sprint, in_background=True)
    begin(sprint, flow("g"), {})
    assert (earlier.ended, parked.ended) == ("interrupted", "")
    assert types(sprint) == ["flow_interrupted", "flow_started"]
    assert "new flow has started" in str(sprint.events[0].note()["reason"])


def test_a_background_flow_and_a_sub_flow_end_none(sprint: Sprint) -> None:
    parent = run_of(sprint, delay_seconds=4, entered=frozenset(["f"]))
    begin(sprint, flow("back", is_background=True), {})
    child = begin(sprint, flow("g"), {}, parent=parent, like=parent)
    assert parent.ended == ""
    assert child.parent == parent.id
    assert child.delay_seconds == 4
    assert child.entered == {"f", "g"}
    assert sprint.events[-1].as_dict()["parent_flow"] == "f"


@pytest.mark.parametrize(
    ("more", "reason"), [({"nodes": {}}, "empty flow"), ({"start": ""}, "start node")]
)
def test_a_flow_without_a_beginning_is_refused(
    sprint: Sprint, more: dict[str, Any], reason: str
) -> None:
    earlier = run_of(sprint)
    with pytest.raises(InvalidInput, match=reason):
        begin(sprint, flow("g", **more), {})
    assert earlier.ended == ""


def test_the_oldest_runs_give_way_beyond_the_most(sprint: Sprint) -> None:
    runs = [begin(sprint, flow("b", is_background=True), {}) for _ in range(MAX_RUNS)]
    assert "flow_interrupted" not in types(sprint)
    begin(sprint, flow("b", is_background=True), {})
    assert [run.ended for run in runs] == ["interrupted"] + [""] * (MAX_RUNS - 1)
    assert types(sprint).count("flow_interrupted") == 1


def test_a_completed_run_leaves_its_results_as_the_ending(sprint: Sprint) -> None:
    run = run_of(sprint, results={"a": 1})
    assert complete(sprint, run) is None
    assert run.ended == "completed"
    assert sprint.session.ending == Ending("completed", "f", "n", {"a": 1})
    assert complete(sprint, run) is None
    assert types(sprint) == ["flow_completed"]


def test_a_completed_sub_flow_hands_its_results_to_its_parent(sprint: Sprint) -> None:
    parent = run_of(sprint)
    child = run_of(sprint, parent=parent.id, results={"a": 1, "parent": {"b": 2}})
    child.delay_seconds = 6
    assert complete(sprint, child) is parent
    assert parent.results == {"child": {"a": 1}}
    assert parent.delay_seconds == 8
    assert sprint.session.ending is None
    silent = run_of(sprint, parent=parent.id, results={"parent": {}})
    assert complete(sprint, silent) is parent
    assert parent.results == {"child": {"a": 1}}
    assert parent.delay_seconds == 2


@pytest.mark.parametrize("more", [{"in_background": True}, {"ended": "interrupted"}])
def test_a_parent_that_does_not_listen_gets_nothing(sprint: Sprint, more: dict[str, Any]) -> None:
    parent = run_of(sprint, **more)
    child = run_of(sprint, parent=parent.id, results={"a": 1})
    assert complete(sprint, child) is None
    assert parent.results == {}
    assert sprint.session.ending == Ending("completed", "f", "n", {"a": 1})


def test_only_later_runs_are_interrupted_after_one(sprint: Sprint) -> None:
    runs = [run_of(sprint) for _ in range(3)]
    interrupt(sprint, "why", after=runs[1].id)
    assert [run.ended for run in runs] == ["", "", "interrupted"]
    interrupt(sprint, "why")
    assert [run.ended for run in runs] == ["interrupted"] * 3
    assert types(sprint) == ["flow_interrupted"] * 3


def test_a_reset_ends_a_run_alone(sprint: Sprint) -> None:
    other, run = run_of(sprint), run_of(sprint, results={"a": 1})
    reset(sprint, run, "why")
    assert (other.ended, run.ended) == ("", "failed")
    assert sprint.session.ending == Ending("failed", "f", "n", {"a": 1})
    [event] = sprint.events
    assert (event.note()["reason"], event.note()["reset"]) == ("why", True)
    reset(sprint, run, "again")
    assert types(sprint) == ["flow_failed"]


def test_a_reset_of_a_sub_flow_ends_all_but_what_is_parked(sprint: Sprint) -> None:
    done, parked = run_of(sprint, ended="completed"), run_of(sprint, in_background=True)
    parent = run_of(sprint)
    child = run_of(sprint, parent=parent.id)
    reset(sprint, child, "why")
    assert [one.ended for one in (done, parked, parent, child)] == [
        "completed",
        "",
        "failed",
        "failed",
    ]


def test_a_failure_leaves_the_run_where_it_is(sprint: Sprint) -> None:
    run = run_of(sprint)
    fail(sprint, run, "why")
    assert (run.failure, run.ended) == ("why", "")
    assert sprint.events[0].note()["reset"] is False


def test_ended_runs_and_what_lives_for_one_message_are_forgotten(sprint: Sprint) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    run = run_of(sprint, delay_seconds=4, entered=frozenset(["f"]), wakeup_at=moment)
    run_of(sprint, ended="failed")
    tidy(sprint)
    assert sprint.session.runs == [run]
    assert (run.delay_seconds, run.entered, run.wakeup_at) == (0, frozenset(), moment)
