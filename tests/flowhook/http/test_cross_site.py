"""What a browser sends for another site changes nothing, on any route."""

from __future__ import annotations

import gzip

import pytest

from tests.fixtures_app import Service, basic

CHANGES = [
    ("POST", "/webhooks/get_buttons"),
    ("POST", "/webhooks/nothing"),
    ("PUT", "/settings/acme/openai"),
    ("PATCH", "/settings/acme/openai"),
    ("DELETE", "/settings/acme"),
    ("POST", "/settings/acme/tokens"),
    ("POST", "/settings/acme/openai/test"),
    ("POST", "/flows/acme"),
    ("POST", "/flows/validate"),
    ("POST", "/flows/acme/9b3e2f6e-0000-4000-8000-000000000000/publish?force=true"),
    ("DELETE", "/flows/acme/9b3e2f6e-0000-4000-8000-000000000000"),
    ("POST", "/conversations/acme/919800000000/messages"),
    ("DELETE", "/conversations/acme/919800000000"),
    ("POST", "/jobs/dead/acme/acme.x/replay"),
    ("POST", "/channels/whatsapp/acme"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/nothing"),
]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_another_site_is_refused_with_any_proof(
    service: Service, method: str, path: str, site: str
) -> None:
    tenant = service.organisation()
    for proof in (basic(tenant.id, tenant.admin_token), {}):
        headers = {**proof, "Sec-Fetch-Site": site, "Content-Type": "application/json"}
        answer = service.request(method, path, raw=b"{}", headers=headers)
        assert (answer.status, answer.error["type"]) == (403, "forbidden")
    assert service.operator("GET", "/settings/acme").status == 200


@pytest.mark.parametrize(("method", "path"), [one for one in CHANGES if "nothing" not in one[1]])
def test_a_body_says_what_it_is(service: Service, method: str, path: str) -> None:
    tenant = service.organisation()
    headers = {**basic(tenant.id, tenant.webhook_token), "Content-Type": ""}
    answer = service.request(method, path, raw=b"{}", headers=headers)
    assert (answer.status, answer.error["type"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_the_services_own_pages_may(service: Service, site: str) -> None:
    service.organisation()
    headers = {"Sec-Fetch-Site": site}
    assert service.call("get_buttons", {"buttons_data": "a|b"}, headers=headers).status == 200


def test_reading_and_bodies_of_nothing_need_no_type(service: Service) -> None:
    service.organisation()
    assert service.admin("GET", "/settings/acme").status == 200
    assert (
        service.admin("GET", "/settings/acme", headers={"Sec-Fetch-Site": "cross-site"}).status
        == 200
    )
    assert service.admin("DELETE", "/settings/acme/openai").status == 204


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
@pytest.mark.parametrize("path", ["/webhooks/get_buttons", "/flows/validate"])
def test_a_compressed_body_is_refused_by_that_name(
    service: Service, path: str, encoding: str
) -> None:
    tenant = service.organisation()
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    raw = gzip.compress(b'{"buttons_data": "a|b"}')
    answer = service.request("POST", path, raw=raw, token=tenant.admin_token, headers=headers)
    assert (answer.status, answer.error["type"]) == (415, "unsupported_media_type")
    assert answer.error["message"] == "the body is compressed"


@pytest.mark.parametrize("encoding", ["identity", " Identity "])
def test_a_body_that_is_not_compressed_may_say_so(service: Service, encoding: str) -> None:
    service.organisation()
    headers = {"Content-Encoding": encoding}
    assert service.call("get_buttons", {"buttons_data": "a|b"}, headers=headers).status == 200
