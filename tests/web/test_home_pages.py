from __future__ import annotations

import colorsys
import itertools
import re
import time
from pathlib import Path

import fakeredis
import pytest

import web
from flowhook.organisations.circuits import FAILURES, Circuits
from flowhook.records.log_entry import LogEntry
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.web.visitor import signed_in

HOME = "/organisations/acme"


def test_first_steps_are_ticked_as_they_are_done(service: Service, openai: FakeOpenAI) -> None:
    service.operator("PUT", "/settings/acme/openai", {"is_active": False})
    visitor = signed_in(service)
    begun = visitor.get(HOME)
    assert begun.text.count("(done)") == 0
    assert "has no API key yet" in begun.text
    assert "Provider is not known cannot be called without a key" in begun.text
    assert "light-unknown" in begun.html
    service.operator("PATCH", "/settings/acme/openai", {"api_key": openai.key})
    assert "is switched off" in visitor.get(HOME).text
    service.organisation(openai)
    assert visitor.get(HOME).text.count("(done)") == 3
    service.call("parse_via_chat_gpt", {"question_text": "Hi"})
    service.flush()
    page = visitor.get(HOME)
    assert "First steps" not in page.text
    assert "is active" in page.text
    assert "1 call, 0 failed" in page.text


@pytest.mark.parametrize("scope", ["author", "expert", "viewer"])
def test_every_link_of_home_opens(service: Service, openai: FakeOpenAI, scope: str) -> None:
    service.organisation(openai)
    service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1})
    service.call("parse_via_chat_gpt", {"question_text": "Hi"})
    service.operator("DELETE", "/settings/acme/openai")
    service.flush()
    visitor = signed_in(service, service.token("acme", scope))
    home = visitor.get(HOME)
    assert "Budget used up" in home.text
    assert "First steps" in home.text
    links = {str(known.get("href")) for tag, known in home.elements if tag == "a"}
    inside = {link for link in links if link.startswith(HOME)}
    assert {link: visitor.get(link).status for link in inside} == dict.fromkeys(inside, 200)


def test_failures_of_the_last_day_say_what_to_do(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.call("parse_via_chat_gpt", {"question_text": ""})
    service.call("parse_via_chat_gpt", {"question_text": "x", "gpt_model": "nothing-like-it"})
    service.flush()
    page = signed_in(service).get(HOME)
    assert "2 calls, 2 failed" in page.text
    assert "No such model model_not_found 1 Choose a model" in page.text
    assert "failed in 1 of 2 calls of the last hour" in page.text, "one total on one page"


def test_more_calls_than_a_page_of_the_log_are_all_counted(service: Service) -> None:
    """Home says what the operator's list says: no newest 500 beside a total."""
    service.organisation()
    for number in range(1_200):
        status = "ok" if number % 3 else "invalid_input"
        entry = LogEntry("acme", "chat", f"r{number}", status, 200, 1.0, time.time())
        service.background.recorder.record(entry)
    service.flush()
    visitor = signed_in(service)
    assert "The last 24 hours 1,200 calls, 400 failed." in visitor.get(HOME).text
    assert "1,200 calls, 400 failed." in visitor.get("/").text
    assert "400 / 1,200" in visitor.get("/organisations").text


def test_the_operator_sees_who_fails_and_reaches_the_calls(service: Service) -> None:
    for org, failures in (("well", 0), ("acme", 2), ("other", 1)):
        service.organisation(org=org)
        service.call("get_buttons", {"buttons_data": "A|B"})
        for _ in range(failures):
            service.call("get_buttons", {"buttons_data": ""})
    service.flush()
    service.operator("PATCH", "/organizations/acme", {"title": "आशा NGO"})
    page = signed_in(service).get("/")
    assert "आशा NGO : 2 of 3 calls failed other : 1 of 2 calls failed" in page.text
    assert 'href="/organisations/acme/logs?status=failed"' in page.html
    assert "/organisations/well" not in page.html


def test_the_worker_and_the_providers_circuit_are_shown(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    assert "none is running: slow calls wait" in visitor.get(HOME).text
    service.background.job_services.liveness.become_worker()
    assert "Worker works one is running" in visitor.get(HOME).text
    organisation = service.background.settings.get("acme")
    circuits = Circuits(service.redis, service.background.settings.drop)
    for _ in range(FAILURES):
        circuits.open(organisation, "http://x", "k").failed()
    assert "Provider does not work failed repeatedly" in visitor.get(HOME).text


def test_models_that_go_are_named_soonest_first(service: Service) -> None:
    service.organisation(fallback_model="gpt-4o", image_model="dall-e-3")
    page = signed_in(service).get(HOME)
    assert "dall-e-3 was shut down on 12 May 2026" in page.text
    assert page.text.index("dall-e-3") < page.text.index("gpt-4o")


def test_the_operators_home_adds_up_all_organisations(service: Service) -> None:
    for org in ("acme", "other"):
        service.organisation(org=org)
        service.call("parse_via_chat_gpt", {"question_text": ""})
        service.call("get_buttons", {"buttons_data": "A|B"})
    service.flush()
    page = signed_in(service).get("/")
    assert "4 calls, 2 failed" in page.text
    assert "Field is empty empty_input 2" in page.text
    assert "Redis" in page.text


def test_one_account_without_a_model_is_no_outage_of_the_service(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    service.call("parse_via_chat_gpt", {"question_text": "x", "gpt_model": "nothing-like-it"})
    service.flush()
    page = signed_in(service).get("/")
    assert "1 call, 1 failed" in page.text
    assert "Provider works no failures in the last hour" in page.text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_of_lights_are_told_apart(theme: str) -> None:
    """By their hues, and against the page by WCAG's 3 : 1 for symbols."""
    styles = (Path(web.__file__).parent / "static" / "own.css").read_text()
    prefix = "\\n" if theme == "light" else re.escape('\n[data-bs-theme="dark"] ')
    found = re.findall(prefix + r"\.light-(\w+) \{ --light: #(\w{6}); \}", styles)
    assert [name for name, _ in found] == ["good", "poor", "bad"]
    parts = [[int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)] for _, code in found]
    hues = [colorsys.rgb_to_hsv(*colour)[0] * 360 for colour in parts]
    for one, other in itertools.combinations(hues, 2):
        between = abs(one - other)
        assert min(between, 360 - between) > 25
    paper = luminance([1, 1, 1]) if theme == "light" else luminance([0.13, 0.15, 0.16])
    for colour in parts:
        low, high = sorted((luminance(colour), paper))
        assert (high + 0.05) / (low + 0.05) > 3


def luminance(colour: list[float]) -> float:
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour]
    return sum(part * one for part, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_without_redis_pages_say_so(open_service: OpenService) -> None:
    server = fakeredis.FakeServer()
    service = open_service(fakeredis.FakeRedis(server=server, protocol=2))
    visitor = signed_in(service)
    server.connected = False
    page = visitor.get("/")
    assert page.status == 503
    assert "cannot reach its store" in page.text
