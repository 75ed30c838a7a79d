"""Calls by GET and by browsers: pages, queries, proof, and what other sites may not do."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service, basic
from tests.fixtures_jobs import JobsService


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
    assert openai.last.body["prompt"].startswith(wish)


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
    assert openai.last.body["prompt"].startswith("A kite")


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


def test_an_error_is_json_where_no_page_is_asked_for(service: Service, openai: FakeOpenAI) -> None:
    tenant = service.organisation(openai)
    headers = basic(tenant.id, tenant.webhook_token)
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
    assert answer.headers["Allow"] == "GET, OPTIONS, POST"
    assert openai.requests == []


def test_a_signature_does_not_cover_a_query(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.request(
        "GET",
        "/webhooks/generate_image?prompt=kite&organization_id=acme",
        headers={"X-Glific-Signature": f"t=1,v1={'0' * 64}"},
    )
    assert answer.status == 401


def test_the_operator_names_the_organisation_of_a_call(service: Service) -> None:
    service.organisation()
    body = {"buttons_data": "a|b", "organization_id": "acme"}
    answer = service.operator("POST", "/webhooks/get_buttons", body)
    assert answer.json["button_count"] == 2
    for named in ({}, {"organization_id": "two words"}):
        refused = service.operator("POST", "/webhooks/get_buttons", {"buttons_data": "a", **named})
        assert (refused.status, list(refused.error["fields"])) == (400, ["organization_id"])


def test_a_repeat_says_that_it_is_one(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    headers = {"Idempotency-Key": "k1"}
    first, again = (service.call("prompt", {"prompt": "Hi"}, headers=headers) for _ in range(2))
    assert "Idempotent-Replay" not in first.headers
    assert (again.status, again.headers["Idempotent-Replay"]) == (200, "true")
    assert again.json == first.json
    wrong, repeated = (
        service.call("prompt", {}, headers={"Idempotency-Key": "k2"}) for _ in range(2)
    )
    assert repeated.headers["Idempotent-Replay"] == "true"
    assert repeated.error["type"] == wrong.error["type"] == "empty_input"
    assert repeated.json["request_id"] != wrong.json["request_id"]


@pytest.mark.parametrize(
    ("more", "headers", "applied"),
    [
        ({"wait_seconds": 0}, {}, "respond-async"),
        ({}, {"Prefer": "respond-async"}, "respond-async"),
    ],
)
def test_a_job_is_found_at_its_location(
    jobs_unattended: JobsService, more: dict[str, Any], headers: dict[str, str], applied: str
) -> None:
    service = jobs_unattended.service
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": "a", **more}, headers=headers)
    assert answer.status == 202
    assert answer.headers["Location"] == f"/jobs/{answer.json['job_id']}"
    assert answer.headers["Preference-Applied"] == applied


def test_other_functions_take_no_get(service: Service) -> None:
    answer = service.request("GET", "/webhooks/translate_entry?language=Hindi")
    assert (answer.status, answer.error["type"]) == (405, "method_not_allowed")
    answer = service.request("DELETE", "/webhooks/generate_image")
    assert answer.status == 405
