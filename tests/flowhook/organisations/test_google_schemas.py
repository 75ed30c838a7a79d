"""The section of Google Sheets: its key and the test of it, over the API and on the page."""

from __future__ import annotations

import json

import pytest

from tests.fakes.google import EMAIL, FakeGoogle
from tests.fixtures_app import Service
from tests.web.visitor import signed_in

SETTINGS = "/settings/acme/google_sheets"
PAGE = "/organisations/acme/settings/google_sheets"


@pytest.fixture
def service(google_service: Service) -> Service:
    return google_service


def test_an_account_that_google_knows(service: Service, google: FakeGoogle) -> None:
    saved = service.operator("PUT", SETTINGS, {"service_account": google.account()})
    assert (saved.status, saved.json["has_service_account"]) == (201, True)
    assert "PRIVATE" not in saved.body.decode()
    tested = service.operator("POST", f"{SETTINGS}/test").json
    assert tested.pop("latency_ms") >= 0
    assert tested == {"success": True, "client_email": EMAIL}


def test_the_file_may_be_sent_as_an_object(service: Service, google: FakeGoogle) -> None:
    file = json.loads(google.account())
    assert service.operator("PUT", SETTINGS, {"service_account": file}).status == 201
    assert service.operator("POST", f"{SETTINGS}/test").status == 200


def test_an_account_that_google_does_not_know(service: Service, google: FakeGoogle) -> None:
    service.operator("PUT", SETTINGS, {"service_account": google.account()})
    google.account(key=1)  # the key was replaced in Google's console
    refused = service.operator("POST", f"{SETTINGS}/test")
    assert (refused.status, refused.error["type"]) == (502, "invalid_api_key")
    assert "JSON" in refused.error["fix"]


def test_what_is_no_key_is_refused_with_the_reason(service: Service, google: FakeGoogle) -> None:
    cut = google.account()[:-40]
    refused = service.operator("PUT", SETTINGS, {"service_account": cut})
    assert (refused.status, refused.error["type"]) == (400, "invalid_input")
    assert "paste the whole file" in refused.error["fields"]["service_account"][0]
    long = service.operator("PUT", SETTINGS, {"service_account": "x" * 20_000})
    assert "Longer than" in long.error["fields"]["service_account"][0]


def test_without_a_key_the_test_says_so(service: Service) -> None:
    assert service.operator("POST", f"{SETTINGS}/test").status == 404
    service.operator("PUT", SETTINGS, {})
    refused = service.operator("POST", f"{SETTINGS}/test")
    assert (refused.status, refused.error["type"]) == (403, "missing_api_key")


def test_sections_without_a_test_say_which_have_one(service: Service) -> None:
    refused = service.operator("POST", "/settings/acme/limits/test")
    assert refused.status == 404
    assert "google_sheets" in refused.error["fix"]


def test_only_an_admin_tests(service: Service) -> None:
    webhook = {"Authorization": f"Bearer {service.tenant.webhook_token}"}
    assert service.client.post(f"{SETTINGS}/test", headers=webhook).status_code == 403


def test_the_page_saves_tests_and_names_whom_to_share_with(
    service: Service, google: FakeGoogle
) -> None:
    visitor = signed_in(service, service.tenant.admin_token)
    assert f'formaction="{PAGE}/test"' in visitor.get(PAGE).html
    # a browser's field of one line leaves out the line breaks of the file
    pasted = google.account().replace("\n", "")
    page = visitor.post(f"{PAGE}/test", {"service_account": pasted, "save": "on"})
    assert "The key works" in page.text
    assert EMAIL in page.text
    assert "Now switch" not in page.text
    assert "PRIVATE" not in page.html
    google.account(key=1)
    assert "does not accept" in visitor.post(f"{PAGE}/test", {"save": "on"}).text
