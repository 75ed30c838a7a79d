"""What nothing would read in a query is refused by name."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/settings/acme"),
        ("GET", "/settings/acme/limits"),
        ("PUT", "/settings/acme/limits"),
        ("GET", "/settings/acme/tokens"),
        ("GET", "/flows/acme"),
        ("POST", "/flows/acme"),
        ("GET", "/logs/acme"),
        ("GET", "/usage/acme"),
        ("GET", "/trash/acme"),
        ("GET", "/jobs/acme.none"),
        ("DELETE", "/conversations/acme/a"),
    ],
)
def test_what_no_route_reads_is_refused_by_name(service: Service, method: str, path: str) -> None:
    service.organisation()
    body: dict[str, object] | None = {} if method in ("PUT", "POST") else None
    answer = service.operator(method, f"{path}?limit=1", body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert answer.error["fields"] == {"limit": ["Unknown field."]}
    assert "limit" in answer.error["message"]


def test_the_fix_names_what_is_known(service: Service) -> None:
    service.organisation()
    answer = service.operator("GET", "/usage/acme?limit=1&by=day")
    assert "from, to, by" in answer.error["fix"]
    assert service.operator("GET", "/usage/acme?by=day").status == 200


def test_many_and_long_names_stay_a_short_answer(service: Service) -> None:
    service.organisation()
    query = "&".join(f"{'x' * 500}{number}=1" for number in range(50))
    answer = service.operator("GET", f"/flows/acme?{query}")
    assert answer.status == 400
    assert len(answer.body) < 8_000


def test_what_others_add_to_open_addresses_is_left_alone(
    service: Service, openai: FakeOpenAI
) -> None:
    """Load balancers, proxies, and builders that add to a webhook's address."""
    service.organisation(openai)
    assert service.request("GET", "/healthz?probe=1").status == 200
    assert service.request("GET", "/sign-in?utm=1").status == 200
    assert service.call("get_buttons?utm=1", {"buttons_data": "A|B"}).status == 200
    asked = service.admin("GET", "/webhooks/get_buttons?buttons_data=A&contact_id=1&limit=1")
    assert asked.status == 400
    assert asked.error["fields"] == {"limit": ["Unknown field."]}
