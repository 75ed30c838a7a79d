"""An organisation's admin cannot make the service call its own network; the operator can."""

from __future__ import annotations

import pytest

from flowhook.errors import ProviderUnavailable
from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.guard import AddressGuard
from flowhook.providers.guarded_requests import GuardedRequestsTransport
from service.provider_clients import base_url_addresses

PUBLIC, PRIVATE = "93.184.215.14", "127.0.0.1"


def client(make_transport, base_url, resolved, allow=()):
    guard = AddressGuard(allow, resolver=lambda name, port: [resolved])
    transport = make_transport(addresses_of=base_url_addresses(guard))
    key = "sk-test-0123456789abcdef"
    account = Account(api_key=key, base_url=base_url, default_model="gpt-6-luna", guarded=True)
    return AccountClient(account, transport, sleep=lambda seconds: None)


@pytest.mark.parametrize("make_transport", [GeventTransport, GuardedRequestsTransport])
def test_a_name_that_leads_inside_is_not_connected_to(make_transport, openai):
    openai.add_key("sk-test-0123456789abcdef")
    base_url = openai.base_url.replace("127.0.0.1", "models.example.org")
    with pytest.raises(ProviderUnavailable, match="not public"):
        client(make_transport, base_url, PRIVATE).models()
    assert openai.requests == []


@pytest.mark.parametrize("make_transport", [GeventTransport, GuardedRequestsTransport])
def test_an_opened_network_is_connected_to_by_the_checked_address(make_transport, openai):
    openai.add_key("sk-test-0123456789abcdef")
    base_url = openai.base_url.replace("127.0.0.1", "models.example.org")
    found = client(make_transport, base_url, PRIVATE, allow=["127.0.0.0/8"]).models()
    assert found
    assert openai.last.headers["host"].startswith("models.example.org")


def test_an_admin_cannot_save_a_private_base_url_and_the_operator_can(service, openai):
    org = service.organisation(openai)
    path = f"/settings/{org.id}/openai"
    private = {"base_url": "http://169.254.169.254/v1"}
    refused = service.admin("PATCH", path, private)
    assert refused.status == 400
    assert "base_url" in refused.error["fields"]
    assert service.operator("PATCH", path, {"base_url": openai.base_url}).status == 200
    assert service.call("parse_via_chat_gpt", {"question_text": "hello"}).status == 200


def test_an_admin_may_send_back_the_private_base_url_that_the_operator_set(service, openai):
    org = service.organisation(openai)  # by the operator
    path = f"/settings/{org.id}/openai"
    shown = service.admin("GET", path).json
    assert shown["base_url"] == openai.base_url
    assert service.admin("PUT", path, {**shown, "system_prompt": "Be brief."}).status == 200
    assert service.call("parse_via_chat_gpt", {"question_text": "hello"}).status == 200
    assert service.admin("PATCH", path, {"base_url": openai.base_url + "/x"}).status == 400
