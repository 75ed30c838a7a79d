"""Calls are answered once and in their time, and recorded once whatever stops them."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from tests.fixtures_app import Service
from webhooks.call_handler import comes_from_flow, wait_seconds

BUTTONS = {"buttons_data": "Yes|No"}


@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        ({}, {"Idempotency-Key": "k" * 256}, None),
        ({"wait_seconds": "soon"}, {}, "wait_seconds"),
        ({"wait_seconds": "soon"}, {"Idempotency-Key": "k"}, "wait_seconds"),
        ({"buttons_data": ""}, {"Prefer": "respond-async"}, "buttons_data"),
        ({"callback_url": "https://x.example/"}, {}, "callback_url"),
    ],
)
def test_a_refusal_is_recorded_once(
    service: Service, body: dict[str, Any], headers: dict[str, str], field: str | None
) -> None:
    service.organisation()
    answer = service.call("get_buttons", {**BUTTONS, **body}, headers=headers)
    assert answer.status == 400
    assert answer.json["buttons"] == answer.error["message"]
    assert list(answer.error.get("fields", {})) == ([field] if field else [])
    service.flush()
    [entry] = service.admin("GET", "/logs/acme").json["logs"]
    assert (entry["function"], entry["status"]) == ("get_buttons", answer.error["type"])


@pytest.mark.parametrize("name", ["wait_seconds", "callback_url"])
def test_a_variable_that_was_never_set_is_named(service: Service, name: str) -> None:
    service.organisation()
    answer = service.call("get_buttons", {**BUTTONS, name: " @results.when "})
    assert (answer.status, answer.error["type"]) == (400, "unresolved_variable")
    assert answer.error["fields"] == {name: ["@results.when was never set by the flow."]}


def test_a_refused_call_is_replayed_as_it_was_answered(service: Service) -> None:
    service.organisation()
    body, headers = {**BUTTONS, "wait_seconds": "soon"}, {"Idempotency-Key": "k"}
    first = service.call("get_buttons", body, headers=headers)
    again = service.call("get_buttons", body, headers=headers)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert (again.status, again.error) == (first.status, first.error)
    assert again.json["request_id"] != first.json["request_id"]


@pytest.mark.parametrize(
    ("body", "prefer", "seconds"),
    [
        ({}, "", None),
        ({"wait_seconds": ""}, "", None),
        ({"wait_seconds": "2.5"}, "wait=9", 2.5),
        ({"wait_seconds": 0}, "", 0.0),
        ({}, "wait=4", 4.0),
        ({}, 'handling=lenient, Wait = "7"', 7.0),
        ({}, "wait=999999", 120.0),
        ({}, "respond-async", 0.0),
        ({}, "respond-async, wait=3", 3.0),
        ({}, "unrespond-async", None),
        ({"callback_url": "https://x.example"}, "", 0.0),
        ({"callback_url": ""}, "", None),
    ],
)
def test_how_long_a_caller_waits(body: dict[str, Any], prefer: str, seconds: float | None) -> None:
    assert wait_seconds(body, prefer) == seconds


@pytest.mark.parametrize("asked", [-1, 121, "soon", True, [4], {"s": 4}, "nan"])
def test_a_wait_that_is_no_time_is_refused(asked: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        wait_seconds({"wait_seconds": asked})
    assert list(refused.value.fields or {}) == ["wait_seconds"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"contact_id": "7", "flow_id": "3"}, True),
        ({"contact": {"id": 7}, "flow": {"id": 3}}, True),
        ({"contact_id": "7", "flow": {"id": 3}}, True),
        ({"contact_id": "7"}, False),
        ({"flow_id": "3"}, False),
        ({"contact_id": "", "contact": {}, "flow_id": "3"}, False),
        ({}, False),
    ],
)
def test_a_call_of_a_flow_names_contact_and_flow(body: dict[str, Any], expected: bool) -> None:
    assert comes_from_flow(body) is expected
