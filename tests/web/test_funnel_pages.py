"""The page of a flow's funnel."""

from __future__ import annotations

import re

import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say
from tests.web.visitor import Visitor, signed_in

FUNNEL = "/organisations/acme/flows/greeting/funnel"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation()
    publish(service, GREETING)
    for contact in ("1", "2", "3"):
        say(service, "hello", contact)
    say(service, "Asha", "1")
    say(service, "stop", "2")
    return signed_in(service)


def row(html: str, node: str) -> str:
    (found,) = re.findall(rf"<tr><th[^>]*>[^\n]*#node-{node}.*?</tr>", html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def test_nodes_and_weeks(visitor: Visitor) -> None:
    page = visitor.get(FUNNEL)
    assert row(page.html, "ask") == "What is your name? 3 then : 3 0"
    waited = "@results.name 3 Other : 1 Stop : 1 completed: 1 1 "
    assert re.fullmatch(rf"{re.escape(waited)}\d+ s", row(page.html, "wait"))
    assert row(page.html, "thank") == "Hello @results.name 1 then : 1 completed: 1 0"
    assert re.search(r"\d{4}-\d\d-\d\d – \d{4}-\d\d-\d\d 3 2 0 0", page.text)
    place = "/organisations/acme/conversations?flow=greeting&amp;node=wait"
    assert f'<a href="{place}">1</a>' in page.html
    assert f'href="{FUNNEL}"' in visitor.get("/organisations/acme/flows/greeting").html


def test_weeks_are_chosen(visitor: Visitor) -> None:
    page = visitor.get(f"{FUNNEL}?from=2025-01-01&to=2025-01-20")
    assert re.findall(r"(\S+) – (\S+)", page.text) == [
        ("2025-01-20", "2025-01-26"),
        ("2025-01-13", "2025-01-19"),
        ("2025-01-06", "2025-01-12"),
        ("2024-12-30", "2025-01-05"),
    ]
    assert "What is your name? 0" in page.text


@pytest.mark.parametrize("query", ["from=soon", "to=%3Cscript%3E"])
def test_what_is_no_day_is_told(visitor: Visitor, query: str) -> None:
    page = visitor.get(f"{FUNNEL}?{query}")
    assert page.status == 400
    assert 'role="alert"' in page.html


def test_who_may_not_read_conversations_gets_no_link(service: Service, visitor: Visitor) -> None:
    author = signed_in(service, service.token("acme", "author"))
    assert "/conversations" not in author.get(FUNNEL).html
    assert author.get("/organisations/acme/flows/gone/funnel").status == 404
