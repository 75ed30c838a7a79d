"""A call that does not reach its function is answered and recorded once, whatever stopped it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures_app import Service

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


def test_a_refused_call_is_replayed_as_it_was_answered(service: Service) -> None:
    service.organisation()
    body, headers = {**BUTTONS, "wait_seconds": "soon"}, {"Idempotency-Key": "k"}
    first = service.call("get_buttons", body, headers=headers)
    again = service.call("get_buttons", body, headers=headers)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert (again.status, again.error) == (first.status, first.error)
    assert again.json["request_id"] != first.json["request_id"]
