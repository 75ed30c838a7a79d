from __future__ import annotations

import re

import pytest

from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in

TOKENS = "/organisations/acme/tokens"


@pytest.fixture
def visitor(service: Service) -> Visitor:
    service.organisation()
    return signed_in(service)


def test_a_token_is_shown_once_and_works(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    made = visitor.post(TOKENS, {"scope": "webhook", "label": "ग्लिफ़िक"})
    found = re.search(r"fh\.acme\.[\w-]+\.[\w-]+", made.html)
    assert found
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}, token=found[0]).status == 200
    again = visitor.get(TOKENS)
    assert found[0] not in again.html
    assert "ग्लिफ़िक" in again.text


def test_a_revoked_token_no_longer_works(service: Service) -> None:
    tenant = service.organisation()
    visitor = signed_in(service)
    token_id = tenant.webhook_token.split(".")[2]
    revoked = visitor.post(f"{TOKENS}/{token_id}/revoke")
    assert revoked.headers["Location"] == f"{TOKENS}?done=revoked"
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 401
    assert visitor.post(f"{TOKENS}/{token_id}/revoke").status == 404


def test_whoever_revokes_their_own_token_is_told_before_and_after(service: Service) -> None:
    tenant = service.organisation()
    visitor = signed_in(service, tenant.admin_token)
    page = visitor.get(TOKENS)
    assert page.html.count("Revoke your own token? You are signed out at once") == 1
    assert (
        page.html.count("Calls that use it will be refused at once.")
        == page.html.count('aria-label="Revoke ') - 1
    )
    own = visitor.post(f"{TOKENS}/{tenant.admin_token.split('.')[2]}/revoke")
    assert own.headers["Location"] == "/sign-in?ended=revoked"
    assert (
        "You revoked the token with which you were signed in."
        in visitor.get(own.headers["Location"]).text
    )


def test_a_token_is_called_by_words(visitor: Visitor) -> None:
    visitor.post(TOKENS, {"scope": "webhook"})
    page = visitor.get(TOKENS).text
    assert "No label" in page
    assert "Kind (required)" in page
    assert "Scope" not in page


def test_a_token_without_scope_is_refused_beside_the_field(service: Service) -> None:
    service.organisation()
    refused = signed_in(service).post(TOKENS, {"label": "x"})
    assert refused.status == 400
    assert "Missing data for required field." in refused.text


@pytest.mark.parametrize("scope", ["admin", "author", "expert", "viewer"])
def test_a_person_gets_a_link_to_sign_in_with(
    service: Service, visitor: Visitor, scope: str
) -> None:
    made = visitor.post(TOKENS, {"scope": scope, "label": "Asha", "expires_at": "2099-12-31"})
    found = re.search(r"http://localhost/sign-in#(fh\.acme\.[\w.-]+)", made.text)
    assert found is not None
    assert service.request("GET", "/sign-in", token=found[1]).status == 200
    assert signed_in(service, found[1]).get("/organisations/acme").status == 200
    assert "#fh." not in visitor.get(TOKENS).html
    assert "31 December 2099" in visitor.get(TOKENS).text


def test_a_flow_builder_gets_no_link(visitor: Visitor) -> None:
    assert "/sign-in#" not in visitor.post(TOKENS, {"scope": "webhook"}).html


def test_who_changed_what_is_listed(service: Service, visitor: Visitor) -> None:
    visitor.post(TOKENS, {"scope": "viewer", "label": "Asha"})
    service.operator("PUT", "/settings/acme/limits", {"concurrent_calls": 5})
    page = signed_in(service, service.token("acme", "viewer")).get("/organisations/acme/audit")
    assert "operator create limits concurrent_calls" in page.text
    assert page.text.index("create limits") < page.text.index("create openai")
    assert visitor.get("/organisations/acme/audit?before=1-0").text.count("Nothing yet") == 1
    assert visitor.get("/organisations/acme/audit?before=x").status == 400


def test_what_the_service_notes_by_itself_is_no_field(service: Service, visitor: Visitor) -> None:
    service.operator("PATCH", "/settings/acme/openai", {"base_url": "http://127.0.0.1:9/v1"})
    page = visitor.get("/organisations/acme/audit")
    assert "base_url" in page.text
    assert "private_ok" not in page.text


def test_who_may_not_change_a_page_sees_no_buttons(service: Service) -> None:
    service.organisation()
    service.operator("PUT", "/settings/acme/limits", {"concurrent_calls": 5})
    viewer = signed_in(service, service.token("acme", "viewer"))
    for page in ("settings/limits", "settings/openai", "tokens", "flows", "functions/chat"):
        elements = viewer.get(f"/organisations/acme/{page}").elements
        buttons = [known for tag, known in elements if tag == "button" and "data-copy" not in known]
        changing = [known for known in buttons if known.get("name") != "language"]
        assert len(changing) == 1, page  # to sign out
    expert = signed_in(service, service.token("acme", "expert"))
    home = expert.get("/organisations/acme").text
    assert "Home" in home
    assert not any(f" {name} " in home for name in ("Functions", "Flows", "Logs", "Usage"))


def test_an_end_is_a_date_that_people_read(visitor: Visitor) -> None:
    for end in ("2099-12-31", "2099-11-30T05:30:00+05:30"):
        visitor.post(TOKENS, {"scope": "webhook", "expires_at": end})
    page = visitor.get(TOKENS)
    assert "2099-12-31" not in page.text
    assert "+05:30" not in page.text
    assert "30 Nov 2099" in page.text
    assert "00:00 UTC" in page.text
