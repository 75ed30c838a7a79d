"""The list of conversations over HTTP."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    say(service, {"flow": "greeting", "contact": {"name": "Asha Devi"}}, "7")
    say(service, {"flow": "greeting", "contact": {"name": "Bina"}}, "8")
    say(service, "Bina", "8")
    return service


def listed(service: Service, query: str = "") -> list[str]:
    answer = service.admin("GET", f"/conversations/acme{query}")
    assert answer.status == 200, answer.body
    return [one["contact"] for one in answer.json["conversations"]]


def test_conversations_are_listed(acme: Service) -> None:
    answer = acme.admin("GET", "/conversations/acme").json
    assert answer["next_cursor"] is None
    first, second = answer["conversations"]
    assert first.pop("since") >= second.pop("since")
    assert first == {
        "contact": "8",
        "name": "Bina",
        "flow": "greeting",
        "node": "thank",
        "status": "completed",
        "last_message": "Bina",
    }
    assert (second["contact"], second["last_message"]) == ("7", "What is your name?")


@pytest.mark.parametrize(
    ("query", "contacts"),
    [
        ("?flow=greeting", ["8", "7"]),
        ("?flow=greeting&node=wait", ["7"]),
        ("?status=completed", ["8"]),
        ("?waiting_since=2020-01-01", []),
        ("?waiting_since=2999-01-01", ["7"]),
        ("?waiting_since=2999-01-01&status=completed", ["8"]),
        ("?q=devi", ["7"]),
        ("?q=8", ["8"]),
        ("?flow=other", []),
        ("?cursor=1-x", []),
    ],
)
def test_filters(acme: Service, query: str, contacts: list[str]) -> None:
    assert listed(acme, query) == contacts


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?node=wait", "node"),
        ("?status=asleep", "status"),
        ("?waiting_since=yesterday", "waiting_since"),
        ("?cursor=xyz", "cursor"),
        (f"?q={'x' * 300}", "q"),
    ],
)
def test_what_is_no_filter_is_named(acme: Service, query: str, field: str) -> None:
    answer = acme.admin("GET", f"/conversations/acme{query}")
    assert answer.status == 400
    assert list(answer.error["fields"]) == [field]


def test_an_organisation_that_is_not_there_has_no_list(acme: Service) -> None:
    assert acme.operator("GET", "/conversations/nobody").status == 404
    assert acme.request("GET", "/conversations/acme").status == 401


def test_a_deleted_organisation_leaves_no_list(acme: Service) -> None:
    acme.operator("DELETE", "/settings/acme")
    assert not list(acme.redis.scan_iter("fh:{acme}:roster:*"))
    assert not list(acme.redis.scan_iter("fh:{acme}:funnel:*"))
