"""Tests of the sections' tests, over the API and as Home and the settings page tell them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
import requests

from tests.fakes.glific import FakeGlific
from tests.fakes.google_maps import KEY, FakeGoogleMaps, address
from tests.fakes.graph.line import Line
from tests.fakes.graph.server import FakeGraph
from tests.fixtures_app import OpenService, Service
from tests.web.visitor import signed_in

WHATSAPP = "/settings/acme/whatsapp"
HOME = "/organisations/acme"
CALLBACK = "https://flows.example/channels/whatsapp/acme"


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        yield fake


@pytest.fixture
def maps() -> Iterator[FakeGoogleMaps]:
    with FakeGoogleMaps() as fake:
        yield fake


@pytest.fixture
def glific() -> Iterator[FakeGlific]:
    with FakeGlific() as fake:
        yield fake


@pytest.fixture
def service(
    open_service: OpenService, fake_redis: redis.Redis, graph: FakeGraph, maps: FakeGoogleMaps
) -> Service:
    service = open_service(
        fake_redis,
        whatsapp_base_url=graph.base_url,
        google_maps_url=maps.url,
        allow_private_urls=("127.0.0.1",),
    )
    service.organisation()
    return service


@pytest.fixture
def line(service: Service, graph: FakeGraph) -> Line:
    line = graph.add_line()
    line.callbacks = {"application": CALLBACK}
    line.subscribed = {line.app}
    assert service.operator("PUT", WHATSAPP, line.settings()).status == 201
    return line


def test_a_number_that_meta_knows_and_delivers(service: Service, line: Line) -> None:
    tested = service.operator("POST", f"{WHATSAPP}/test").json
    assert tested.pop("latency_ms") >= 0
    assert tested == {"success": True, "phone_number": "+1 555-078-3881", "name": "Asha"}
    page = signed_in(service).post(f"{HOME}/settings/whatsapp/test")
    assert "Everything fits: Meta delivers the messages of +1 555-078-3881 (Asha) here" in page.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("access_token", "EAAGanotherToken", "does not accept the organisation's access token"),
        ("app_secret", "not-the-app-secret", "the app secret does not belong to the app"),
        ("phone_number_id", "919876543210", "Meta does not know this phone number's id"),
    ],
)
def test_what_does_not_fit_is_named(
    service: Service, line: Line, field: str, value: str, message: str
) -> None:
    service.operator("PATCH", WHATSAPP, {field: value})
    refused = service.operator("POST", f"{WHATSAPP}/test")
    assert refused.status == 502
    assert message in refused.error["message"]
    assert field in refused.error["fix"]


@pytest.mark.parametrize("nearest", ["", "https://elsewhere.example/hook"])
def test_a_number_whose_messages_go_elsewhere(service: Service, line: Line, nearest: str) -> None:
    """An override of the number itself counts before the app's callback."""
    line.callbacks = {"phone_number": nearest, "application": CALLBACK} if nearest else {}
    refused = service.operator("POST", f"{WHATSAPP}/test")
    assert (refused.status, refused.error["type"]) == (502, "provider_rejected")
    assert "Meta delivers no messages to this service" in refused.error["message"]
    assert nearest in refused.error["message"]


def test_an_app_that_is_not_subscribed_to_the_numbers_account(
    service: Service, graph: FakeGraph, line: Line
) -> None:
    """Others may be subscribed: it is the app of this token that must be."""
    line.subscribed = {"1801"}
    refused = service.operator("POST", f"{WHATSAPP}/test")
    assert (refused.status, refused.error["type"]) == (502, "provider_rejected")
    assert "not subscribed to the number's WhatsApp Business Account" in refused.error["message"]
    [address] = re.findall(r"POST (\S+)", refused.error["fix"])
    mended = requests.post(
        address, headers={"Authorization": f"Bearer {line.token}"}, timeout=10, stream=True
    )
    assert mended.json() == {"success": True}
    assert service.operator("POST", f"{WHATSAPP}/test").status == 200


def test_a_token_that_may_not_look_at_its_number(service: Service, line: Line) -> None:
    line.is_manager = False
    refused = service.operator("POST", f"{WHATSAPP}/test")
    assert (refused.status, refused.error["type"]) == (502, "provider_rejected")
    assert "whatsapp_business_management" in refused.error["fix"]


def test_half_a_whatsapp_section_is_told_when_it_is_saved(
    service: Service, graph: FakeGraph
) -> None:
    visitor = signed_in(service)
    page = visitor.get(f"{HOME}/settings/whatsapp")
    assert "still missing" not in page.text, "nothing is saved yet"
    typed = {"phone_number_id": "106540352242922", "access_token": "EAAGtoken"}
    visitor.post(f"{HOME}/settings/whatsapp", typed)
    page = visitor.get(f"{HOME}/settings/whatsapp?done=saved")
    assert "These are still missing: App secret , Verify token" in page.text
    assert 'href="#field-app_secret"' in page.html
    assert "WhatsApp does not work lacks App secret, Verify token" in visitor.get(HOME).text
    refused = service.operator("POST", f"{WHATSAPP}/test")
    assert (refused.status, refused.error["type"]) == (403, "missing_api_key")
    assert not graph.requests


def test_home_tells_what_the_last_test_found_until_the_section_changes(
    service: Service, line: Line
) -> None:
    visitor = signed_in(service)
    assert "WhatsApp is not known was not tested since it was saved" in visitor.get(HOME).text
    service.operator("POST", f"{WHATSAPP}/test")
    assert "WhatsApp works worked when it was tested on" in visitor.get(HOME).text
    line.callbacks = {}
    service.operator("POST", f"{WHATSAPP}/test")
    assert "WhatsApp does not work the keys work, yet Meta delivers" in visitor.get(HOME).text
    service.operator("PATCH", WHATSAPP, {"verify_token": "another"})
    assert "WhatsApp is not known" in visitor.get(HOME).text


def test_a_glific_user_who_may_log_in(service: Service, glific: FakeGlific) -> None:
    login = {"api_url": glific.api_url, "phone": glific.phone, "password": glific.password}
    service.operator("PUT", "/settings/acme/glific", login)
    assert service.operator("POST", "/settings/acme/glific/test").json["phone"] == glific.phone
    service.operator("PATCH", "/settings/acme/glific", {"password": "another one"})
    refused = service.operator("POST", "/settings/acme/glific/test")
    assert (refused.status, refused.error["type"]) == (502, "provider_rejected")
    assert "phone and password" in refused.error["message"]
    service.operator("PATCH", "/settings/acme/glific", {"phone": None})
    refused = service.operator("POST", "/settings/acme/glific/test")
    assert (refused.status, refused.error["type"]) == (403, "missing_api_key")


def test_a_key_of_google_maps(service: Service, maps: FakeGoogleMaps) -> None:
    maps.place(28.6129, 77.2295, address("India Gate, New Delhi"))
    service.operator("PUT", "/settings/acme/google_maps", {"api_key": KEY})
    tested = service.operator("POST", "/settings/acme/google_maps/test").json
    assert tested["address"] == "India Gate, New Delhi"
    service.operator("PATCH", "/settings/acme/google_maps", {"api_key": "AIzaAnother"})
    refused = service.operator("POST", "/settings/acme/google_maps/test")
    assert (refused.status, refused.error["type"]) == (502, "invalid_api_key")
