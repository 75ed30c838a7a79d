"""A flow's history: what changed between two revisions, and the way back."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.web.visitor import Visitor, signed_in

HISTORY = "/organisations/acme/flows/greeting/history"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation()
    publish(service, GREETING)
    service.admin(
        "PATCH",
        "/flows/acme/greeting/nodes/ask",
        {"text": "Who <b>are</b> you?", "note": "Friendlier"},
    )
    return signed_in(service, service.token("acme", "author"))


def test_the_newest_change_is_shown(visitor: Visitor) -> None:
    page = visitor.get(HISTORY)
    assert "Friendlier" in page.text
    assert "text What is your name?" in page.text
    assert "Who &lt;b&gt;are&lt;/b&gt; you?" in page.html


def test_a_revision_is_published_again(service: Service, visitor: Visitor) -> None:
    service.admin("POST", "/flows/acme/greeting/publish")
    first = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"][-1]
    visitor.get(HISTORY)
    assert visitor.post(HISTORY, {"revision": str(first["revision"])}).status == 303
    assert texts(say(service, "hello")) == ["What is your name?"]


def test_a_revision_becomes_the_newest_draft_again(service: Service, visitor: Visitor) -> None:
    first = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"][-1]
    visitor.get(HISTORY)
    taken = visitor.post(HISTORY, {"revision": str(first["revision"]), "action": "draft"})
    assert taken.status == 303
    newest = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]
    assert len(newest) == 3
    nodes = service.admin("GET", "/flows/acme/greeting").json["definition"]["nodes"]
    assert nodes[0]["actions"][0]["text"] == "What is your name?"
    assert not newest[0]["is_published"]


@pytest.mark.parametrize("asked", ["?before=x&after=y", "?before=1&after=2", "?before=9" * 40])
def test_revisions_that_are_not_kept(visitor: Visitor, asked: str) -> None:
    assert visitor.get(HISTORY + asked).status in (200, 404)


@pytest.mark.parametrize("revision", ["", "x", "17", "9" * 30])
def test_a_revision_that_is_not_kept_is_told(visitor: Visitor, revision: str) -> None:
    visitor.get(HISTORY)
    page = visitor.post(HISTORY, {"revision": revision})
    assert page.status == 404
    assert "not kept" in page.text


def test_who_reads_cannot_go_back(service: Service, visitor: Visitor) -> None:
    viewer = signed_in(service, service.token("acme", "viewer"))
    assert "Publish this revision" not in viewer.get(HISTORY).text
    assert viewer.post(HISTORY, {"revision": "1"}).status == 403
