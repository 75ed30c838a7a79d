"""An organisation's limits, from outside."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from flowhook.limits.limiter import Limiter
from flowhook.limits.month import Month
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, Service
from tests.waiting import wait_for

QUESTION = {"question_text": "Why is the sky blue?"}


def limit(service: Service, **limits: int) -> None:
    stored = service.operator("PUT", f"/settings/{service.tenant.id}/limits", limits)
    assert stored.status in (200, 201), stored.body


def ask(service: Service, **more: object) -> Answer:
    return service.call("parse_via_chat_gpt", {**QUESTION, **more})


def test_requests_per_minute(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, requests_per_minute=2)
    assert [ask(service).status for _ in range(2)] == [200, 200]
    refused = ask(service)
    assert (refused.status, refused.error["type"]) == (429, "rate_limited")
    assert refused.json["parsed_msg"] == refused.error["message"]
    assert 50 < int(refused.headers["Retry-After"]) <= 60
    assert len(openai.requests) == 2
    service.flush()
    logged = service.admin("GET", "/logs/acme?status=rate_limited").json["logs"]
    assert [entry["http_status"] for entry in logged] == [429]


def test_a_malformed_call_counts_as_a_request(service: Service) -> None:
    service.organisation()
    limit(service, requests_per_minute=1)
    assert service.call("get_buttons", {"buttons_data": ""}).status == 400
    assert service.call("get_buttons", {"buttons_data": "Yes"}).status == 429


def test_concurrent_calls(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, concurrent_calls=1)
    gate = threading.Event()
    openai.fail(faults.held(gate))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, service)
        wait_for(lambda: openai.in_flight == 1, "the first call to reach the provider")
        refused = ask(service)
        gate.set()
        assert first.result(30).status == 200
    assert (refused.status, refused.error["type"]) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "1"
    assert ask(service).status == 200


def test_fifty_callers_at_once(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, concurrent_calls=10)
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    with ThreadPoolExecutor(50) as pool:
        calls = [pool.submit(ask, service) for _ in range(50)]
        wait_for(lambda: sum(call.done() for call in calls) == 40, "forty to be refused")
        assert openai.in_flight == 10
        gate.set()
        statuses = [call.result(30).status for call in calls]
    assert (statuses.count(200), statuses.count(429)) == (10, 40)
    assert openai.peak_in_flight == 10


def test_monthly_tokens(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, monthly_tokens=60)
    used = 0
    while used < 60:
        answer = ask(service)
        if answer.status != 200:
            break
        service.flush()
        entry = service.admin("GET", "/logs/acme").json["logs"][0]
        used += entry["input_tokens"] + entry["output_tokens"]
    refused = ask(service)
    assert used > 0
    assert (refused.status, refused.error["type"]) == (429, "budget_exceeded")
    left = Month.at(time.time()).end - time.time()
    assert abs(int(refused.headers["Retry-After"]) - left) < 5
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200


def test_a_model_that_keeps_calling_stops_where_the_budget_ends(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    limit(service, monthly_tokens=400)
    for _ in range(10):
        openai.say_tool_calls([{"name": "prompt", "arguments": {"prompt": "Say " + "a b " * 60}}])
        openai.say("a b " * 60)
    refused = service.call("function_calling", {"input": "Go on", "functions": ["prompt"]})
    assert (refused.status, refused.error["type"]) == (429, "budget_exceeded")
    assert len(openai.requests) < 8
    service.flush()
    entries = service.admin("GET", "/logs/acme").json["logs"]
    used = sum(entry["input_tokens"] + entry["output_tokens"] for entry in entries)
    assert 400 <= used < 1_000


def test_a_named_max_tokens_must_fit(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, monthly_tokens=500)
    assert ask(service, max_tokens="600").error["type"] == "budget_exceeded"
    assert ask(service, max_tokens="400").status == 200


def test_a_failed_call_gives_back_what_it_reserved(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    limit(service, monthly_tokens=500)
    openai.fail(faults.insufficient_quota(), times=None)
    for _ in range(3):
        assert ask(service, max_tokens=400).status == 502
    openai.recover()
    assert ask(service, max_tokens=400).status == 200


def test_a_removed_limit_is_gone(service: Service) -> None:
    service.organisation()
    limit(service, requests_per_minute=1)
    call = {"buttons_data": "Yes|No"}
    assert service.call("get_buttons", call).status == 200
    assert service.call("get_buttons", call).status == 429
    assert service.operator("DELETE", "/settings/acme/limits").status == 204
    assert service.call("get_buttons", call).status == 200


def test_a_budget_counts_what_the_month_used_before_it(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    openai.say_by(lambda _: "word " * 300)
    assert ask(service).status == 200
    service.flush()
    (line,) = service.admin("GET", "/usage/acme").json["usage"]
    used = line["input_tokens"] + line["output_tokens"]
    limit(service, monthly_tokens=used)
    assert ask(service).error["type"] == "budget_exceeded"
    limit(service, monthly_tokens=used + 1000)
    assert ask(service).status == 200
    assert Limiter(service.redis).tokens_this_month("acme") == 2 * used


def test_a_budget_that_is_taken_away_for_a_while_counts_what_was_used_meanwhile(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    limit(service, monthly_tokens=10**6)
    assert ask(service).status == 200
    one = Limiter(service.redis).tokens_this_month("acme")
    for take_away in (
        lambda: service.operator("PATCH", "/settings/acme/limits", {"monthly_tokens": None}),
        lambda: service.operator("DELETE", "/settings/acme/limits"),
    ):
        assert take_away().status in (200, 204)
        assert ask(service).status == 200
        service.flush()
        limit(service, monthly_tokens=10**6)
    assert ask(service).status == 200
    assert Limiter(service.redis).tokens_this_month("acme") == 4 * one
