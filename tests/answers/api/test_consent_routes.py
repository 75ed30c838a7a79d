"""A contact's consent through the front door."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.fixtures_app import Service

PATH = "/contacts/acme/919812345678/consent"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def test_consent_is_recorded_shown_and_removed(acme: Service) -> None:
    assert acme.admin("GET", PATH).json == {"consent": "none", "changes": []}
    given = acme.admin("PUT", PATH, {"given": True, "purpose": "Answers"})
    assert given.status == 200
    assert given.json["consent"] == "given"
    assert given.json["how"] == "api"
    assert given.json["by"].endswith(" admin")
    assert acme.admin("PUT", PATH, {"given": True, "purpose": "Answers"}).json == given.json
    withdrawn = acme.admin("PUT", PATH, {"given": False}).json
    assert [one["consent"] for one in withdrawn["changes"]] == ["withdrawn", "given"]
    assert acme.admin("GET", PATH).json == withdrawn
    never = {"consent": "none", "changes": []}
    for _ in range(2):
        assert acme.admin("PUT", PATH, {"given": None}).json == never
    assert acme.admin("GET", PATH).json == never


@pytest.mark.parametrize("contact", ["a/b", "a/consent", "a/export", "a b", "+91 98", "आशा"])
def test_an_id_may_have_any_sign(acme: Service, contact: str) -> None:
    whole = f"/contacts/acme/{quote(contact, safe='')}"
    path = f"{whole}/consent"
    assert acme.admin("PUT", path, {"given": True}).status == 200
    assert acme.admin("GET", path).json["consent"] == "given"
    assert acme.admin("GET", f"{whole}/export").json["consent"]["consent"] == "given"
    receipt = acme.admin("DELETE", whole).json
    assert (receipt["contact"], receipt["erased"]["consent"]) == (contact, 1)
    assert acme.admin("GET", path).json["consent"] == "none"


@pytest.mark.parametrize(
    "body", [{}, {"given": "perhaps"}, {"given": True, "purpose": "p" * 501}, [1]]
)
def test_what_is_not_a_consent_is_refused(acme: Service, body: object) -> None:
    assert acme.admin("PUT", PATH, body).status == 400
    assert acme.admin("GET", PATH).json["consent"] == "none"


def test_it_is_the_admins(acme: Service) -> None:
    for scope in ("viewer", "expert", "author", "webhook"):
        assert acme.request("GET", PATH, token=acme.token("acme", scope)).status == 403
    assert acme.operator("GET", "/contacts/nobody/1/consent").status == 404
    assert acme.admin("GET", f"/contacts/acme/{'9' * 161}/consent").status == 400
