"""An error is a page for a browser, XML for who asks for that, and JSON for anybody else."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service, basic

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PATHS = [
    ("GET", "/nothing", 404),
    ("POST", "/healthz", 405),
    ("GET", "/settings/acme", 401),
    ("GET", "/metrics", 401),
    ("GET", "/webhooks/generate_image?description=kite", 401),
    ("POST", "/webhooks/nothing", 401),
    ("GET", "/media/acme/nothing.ogg", 404),
    ("GET", "/organisations/acme", 303),
    ("GET", "/channels/whatsapp/acme", 403),
]


@pytest.mark.parametrize(("method", "path", "status"), PATHS)
def test_a_browser_gets_a_page(service: Service, method: str, path: str, status: int) -> None:
    answer = service.request(method, path, headers={"Accept": BROWSER})
    assert answer.status == status
    if status == 303:
        return
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = answer.body.decode()
    assert "<h1" in page
    assert answer.headers["X-Request-ID"] in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Vary"] == "Accept, Accept-Language, Cookie"


@pytest.mark.parametrize(("method", "path", "status"), PATHS[:5])
def test_xml_is_answered_to_who_asks_for_it(
    service: Service, method: str, path: str, status: int
) -> None:
    answer = service.request(method, path, headers={"Accept": "application/xml"})
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert b"<request_id>" in answer.body


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/plain", "nonsense"])
def test_anybody_else_gets_json(service: Service, accept: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = service.request("GET", "/nothing", headers=headers)
    assert answer.error["type"] == "not_found"


def test_an_error_of_a_function_is_a_page_too(service: Service) -> None:
    tenant = service.organisation()
    headers = {**basic(tenant.id, tenant.webhook_token), "Accept": BROWSER}
    answer = service.request("GET", "/webhooks/generate_image?desc=", headers=headers)
    assert answer.status == 400
    assert b"<h1" in answer.body
    assert b"Prompt is empty" in answer.body
    posted = service.call("get_buttons", {}, headers={"Accept": BROWSER})
    assert b"Buttons_data is empty" in posted.body or b"buttons_data is empty" in posted.body
