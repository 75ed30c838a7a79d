"""The pages of further OpenAI accounts, and what a key can use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in
from web.account_pages import described

OPENAI = "/organisations/acme/settings/openai"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation(is_active=False)
    return signed_in(service, service.tenant.admin_token)


def stored(service: Service, section: str) -> dict[str, Any]:
    return service.operator("GET", f"/settings/acme/{section}").json


def test_further_accounts(service: Service, visitor: Visitor, openai: FakeOpenAI) -> None:
    made = visitor.post(f"{OPENAI}/accounts", {"title": "Second one"})
    assert made.headers["Location"] == f"{OPENAI}/accounts/Second%20one"
    here = made.headers["Location"]
    saved = visitor.post(here, {"is_active": "on", "api_key": openai.key})
    assert (saved.status, saved.headers["Location"]) == (303, f"{here}?done=saved")
    assert stored(service, "openai/accounts/Second one")["has_api_key"] is True
    assert "Second one" in visitor.get(OPENAI).text
    service.operator(
        "PATCH", "/settings/acme/openai/accounts/Second one", {"base_url": openai.base_url}
    )
    assert "The key works" in visitor.post(f"{here}/test").text
    assert visitor.post(f"{OPENAI}/accounts", {"title": "Second one"}).headers["Location"] == here
    assert stored(service, "openai/accounts/Second one")["has_api_key"] is True
    deleted = visitor.post(f"{here}/delete")
    assert (deleted.status, deleted.headers["Location"]) == (
        303,
        "/organisations/acme/settings?done=deleted",
    )
    assert visitor.get(here).status == 404
    assert visitor.post(f"{OPENAI}/accounts", {"title": "/../"}).status == 400


def test_models_of_the_key_are_listed_for_the_form(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    visitor = signed_in(service)
    answer = visitor.get(f"{OPENAI}/models", Accept="application/json")
    assert '"id":"gpt-6-luna"' in answer.html
    assert f'data-models="{OPENAI}/models"' in visitor.get(OPENAI).html


def test_a_model_that_goes_is_listed_with_its_last_day() -> None:
    assert described({"id": "gpt-6-luna"}) == {"id": "gpt-6-luna", "note": ""}
    told = {"id": "gpt-4o", "shutdown_date": "2027-01-14"}
    assert described(told)["note"] == "until 2027-01-14"
    assert described({"id": "gpt-4-turbo"})["note"] == "until 2026-10-23"
