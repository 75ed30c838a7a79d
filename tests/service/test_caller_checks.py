"""Tests of the signature phrase and of webhook tokens, over the API and as the pages tell them."""

from __future__ import annotations

import pytest
import redis

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, OpenService, Service
from tests.web.visitor import signed_in

PHRASE = "only we know this"
BUTTONS = {"buttons_data": "A|B"}


@pytest.fixture
def seven(service: Service) -> Service:
    """Organisation 7, whose number Glific can name."""
    service.organisation(org="7")
    service.operator("PUT", "/settings/7/signature", {"phrase": PHRASE})
    return service


def test_a_phrase_is_tried_and_the_last_signed_call_told(seven: Service) -> None:
    tested = seven.operator("POST", "/settings/7/signature/test").json
    assert tested.pop("latency_ms") >= 0
    assert tested == {"success": True, "last_used_at": None}
    assert seven.signed_call("get_buttons", {"organization_id": 7, **BUTTONS}, PHRASE).status == 200
    seven.flush()
    at = seven.operator("POST", "/settings/7/signature/test").json["last_used_at"]
    assert at.startswith("20")
    page = signed_in(seven).post("/organisations/7/settings/signature/test", {"save": "on"})
    assert (
        "A call signed with the stored phrase is accepted. The last signed call came at 20"
        in page.text
    )


def test_a_phrase_that_can_never_fit(service: Service) -> None:
    service.organisation()
    service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE})
    refused = service.operator("POST", "/settings/acme/signature/test")
    assert (refused.status, refused.error["type"]) == (409, "conflict")
    assert "this one is called acme" in refused.error["message"]
    assert "Glific's number" in refused.error["fix"]
    page = signed_in(service).post("/organisations/acme/settings/signature/test", {"save": "on"})
    assert "no call that Glific signs will fit" in page.text


def test_a_phrase_that_no_key_opens(open_service: OpenService, fake_redis: redis.Redis) -> None:
    service = open_service(fake_redis)
    service.organisation(org="7")
    other = SettingsStore(fake_redis, Cipher([SECOND_KEY]))
    other.sections.put("7", "signature", {"phrase": PHRASE}, "me")
    refused = service.operator("POST", "/settings/7/signature/test")
    assert (refused.status, refused.error["type"]) == (403, "missing_api_key")
    assert "no key of the service opens" in refused.error["message"]


def test_a_phrase_that_everybody_knows(service: Service) -> None:
    service.organisation(org="7")
    store = SettingsStore(service.redis, Cipher([FIRST_KEY]))
    store.sections.put("7", "signature", {"phrase": "This is a dummy secret"}, "me")
    refused = service.operator("POST", "/settings/7/signature/test")
    assert (refused.status, refused.error["type"]) == (409, "conflict")


def test_webhook_tokens_tell_when_the_last_call_came(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    tested = service.operator("POST", "/settings/acme/tokens/test").json
    assert (tested["tokens"], tested["last_used_at"]) == (1, None)
    assert "no call has come with one yet" in visitor.get("/organisations/acme").text
    assert "No call has come yet" in visitor.post("/organisations/acme/tokens/test").text
    assert service.call("get_buttons", BUTTONS).status == 200
    service.flush()
    page = visitor.post("/organisations/acme/tokens/test")
    assert "One webhook token works. The last call with one came at 20" in page.text
    assert (
        "Webhook tokens works the last call came at 20" in visitor.get("/organisations/acme").text
    )


def test_an_organisation_without_a_living_webhook_token(service: Service) -> None:
    tenant = service.organisation()
    token_id = tenant.webhook_token.split(".")[2]
    service.operator("DELETE", f"/settings/acme/tokens/{token_id}")
    refused = service.operator("POST", "/settings/acme/tokens/test")
    assert (refused.status, refused.error["type"]) == (403, "missing_api_key")
    store = SettingsStore(service.redis, Cipher([FIRST_KEY]))
    store.tokens.create("acme", "webhook", "old", "me", "2020-01-01")
    refused = service.operator("POST", "/settings/acme/tokens/test")
    assert "every webhook token has ended" in refused.error["message"]
    page = signed_in(service).post("/organisations/acme/tokens/test")
    assert "Every webhook token has ended" in page.text
