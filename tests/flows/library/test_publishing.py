"""What may be published."""

from __future__ import annotations

import pytest
import redis

from flowhook.errors import Conflict, NotFound
from flows.library.publishing import newest, refuse_critical, with_subflows
from flows.lint import CRITICAL, WARNING, Issue
from tests.flows.room import ORG, Room


@pytest.fixture
def room(fake_redis: redis.Redis) -> Room:
    """With flows that enter each other, and one that is not there."""
    room = Room(fake_redis)
    room.publish(
        {
            "uuid": "a",
            "nodes": [{"id": "a1", "enter": "b", "to": "a2"}, {"id": "a2", "enter": "c"}],
        },
        {"uuid": "b", "nodes": [{"id": "b1", "enter": "a"}, {"id": "b2", "enter": "gone"}]},
        {"uuid": "c", "nodes": [{"id": "c1", "send": "x"}]},
        {"uuid": "d", "nodes": [{"id": "d1", "send": "x"}]},
    )
    return room


def test_a_flow_comes_with_all_that_it_enters(room: Room) -> None:
    found = with_subflows(room.flows, ORG, "a")
    assert found[0] == "a"
    assert sorted(found) == ["a", "b", "c"]
    assert with_subflows(room.flows, ORG, "d") == ["d"]


def test_the_newest_draft_is_found(room: Room) -> None:
    entry, flow = newest(room.flows, ORG, "c")
    assert (entry.uuid, flow.uuid, list(flow.nodes)) == ("c", "c", ["c1"])


def test_a_flow_that_is_not_there_is_named_so(room: Room) -> None:
    for find in (with_subflows, newest):
        with pytest.raises(NotFound):
            find(room.flows, ORG, "gone")


def test_critical_issues_are_refused_by_node() -> None:
    warning = Issue(WARNING, "slow", node="n")
    refuse_critical([])
    refuse_critical([warning])
    issues = [
        warning,
        Issue(CRITICAL, "first", node="n"),
        Issue(CRITICAL, "second", node="n"),
        Issue(CRITICAL, "third", node=""),
    ]
    with pytest.raises(Conflict, match=r"Critical issues \(3\), the first: first") as refused:
        refuse_critical(issues)
    assert refused.value.fields == {"n": ["first", "second"], "flow": ["third"]}
    assert "publish with ?force=true" in refused.value.fix
