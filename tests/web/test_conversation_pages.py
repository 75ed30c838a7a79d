"""The desk of who talks with contacts: the list, one conversation, and what a person does there."""

from __future__ import annotations

import json
import re

import pytest
import redis

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, publish, say
from tests.waiting import wait_for
from tests.web.visitor import Visitor, signed_in
from web.chat import as_seen, is_fault

LIST = "/organisations/acme/conversations"
ONE = f"{LIST}/7"
ASHA = Person("919876543210", "IN.1234567890")


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    say(service, {"text": "hello", "contact": {"name": "Asha Patil"}})
    return service


@pytest.fixture
def expert(acme: Service) -> Visitor:
    return signed_in(acme, acme.token("acme", "expert"))


def said_in(acme: Service) -> list[str]:
    shown = acme.admin("GET", "/conversations/acme/7").json
    return [one["type"] for one in shown["transcript"] if one["direction"] == "note"]


# --- the list ---------------------------------------------------------------------------


def test_an_expert_reads_conversations(expert: Visitor) -> None:
    page = expert.get(LIST)
    assert "Asha Patil" in page.text
    assert "Greeting · @results.name" in page.text
    assert "<bdi>Greeting</bdi> · <bdi>@results.name</bdi>" in page.html, "each in its direction"
    assert "waits for an answer" in page.text
    assert f'href="{ONE}"' in page.html
    assert "/flows/greeting" not in page.html, "which an expert cannot open"


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=patil", True),
        ("q=devi", False),
        ("q=7", True),
        ("flow=greeting", True),
        ("flow=greeting&node=wait", True),
        ("flow=greeting&node=ask", False),
        ("flow=greeting&node=ask&node_of=another", True),
        ("flow=gone&node_of=greeting", False),
        ("node=wait&node_of=greeting&flow=", True),
        ("status=waiting", True),
        ("status=paused", False),
        ("waiting_since=2999-01-01T00:00", True),
        ("waiting_since=2020-01-01T00:00", False),
    ],
)
def test_filters(expert: Visitor, query: str, is_found: bool) -> None:
    page = expert.get(f"{LIST}?{query}")
    assert page.status == 200
    assert (f'href="{ONE}"' in page.html) == is_found
    assert ("No conversation matches." in page.text) != is_found


@pytest.mark.parametrize(
    "query", ["status=lost", "node=wait", "waiting_since=soon", "cursor=x", "q=" + "x" * 300]
)
def test_a_wrong_filter_is_told_on_the_page(expert: Visitor, query: str) -> None:
    page = expert.get(f"{LIST}?{query}")
    assert page.status == 400
    assert 'role="alert"' in page.html
    assert "Filter" in page.text


def test_pages_of_the_list(acme: Service, expert: Visitor) -> None:
    for number in range(60):
        say(acme, "hello", contact=f"c{number}")
    links = re.compile(rf'href="{LIST}/([^"/?]+)"')
    first = expert.get(LIST)
    (more,) = re.findall(rf'href="({re.escape(LIST)}\?cursor=[^"]+)"', first.html)
    second = expert.get(more.replace("&amp;", "&"))
    assert len(links.findall(first.html)) == 50
    assert len(links.findall(second.html)) == 11
    assert not set(links.findall(first.html)) & set(links.findall(second.html))
    assert "cursor=" not in second.html.replace("page=", "").split("<footer")[0]


def test_from_who_waits_at_a_node_to_them(acme: Service) -> None:
    place = f"{LIST}?flow=greeting&amp;node=wait"
    flow = "/organisations/acme/flows/greeting"
    shown = signed_in(acme).get(flow)
    assert f'href="{place}">1 waiting</a>' in shown.html
    author = signed_in(acme, acme.token("acme", "author"))
    assert "1 waiting" in author.get(flow).text
    assert LIST not in author.get(flow).html


# --- one conversation -------------------------------------------------------------------


def test_what_was_said_where_it_is_and_what_is_known(acme: Service, expert: Visitor) -> None:
    say(acme, {"text": "Asha", "contact": {"fields": {"village": "Rampur"}}})
    page = expert.get(ONE)
    said = re.findall(r'<div class="said" dir="auto">([^<]*)</div>', page.html)
    assert said[:4] == ["hello", "What is your name?", "Asha", "Hello Asha"]
    assert "flow started" in page.text
    assert "completed" in page.text
    assert re.search(r'<dt[^>]*>name</dt><dd>\s*<div class="said" dir="auto">Asha<', page.html)
    assert "village" in page.text
    assert "Rampur" in page.text
    assert "img-src 'self' data: https:" in page.headers["Content-Security-Policy"]


def test_a_pause_and_its_end(acme: Service, expert: Visitor) -> None:
    assert "Let flows go on" not in expert.get(ONE).text
    assert expert.post(ONE, {"action": "pause"}).headers["Location"] == f"{ONE}?done=pause"
    say(acme, "Asha")
    page = expert.get(f"{ONE}?done=pause")
    assert "Paused. No flow runs" in page.text
    assert "Hello Asha" not in page.text
    assert "paused · expert" in page.text, "who did it"
    assert "Begin the flow anew" not in page.text
    refused = expert.post(ONE, {"action": "restart"})
    assert (refused.status, "End the pause first" in refused.text) == (409, True)
    expert.post(ONE, {"action": "unpause"})
    assert [kind for kind in said_in(acme) if "pause" in kind] == ["paused", "unpaused"]


