from __future__ import annotations

import re
from html import unescape

import pytest

from tests.fixtures_app import Service
from tests.web.visitor import signed_in

PAGE = "/organisations"


def listed(html: str) -> list[str]:
    return re.findall(r'href="/organisations/([\w-]+)"', html)


def test_organisations_are_paged_and_found(service: Service) -> None:
    for number in range(60):
        service.operator("PUT", f"/settings/org-{number:02}/limits", {"concurrent_calls": 1})
    visitor = signed_in(service)
    first = visitor.get(PAGE)
    link = re.search(r'href="([^"]*cursor=[^"]*)"', first.html)
    assert link
    second = visitor.get(unescape(link[1]))
    assert listed(first.html) + listed(second.html) == [f"org-{number:02}" for number in range(60)]
    assert "Previous page" in second.text
    assert listed(visitor.get(f"{PAGE}?q=RG-5").html) == [f"org-5{n}" for n in range(10)]
    assert "Nothing matches." in visitor.get(f"{PAGE}?q=zzz").text


def test_the_operator_names_an_organisation(service: Service) -> None:
    service.organisation()
    service.organisation(org="other")
    visitor = signed_in(service)
    named = visitor.post(f"{PAGE}/acme/name", {"title": "आशा", "tags": "pilot\nBihar"})
    assert (named.status, named.headers["Location"]) == (303, "/organisations/acme")
    assert "pilot" in visitor.get(f"{PAGE}/acme").text
    for words in ("आशा", "bihar"):
        found = visitor.get(f"{PAGE}?q={words}")
        assert (listed(found.html), "आशा acme" in found.text) == (["acme"], True)
    table = visitor.get(f"{PAGE}/all.csv?q=bihar").html.splitlines()
    assert table[1].startswith("acme,आशा,pilot Bihar,")
    refused = signed_in(service, service.tenant.admin_token).post(f"{PAGE}/other/name", {})
    assert refused.status == 403


def test_an_organisation_is_made_switched_off(service: Service) -> None:
    visitor = signed_in(service)
    made = visitor.post(PAGE, {"id": "acme"})
    assert (made.status, made.headers["Location"]) == (303, "/organisations/acme")
    assert service.operator("GET", "/settings/acme/openai").json["is_active"] is False
    again = visitor.post(PAGE, {"id": "acme"})
    assert again.status == 409
    assert "already" in again.text


@pytest.mark.parametrize("org", ["", "two words", "a/b", "x" * 65, "आशा"])
def test_an_impossible_id_is_refused(service: Service, org: str) -> None:
    visitor = signed_in(service)
    refused = visitor.post(PAGE, {"id": org})
    assert refused.status == 400
    assert not service.operator("GET", "/settings").json["organizations"]


@pytest.mark.parametrize("org", ["a%20b", "a%7Bb", "%C3%A9", "x" * 65])
def test_a_page_of_an_impossible_id_is_not_found(service: Service, org: str) -> None:
    visitor = signed_in(service)
    assert visitor.get(f"/organisations/{org}").status == 404
    assert visitor.get(f"/organisations/{org}/logs").status == 404
    assert visitor.post(f"/organisations/{org}/flows").status == 404


def test_only_the_operator_makes_organisations(service: Service) -> None:
    visitor = signed_in(service, service.organisation().admin_token)
    assert visitor.post(PAGE, {"id": "mine"}).status == 403


def test_deleting_needs_the_id_typed(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    assert visitor.post(f"{PAGE}/acme/delete", {"confirm": "other"}).status == 400
    assert service.operator("GET", "/settings/acme").status == 200
    assert visitor.post(f"{PAGE}/acme/delete", {"confirm": "acme"}).status == 303
    assert service.operator("GET", "/settings/acme").status == 404


def test_a_deletion_is_said_once_it_is_true(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    assert "was deleted" not in visitor.get(f"{PAGE}?deleted=acme").text
    done = visitor.post(f"{PAGE}/acme/delete", {"confirm": "acme"})
    page = visitor.get(done.headers["Location"])
    assert "The organisation acme was deleted, with all it owned." in page.text
    assert "was deleted" not in visitor.get(f"{PAGE}?deleted=<b>x").text
