"""Blanks that are pasted around an id, a name or an address are no part of it."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.media.samples import IMAGE
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service, basic
from tests.knowledge import vector_store
from webhooks.fields import Pasted
from webhooks.registry import load_functions

NAMES = {
    f"{function.name}.{name}"
    for function in load_functions()
    for name, field in function.fields.fields.items()
    if isinstance(field, Pasted)
}


def test_every_id_name_and_address_is_such_a_field() -> None:
    kinds = ("model", "_id", "url", "speech", "voice", "language", "size")
    for function in load_functions():
        for name in function.fields.fields:
            if name.endswith(kinds):
                assert f"{function.name}.{name}" in NAMES


@pytest.mark.parametrize(
    "path", ["get_buttons%20", "get_buttons%0A", "%20get_buttons", "get_buttons"]
)
def test_the_webhooks_address(service: Service, path: str) -> None:
    service.organisation()
    answer = service.call(path, {"buttons_data": "Yes|No"})
    assert (answer.status, answer.json.get("button_count")) == (200, 2)


def test_the_address_in_a_browser(service: Service) -> None:
    tenant = service.organisation()
    path = "/webhooks/get_buttons%20?buttons_data=Yes|No"
    assert service.request("GET", path, token=tenant.webhook_token).status == 200
    wrong = service.request("GET", "/webhooks/translate_entry%20", token=tenant.webhook_token)
    assert (wrong.status, wrong.error["type"]) == (405, "method_not_allowed")


def test_a_failure_at_such_an_address_has_the_functions_shape(service: Service) -> None:
    service.organisation()
    assert service.call("parse_via_chat_gpt%20", {"question_text": ""}).json["parsed_msg"]


def test_the_vector_store_the_model_and_the_account(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, is_active=False)
    account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    service.operator("PUT", "/settings/acme/openai/accounts/second", account)
    body: dict[str, Any] = {"question_text": "Why?", "model": " gpt-6-sol\n", "account": " second "}
    assert service.call("parse_via_chat_gpt", body).status == 200
    assert openai.last.body["model"] == "gpt-6-sol"
    store = vector_store(openai)
    found = {"question": "When?", "vector_store_id": f"{store}\u00a0", "account": "second\n"}
    assert service.call("filesearch-gpt", found).status == 200
    assert openai.last.body["tools"][0]["vector_store_ids"] == [store]


def test_an_image_among_the_parts(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    for part in (f" {IMAGE}\n", {"type": "image", "url": f"{IMAGE} "}):
        said = [{"role": "user", "content": ["What is it?", part]}]
        assert service.call("chat_with_vision", {"messages": said}).status == 200
        [_, seen] = openai.last.body["messages"][-1]["content"]
        assert seen["image_url"]["url"].startswith("data:image/")


def test_the_organisation_of_the_operator_and_of_basic(service: Service) -> None:
    tenant = service.organisation()
    body = {"buttons_data": "Yes|No", "organization_id": " acme "}
    assert service.operator("POST", "/webhooks/get_buttons", body).status == 200
    headers = basic("acme ", f"{tenant.webhook_token}\n")
    assert service.request("POST", "/webhooks/get_buttons", body, headers=headers).status == 200