def test_a_flow_begins_anew_and_goes_on_elsewhere(acme: Service, expert: Visitor) -> None:
    expert.get(ONE)
    assert expert.post(ONE, {"action": "move", "node": "thank"}).status == 303
    assert acme.admin("GET", "/conversations/acme/7").json["status"] == "completed"
    assert expert.post(ONE, {"action": "restart"}).status == 303
    assert acme.admin("GET", "/conversations/acme/7").json["node"] == "wait"
    assert {"moved", "restarted"} <= set(said_in(acme))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "say", "text": "Good morning"}, 409),  # who is reached by the API alone
        ({"action": "say", "text": " "}, 400),
        ({"action": "move", "node": "nowhere"}, 404),
        ({"action": "forget"}, 400),
        ({"action": "take_turn"}, 400),
    ],
)
def test_what_cannot_be_done_is_told_on_the_page(
    acme: Service, expert: Visitor, form: dict[str, str], status: int
) -> None:
    expert.get(ONE)
    page = expert.post(ONE, form)
    assert page.status == status
    assert 'role="alert"' in page.html
    assert "What is your name?" in page.text
    assert said_in(acme) == ["flow_started"]


def test_who_never_wrote(expert: Visitor) -> None:
    for contact in ("nobody", "a b", "%00", "x" * 200):
        assert expert.get(f"{LIST}/{contact}").status == 404
        assert expert.post(f"{LIST}/{contact}", {"action": "pause"}).status == 404
        assert expert.get(f"{LIST}/{contact}/export").status == 404


def test_who_only_reads(acme: Service) -> None:
    viewer = signed_in(acme, acme.token("acme", "viewer"))
    page = viewer.get(ONE)
    assert "What is your name?" in page.text
    for words in ("Pause", "Forget", "Move on", "Begin the flow anew"):
        assert words not in page.text
    assert viewer.post(ONE, {"action": "pause"}).status == 403


def test_a_contacts_export(expert: Visitor) -> None:
    answer = expert.get(f"{ONE}/export")
    assert "filename=7.json" in answer.headers["Content-Disposition"]
    found = json.loads(answer.html)
    assert found["contact"]["name"] == "Asha Patil"
    assert found["transcript"][0]["text"] == "hello"


def test_an_admin_forgets_a_contact(acme: Service, expert: Visitor) -> None:
    assert "Forget" not in expert.get(ONE).text
    assert expert.post(f"{ONE}/forget").status == 403
    admin = signed_in(acme, acme.tenant.admin_token)
    assert 'data-confirm="Forget this contact for good?"' in admin.get(ONE).html
    assert admin.post(f"{ONE}/forget").headers["Location"] == f"{LIST}?done=forget"
    assert "Everything about the contact was removed." in admin.get(f"{LIST}?done=forget").text
    assert admin.get(ONE).status == 404


def test_a_person_writes_to_a_contact_on_whatsapp(
    on_whatsapp: OpenService, real_redis: redis.Redis, graph: FakeGraph, line: Line
) -> None:
    service = on_whatsapp(real_redis)
    publish(service, GREETING)
    graph.writes(line, ASHA, "hello")
    wait_for(service.background.waker.look, "a contact to be due")
    expert = signed_in(service, service.token("acme", "expert"))
    page = expert.get(f"{LIST}/{ASHA.phone}")
    assert "Say something to the contact" in page.text
    sent = expert.post(f"{LIST}/{ASHA.phone}", {"text": "Good morning,\r\nthis is Bina."})
    assert sent.status == 303, sent.text
    wait_for(service.background.waker.look, "a contact to be due")
    assert graph.texts()[-1] == "Good morning,\nthis is Bina."
    shown = expert.get(sent.headers["Location"])
    assert "Your message is on its way." in shown.text
    assert re.search(r"expert · \d", shown.text), "who said it"


# --- what a bubble holds ----------------------------------------------------------------


def test_a_long_text_comes_in_several_bubbles_and_many_options_as_a_list(service: Service) -> None:
    options = [{"title": f"Option {number}"} for number in range(5)]
    out = {"at": "", "direction": "out"}
    with service.app.test_request_context():
        split, offered = as_seen(
            [
                {**out, "type": "text", "text": "word " * 2000},
                {**out, "type": "quick_reply", "text": "Which?", "options": options},
            ],
            "",
        )
    assert len(split["bubbles"]) > 1
    assert offered["bubbles"][-1]["type"] == "list"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://media.example/a.png", "https://media.example/a.png"),
        ("javascript:alert(1)", ""),
        ("http://localhost/media/a.png", None),
        ("https://flowhook.example/media/a.png", None),
        ("https://flowhook.example.evil/media/a.png", "https://flowhook.example.evil/media/a.png"),
    ],
)
def test_what_a_contact_sent_from_elsewhere_is_not_loaded(
    service: Service, url: str, link: str | None
) -> None:
    entry = {"at": "", "direction": "in", "type": "image", "url": url}
    with service.app.test_request_context():
        (seen,) = as_seen([entry], "https://flowhook.example")
    assert seen.get("link") == link


@pytest.mark.parametrize(
    ("note", "is_wrong"),
    [
        ({"type": "webhook_called", "status": 200}, False),
        ({"type": "webhook_called", "status": 502}, True),
        ({"type": "webhook_called", "status": 0, "parked": True}, False),
        ({"type": "webhook_called", "status": 200, "error": "invalid"}, True),
        ({"type": "msg_not_sent", "reason": "window_closed"}, True),
        ({"type": "flow_started"}, False),
    ],
)
def test_what_went_wrong_is_marked(note: dict[str, object], is_wrong: bool) -> None:
    assert is_fault(note) == is_wrong
