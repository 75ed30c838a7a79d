"""The state of alerts on Home, and who is led to the settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from flowhook.organisations.check_results import CheckResults
from flowhook.organisations.section_service import SectionService
from tests.fakes.receiver import Receiver
from tests.fixtures_app import OpenService, Service
from tests.web.visitor import Visitor, signed_in

HOME = "/organisations/acme"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as fake:
        yield fake


@pytest.fixture
def acme(open_service: OpenService, fake_redis: redis.Redis) -> Service:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation()
    return service


@pytest.fixture
def visitor(acme: Service) -> Visitor:
    return signed_in(acme)


def test_the_light_of_alerts(acme: Service, visitor: Visitor, receiver: Receiver) -> None:
    assert "Alerts is not known are not set up: nobody is told" in visitor.get(HOME).text
    acme.operator("PUT", "/settings/acme/alerts", {"webhook_url": receiver.url})
    assert "Alerts is not known was not tested since" in visitor.get(HOME).text
    assert acme.operator("POST", "/settings/acme/alerts/test").status == 200
    assert "Alerts works worked when it was tested on" in visitor.get(HOME).text
    acme.operator("PATCH", "/settings/acme/openai", {"default_model": "gpt-4-turbo"})
    alerts = acme.app.extensions["alerts"]
    receiver.fail(500)
    alerts.look()
    assert "Alerts does not work could not be sent" in visitor.get(HOME).text
    acme.redis.hdel("fh:{acme}:alerts", "pause")
    alerts.look()
    assert "Alerts needs attention were sent, and are not over: " in visitor.get(HOME).text
    assert "gpt-4-turbo" in visitor.get(HOME).text
    receiver.fail(500)
    acme.operator("POST", "/settings/acme/alerts/test")
    assert "Alerts does not work" in visitor.get(HOME).text


def test_a_test_of_alerts_on_the_page(acme: Service, visitor: Visitor, receiver: Receiver) -> None:
    saved = {"save": "on", "webhook_url": receiver.url}
    page = visitor.post(f"{HOME}/settings/alerts/test", saved)
    assert (page.status, len(receiver.requests)) == (200, 1)
    assert "A test was sent: look whether it came." in page.text


def test_only_who_may_open_the_settings_is_led_there(acme: Service, visitor: Visitor) -> None:
    def opened(page: str) -> bool:
        return f"{HOME}/settings/alerts" in page or f"{HOME}/tokens" in page.split("</header>")[1]

    assert opened(visitor.get(HOME).html)
    for scope, is_led in (("viewer", True), ("author", False), ("expert", False)):
        wanted = {"scope": scope, "label": scope}
        made = acme.operator("POST", "/settings/acme/tokens", wanted).json
        page = signed_in(acme, made["token"]).get(HOME)
        assert "nobody is told when something goes wrong" in page.text
        assert opened(page.html) == is_led, scope


def test_a_light_names_the_fields_as_the_page_does(acme: Service, visitor: Visitor) -> None:
    saved = {"api_url": "https://glific.example.org", "phone": "917834811114", "password": "p"}
    assert acme.operator("PUT", "/settings/acme/glific", saved).status == 201
    organisation = acme.app.extensions[SectionService.NAME].store.load("acme")
    problem = "api_url names a host that does not exist"
    CheckResults(acme.redis).note(organisation, "glific", problem, "Check it.")
    page = visitor.get(HOME)
    assert f'<a href="{HOME}/settings/glific#field-api_url">API address</a> names' in page.html
    assert "api_url names" not in page.text
