from __future__ import annotations

import json

import pytest

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say
from tests.web.visitor import Visitor, signed_in

CONTACT = "/organisations/acme/contacts"
ONE = f"{CONTACT}?contact=7"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    say(service, {"text": "hello", "contact": {"name": "Asha Patil"}})
    return service


@pytest.fixture
def admin(acme: Service) -> Visitor:
    return signed_in(acme, acme.tenant.admin_token)


def test_a_contact_is_found_from_their_conversation(admin: Visitor) -> None:
    assert f'href="{ONE}"' in admin.get("/organisations/acme/conversations/7").html
    page = admin.get(ONE)
    assert page.status == 200
    assert 'href="/organisations/acme/conversations/7"' in page.html
    assert "Was not asked yet" in page.text
    assert "Asha Patil" in page.text, "so that nobody erases somebody else"


def test_a_contact_without_a_conversation_has_no_link_to_one(admin: Visitor) -> None:
    assert "/conversations/8" not in admin.get(f"{CONTACT}?contact=8").html


def test_everything_about_them_is_a_file(admin: Visitor) -> None:
    file = admin.get(f"{CONTACT}/export?contact=7")
    assert file.status == 200
    assert file.headers["Content-Disposition"] == "attachment; filename=7.json"
    assert json.loads(file.html)["contact"] == "7"
    assert "Asha Patil" in file.html


def test_consent_is_recorded_and_withdrawn(acme: Service, admin: Visitor) -> None:
    form = {"contact": "7", "consent": "given", "purpose": "Answers by a model"}
    page = admin.get(admin.post(f"{CONTACT}/consent", form).headers["Location"])
    assert "Recorded: the contact consented." in page.text
    assert "by a person" in page.text
    assert "Answers by a model" in page.text
    admin.post(f"{CONTACT}/consent", {**form, "consent": "withdrawn"})
    page = admin.get(ONE)
    assert "Withdrew their consent" in page.text
    assert "What they said before" in page.text
    assert admin.post(f"{CONTACT}/consent", {**form, "consent": "maybe"}).status == 400


def test_required_consent_that_lacks_is_told(acme: Service, admin: Visitor) -> None:
    assert "do not require consent" in admin.get(ONE).text
    acme.operator("PUT", "/settings/acme/guardrails", {"consent": "required"})
    assert "no model is asked for this contact" in admin.get(ONE).text


def test_erasing_asks_for_the_id_and_shows_a_receipt(acme: Service, admin: Visitor) -> None:
    refused = admin.post(f"{CONTACT}/erase", {"contact": "7", "confirm": "8"})
    assert refused.status == 400
    assert "Nothing was erased." in refused.text
    assert acme.admin("GET", "/conversations/acme/7").status == 200
    erased = admin.post(f"{CONTACT}/erase", {"contact": "7", "confirm": " 7 "})
    assert erased.status == 200
    assert "Conversations: 1" in erased.text
    assert acme.admin("GET", "/conversations/acme/7").status == 404
    again = admin.post(f"{CONTACT}/erase", {"contact": "7", "confirm": "7"})
    assert "Nothing was held about this contact." in again.text


@pytest.mark.parametrize("contact", ["x" * 161, "a\x01b"])
def test_what_is_no_id_is_told(admin: Visitor, contact: str) -> None:
    assert "this is no contact" in admin.get(f"{CONTACT}?contact={contact}").text.lower()
    assert admin.get(f"{CONTACT}/export?contact={contact}").status == 400
    form = {"contact": contact, "confirm": contact, "consent": "given"}
    assert admin.post(f"{CONTACT}/erase", form).status == 400
    assert admin.post(f"{CONTACT}/consent", form).status == 400


@pytest.mark.parametrize("role", ["viewer", "expert", "author"])
def test_nobody_else_sees_it(acme: Service, role: str) -> None:
    other = signed_in(acme, acme.token("acme", role))
    for path in (ONE, f"{CONTACT}/export?contact=7"):
        assert other.get(path).status == 403
    assert other.post(f"{CONTACT}/erase", {"contact": "7", "confirm": "7"}).status == 403
    if role != "author":
        page = other.get("/organisations/acme/conversations/7")
        assert "/contacts?contact" not in page.html
