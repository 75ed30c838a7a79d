from __future__ import annotations

import pytest

from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in
from web.help_documents import documents


def test_who_is_not_signed_in_reads_the_help(service: Service) -> None:
    visitor = Visitor(service.app)
    assert 'href="/help"' in visitor.get("/sign-in").html
    listed = visitor.get("/help")
    assert listed.status == 200
    for name, document in documents().items():
        assert f'href="/help/{name}"' in listed.html
        page = visitor.get(f"/help/{name}")
        assert (page.status, document.title in page.text) == (200, True)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Sign out" not in listed.text


def test_whoever_is_signed_in_keeps_their_menu(service: Service) -> None:
    service.organisation()
    member = signed_in(service, service.token("acme", "author")).get("/help/flows")
    assert 'href="/organisations/acme/flows"' in member.html
    assert 'href="/organisations/acme/settings"' not in member.html, "an author has none"
    assert "Sign out" in member.text
    operator = signed_in(service).get("/help")
    assert 'href="/organisations"' in operator.html


def test_the_list_is_searched_by_its_headings(service: Service) -> None:
    visitor = Visitor(service.app)
    found = visitor.get("/help?q=google+SHEETS")
    assert 'href="/help/admin#google-sheets"' in found.html
    assert "whatsapp" not in found.html
    assert 'value="google SHEETS"' in found.html
    nothing = visitor.get("/help?q=%3Cb%3Ezz")
    assert "<b>" not in nothing.html
    assert "No heading has these words." in nothing.text


@pytest.mark.parametrize("name", ["nothing", "pages.md", "..%2Fweb%2Fsite.py", "screenshots"])
def test_what_is_no_document_is_not_found(service: Service, name: str) -> None:
    visitor = Visitor(service.app)
    page = visitor.get(f"/help/{name}")
    assert page.status == 404
    assert visitor.get(f"/help/screenshots/{name}").status == 404


def test_pictures_are_served_and_nothing_beside_them(service: Service) -> None:
    visitor = service.app.test_client()
    picture = visitor.get("/help/screenshots/settings.png")
    assert picture.data.startswith(b"\x89PNG")
    picture.close()
    assert visitor.get("/help/screenshots/..%2Fadmin.md").status_code == 404
