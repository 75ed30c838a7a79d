"""A flow's funnel over HTTP."""

from __future__ import annotations

import pytest

from flows.conversations.funnel import WEEKS_KEPT
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    return service


def test_a_funnel(acme: Service) -> None:
    say(acme, "hello")
    say(acme, "Asha")
    say(acme, "hello", "8")
    funnel = acme.admin("GET", "/flows/acme/greeting/funnel").json
    assert [(one["label"], one["reached"], one["waiting"]) for one in funnel["nodes"]] == [
        ("What is your name?", 2, 0),
        ("@results.name", 2, 1),
        ("Hello @results.name", 1, 0),
    ]
    assert funnel["nodes"][1]["median_seconds"] is not None
    assert len(funnel["weeks"]) == WEEKS_KEPT
    assert funnel["weeks"][-1]["started"] == 2


def test_weeks_that_are_asked_for(acme: Service) -> None:
    say(acme, "hello")
    path = "/flows/acme/greeting/funnel?from=2026-01-06&to=2026-01-14"
    funnel = acme.admin("GET", path).json
    assert [week["week"] for week in funnel["weeks"]] == ["2026-W02", "2026-W03"]
    assert [node["reached"] for node in funnel["nodes"]] == [0, 0, 0]


@pytest.mark.parametrize(
    "query", ["to=0001-01-01", "from=0001-01-01", "to=9999-12-31", "from=9999-12-31", "to=0"]
)
def test_times_without_counts_show_none(acme: Service, query: str) -> None:
    answer = acme.admin("GET", f"/flows/acme/greeting/funnel?{query}")
    assert answer.status == 200
    assert 1 <= len(answer.json["weeks"]) <= WEEKS_KEPT + 1


def test_what_cannot_be_shown(acme: Service) -> None:
    wrong = acme.admin("GET", "/flows/acme/greeting/funnel?from=soon")
    assert (wrong.status, list(wrong.error["fields"])) == (400, ["from"])
    assert acme.admin("GET", "/flows/acme/none/funnel").status == 404
    assert acme.operator("GET", "/flows/nobody/greeting/funnel").status == 404
