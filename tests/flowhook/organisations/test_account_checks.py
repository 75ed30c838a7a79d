"""What an organisation's key can do."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

SECOND = "/settings/acme/openai/accounts/second"


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    """With a further account whose key the provider does not know."""
    service.organisation(openai)
    account = {"is_active": True, "api_key": "sk-unknown", "base_url": openai.base_url}
    assert service.operator("PUT", SECOND, account).status == 201
    return service


def test_a_key_is_tested(acme: Service, openai: FakeOpenAI) -> None:
    tested = acme.admin("POST", "/settings/acme/openai/test").json
    assert tested["success"] is True
    assert tested["models"] > 5
    assert isinstance(tested["latency_ms"], int)
    assert openai.last.path == "/v1/chat/completions"
    wrong = acme.admin("POST", f"{SECOND}/test")
    assert (wrong.status, wrong.error["type"]) == (502, "invalid_api_key")


def test_models_are_listed_by_id_with_what_is_told_of_them(acme: Service) -> None:
    models = acme.admin("GET", "/settings/acme/openai/models").json["models"]
    ids = [model["id"] for model in models]
    assert "gpt-6-luna" in ids
    assert ids == sorted(ids)
    assert all(value is not None for model in models for value in model.values())
    wrong = acme.admin("GET", f"{SECOND}/models")
    assert wrong.error["type"] == "invalid_api_key"


def test_an_account_that_is_not_there_has_no_models(acme: Service) -> None:
    for path in ("/settings/nobody/openai/models", "/settings/acme/openai/accounts/third/models"):
        assert acme.operator("GET", path).status == 404
