"""Calls by GET and by browsers: pages, queries, proof, and what other sites may not do."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service, basic


def served(service: Service, url: str) -> Answer:
    return service.request("GET", url.removeprefix("http://localhost"))


def test_a_browser_sees_every_image_with_its_prompt(service: Service, openai: FakeOpenAI) -> None:
    tenant = service.organisation(openai)
    wish = "<script>alert(\"1\")</script> & a 'kite'"
    answer = service.request(
        "GET",
        f"/webhooks/generate_image?description={quote(wish)}&n=3",
        headers={**basic(tenant.id, tenant.webhook_token), "Accept": "text/html,*/*;q=0.8"},
    )
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    page = answer.body.decode()
    assert "<script" not in page
    images = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', page)
    assert len({url for url, _ in images}) == 3
    assert all(html.unescape(alternative) == wish for _, alternative in images)
    for url, _ in images:
        assert served(service, url).headers["Content-Type"] == "image/jpeg"
    assert openai.last.body["prompt"] == wish


def test_a_post_answers_a_page_where_it_is_asked_for(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("generate_image", {"prompt": "A kite"}, headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "A kite" in answer.body.decode()


def test_the_description_may_stand_in_the_query_of_a_post(
    service: Service, openai: FakeOpenAI
) -> None:
    tenant = service.organisation(openai)
    answer = service.request(
        "POST",
        "/webhooks/generate_image?description=A%20kite",
        headers=basic(tenant.id, tenant.webhook_token),
    )
    assert answer.json["success"] is True
    assert openai.last.body["prompt"] == "A kite"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml; charset=utf-8"),
    ],
)
def test_a_get_answers_what_is_asked_for(
    service: Service, openai: FakeOpenAI, accept: str | None, content_type: str
) -> None:
    tenant = service.organisation(openai)
    headers = basic(tenant.id, tenant.webhook_token) | ({"Accept": accept} if accept else {})
    answer = service.request("GET", "/webhooks/generate_image?prompt=kite", headers=headers)
    assert answer.headers["Content-Type"] == content_type


def test_without_proof_a_browser_asks_for_it(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.request(
        "GET", "/webhooks/generate_image?prompt=kite", headers={"Accept": "text/html"}
    )
    assert answer.status == 401
    assert "Basic" in answer.headers["WWW-Authenticate"]
    assert answer.error["type"] == "unauthorized"


def test_errors_stay_json_on_the_page(service: Service, openai: FakeOpenAI) -> None:
    tenant = service.organisation(openai)
    headers = {**basic(tenant.id, tenant.webhook_token), "Accept": "text/html"}
    answer = service.request("GET", "/webhooks/generate_image", headers=headers)
    assert (answer.status, answer.error["type"]) == (400, "empty_input")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_spend(service: Service, openai: FakeOpenAI, site: str) -> None:
    tenant = service.organisation(openai)
    headers = {**basic(tenant.id, tenant.webhook_token), "Sec-Fetch-Site": site}
    answer = service.request("GET", "/webhooks/generate_image?prompt=kite", headers=headers)
    assert (answer.status, answer.error["type"]) == (403, "forbidden")
    assert openai.requests == []


def test_a_head_draws_nothing(service: Service, openai: FakeOpenAI) -> None:
    tenant = service.organisation(openai)
    headers = basic(tenant.id, tenant.webhook_token)
    answer = service.request("HEAD", "/webhooks/generate_image?prompt=kite", headers=headers)
    assert answer.status == 405
    assert openai.requests == []


def test_a_signature_does_not_cover_a_query(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.request(
        "GET",
        "/webhooks/generate_image?prompt=kite&organization_id=acme",
        headers={"X-Glific-Signature": f"t=1,v1={'0' * 64}"},
    )
    assert answer.status == 401


def test_other_functions_take_no_get(service: Service) -> None:
    answer = service.request("GET", "/webhooks/get_buttons?buttons_data=a")
    assert (answer.status, answer.error["type"]) == (405, "method_not_allowed")
    answer = service.request("DELETE", "/webhooks/generate_image")
    assert answer.status == 405
