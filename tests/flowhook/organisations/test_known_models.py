"""A model that the key cannot use is warned of from the list that is known, without a request."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations import known_models
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import signed_in

OPENAI = "/settings/acme/openai"
PAGE = "/organisations/acme/settings/openai"


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    """Whose key's models were listed once."""
    service.organisation(openai)
    assert service.operator("GET", f"{OPENAI}/models").status == 200
    openai.requests.clear()
    return service


def warned(service: Service, **fields: Any) -> list[str]:
    """The models that a change of the section is answered with warnings of."""
    answer = service.operator("PATCH", OPENAI, fields).json
    assert service.operator("GET", OPENAI).json.get("warnings") == answer.get("warnings")
    return [warning["model"] for warning in answer.get("warnings", [])]


def test_a_model_that_the_key_has_not_is_warned_of_when_it_is_saved(
    acme: Service, openai: FakeOpenAI
) -> None:
    assert warned(acme, default_model="gpt-9-nope") == ["gpt-9-nope"]
    visitor = signed_in(acme)
    assert "gpt-9-nope is not among the models of this key" in visitor.get(PAGE).text
    assert warned(acme, default_model="gpt-6-luna") == []
    assert "not among the models" not in visitor.get(PAGE).text
    assert warned(acme, model_aliases={"gpt-4o": "gpt-9-nope"}) == ["gpt-9-nope"]
    assert openai.requests == []


def test_where_no_list_is_known_nothing_is_said(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert warned(service, default_model="gpt-9-nope") == []
    assert openai.requests == []


@pytest.mark.parametrize(
    "changed", [{"api_key": "sk-another-key-of-ours"}, {"provider": "azure", "api_version": "v1"}]
)
def test_a_list_of_other_models_says_nothing(acme: Service, changed: dict[str, str]) -> None:
    assert warned(acme, default_model="gpt-9-nope", **changed) == []


def test_save_and_test_renews_the_list(acme: Service, openai: FakeOpenAI) -> None:
    openai.world.models.add("gpt-9-nope", "chat")
    assert warned(acme, default_model="gpt-9-nope") == ["gpt-9-nope"]
    acme.operator("POST", f"{OPENAI}/test")
    assert warned(acme) == []


def test_a_further_account_has_a_list_of_its_own(acme: Service, openai: FakeOpenAI) -> None:
    account = {"api_key": openai.key, "base_url": openai.base_url, "default_model": "gpt-9-nope"}
    path = f"{OPENAI}/accounts/second"
    assert "warnings" not in acme.operator("PUT", path, account).json
    acme.operator("GET", f"{path}/models")
    (warning,) = acme.operator("GET", path).json["warnings"]
    assert warning["model"] == "gpt-9-nope"
    page = signed_in(acme).get("/organisations/acme/settings/openai/accounts/second")
    assert "gpt-9-nope is not among" in page.text


@pytest.mark.parametrize("model", ["llama3", "gemini-3-pro", "mistral:7b"])
def test_names_are_spelt_in_several_ways(acme: Service, openai: FakeOpenAI, model: str) -> None:
    for name in ("llama3:latest", "models/gemini-3-pro", "mistral"):
        openai.world.models.add(name, "chat")
    acme.operator("GET", f"{OPENAI}/models")
    assert warned(acme, default_model=model) == []


def test_a_list_beyond_the_bound_is_not_kept(
    service: Service, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_models, "MAX_MODELS", 3)
    service.organisation(openai)
    service.operator("GET", f"{OPENAI}/models")
    assert warned(service, default_model="gpt-9-nope") == []
