"""GET /usage/<org>, from outside."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.records.log_entry import LogEntry
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import OpenService, Service

QUESTION = {"question_text": "Why is the sky blue?", "model": "gpt-6-luna"}


def test_calls_tokens_and_cost(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps([{"model": "gpt-6-luna", "input": 1000, "output": 2000}]))
    service = open_service(fake_redis, prices_file=prices)
    service.organisation(openai)
    assert service.call("parse_via_chat_gpt", QUESTION).status == 200
    openai.fail(faults.insufficient_quota())
    assert service.call("parse_via_chat_gpt", QUESTION).status == 502
    assert service.call("parse_via_chat_gpt", {}).status == 400
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    assert service.call("no_such_function", {}).status == 404
    service.flush()
    logged = service.admin("GET", "/logs/acme").json["logs"]
    tokens_in = sum(entry["input_tokens"] for entry in logged)
    tokens_out = sum(entry["output_tokens"] for entry in logged)
    assert tokens_in > 0
    assert tokens_out > 0

    [day] = service.admin("GET", "/usage/acme").json["usage"]
    assert day == {
        "day": datetime.now(UTC).date().isoformat(),
        "calls": 5,
        "errors": 3,
        "input_tokens": tokens_in,
        "output_tokens": tokens_out,
        "cost": pytest.approx((tokens_in + 2 * tokens_out) / 1000),
    }
    by_function = service.admin("GET", "/usage/acme?by=function").json["usage"]
    assert [(line["function"], line["calls"], line["errors"]) for line in by_function] == [
        ("get_buttons", 1, 0),
        ("parse_via_chat_gpt", 3, 2),
        ("unknown", 1, 1),
    ]
    by_model = service.operator("GET", "/usage/acme?by=model").json["usage"]
    assert [line["model"] for line in by_model] == [None, "gpt-6-luna"]
    assert by_model[1]["cost"] == day["cost"]


def test_only_the_days_asked_for(service: Service) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    today = datetime.now(UTC).date().isoformat()
    assert service.admin("GET", f"/usage/acme?from={today}&to={today}").json["usage"] != []
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert service.admin("GET", f"/usage/acme?to={yesterday}").json["usage"] == []
    assert service.admin("GET", "/usage/acme?from=2020-01-01&to=2020-12-31").json == {"usage": []}
    assert service.admin("GET", "/usage/acme?to=0001-01-05").json == {"usage": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("to=٢٠٢٦-11-20", "to"),
        ("from=2026-11-20&to=2026-11-19", "from"),
        ("by=contact", "by"),
    ],
)
def test_wrong_queries_are_named(service: Service, query: str, field: str) -> None:
    service.organisation()
    refused = service.admin("GET", f"/usage/acme?{query}")
    assert (refused.status, refused.error["type"]) == (400, "invalid_input")
    assert set(refused.error["fields"]) == {field}


def test_a_day_may_be_named_by_any_of_its_moments(service: Service) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    now = datetime.now(UTC)
    for moment in (now.isoformat(), f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y%m%d}", now.timestamp()):
        for query in (f"from={moment}", f"to={moment}", f"from={moment}&to={moment}"):
            assert service.admin("GET", f"/usage/acme?{query}").json["usage"], query


def test_of_a_wide_window_the_days_that_are_kept(service: Service) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    [day] = service.admin("GET", "/usage/acme?from=0001-01-01&to=9999-12-31").json["usage"]
    assert day["calls"] == 1
    for query in ("from=9999-01-01", "from=9999-01-01&to=9999-12-31", "to=2001-01-01"):
        assert service.admin("GET", f"/usage/acme?{query}").json == {"usage": []}, query


def test_who_may_see_it(service: Service) -> None:
    other = service.organisation(org="other")
    service.organisation()
    assert service.request("GET", "/usage/acme").status == 401
    assert service.request("GET", "/usage/acme", token=other.admin_token).status == 403
    assert service.request("GET", "/usage/acme", token=service.tenant.webhook_token).status == 403
    assert service.admin("GET", "/usage/acme").status == 200
    assert service.operator("GET", "/usage/acme").status == 200


def test_deleted_with_the_organisation(service: Service) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    assert service.operator("DELETE", "/settings/acme").status == 204
    assert service.operator("GET", "/usage/acme").error["type"] == "not_found"
    service.organisation()
    assert service.operator("GET", "/usage/acme").json == {"usage": []}


def test_documented(service: Service) -> None:
    operation = service.request("GET", "/openapi.json").json["paths"]["/usage/{org}"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"org", "from", "to", "by"}


def answered(service: Service, prompt: str, **more: Any) -> None:
    """Record a call that a saved prompt answered."""
    known = {"status": "ok", "http_status": 200, "model": "gpt-6-luna", **more}
    service.background.recorder.record(
        LogEntry("acme", "chat", "r", milliseconds=1.0, at=time.time(), prompt=prompt, **known)
    )


def test_by_saved_prompt_a_line_each_version(service: Service) -> None:
    service.organisation()
    answered(service, "help@10")
    answered(service, "help@2", input_tokens=1_000, output_tokens=10)
    answered(service, "help@2", status="refused", http_status=502)
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    lines = service.admin("GET", "/usage/acme?by=prompt").json["usage"]
    assert [(line["prompt"], line["calls"], line["errors"]) for line in lines] == [
        ("help@2", 2, 1),
        ("help@10", 1, 0),
    ]
    assert (lines[0]["input_tokens"], lines[0]["output_tokens"]) == (1_000, 10)
    assert lines[0]["cost"] > 0
    whole = service.admin("GET", "/usage/acme").json["usage"]
    assert sum(line["calls"] for line in whole) == 4


def test_prompts_of_all_organisations_are_not_added_up(service: Service) -> None:
    refused = service.operator("GET", "/usage?by=prompt")
    assert (refused.status, set(refused.error["fields"])) == (400, {"by"})
