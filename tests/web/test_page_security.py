"""What holds for every page: walked over all routes, so that a new page cannot forget it."""

from __future__ import annotations

import gzip
import re

import pytest
from werkzeug.routing import Rule

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export
from tests.web.visitor import Visitor, signed_in
from web import assets
from web.chat import POLICY
from web.page_security import HEADERS, HELP_PREFIX, OPEN_PREFIX, OPEN_VIEWS

EXAMPLES = {
    "org": "acme",
    "section": "limits",
    "title": "second",
    "uuid": "greeting",
    "node": "ask",
    "contact": "7",
    "token_id": "0123456789ab",
    "name": "get_buttons",
    "rest": "nothing/here",
    "version": "1",
}

GZIP = {"Accept-Encoding": "br, gzip"}
WITH_CHATS = ("/organisations/acme/flows/greeting/simulator", "/organisations/acme/conversations/7")


def pages(service: Service, method: str) -> list[str]:
    """The addresses of all pages behind the gate that take the method."""
    rules: list[Rule] = [
        rule
        for rule in service.app.url_map.iter_rules()
        if rule.endpoint.startswith("web.")
        and rule.endpoint not in OPEN_VIEWS
        and not rule.endpoint.startswith((OPEN_PREFIX, HELP_PREFIX))
        and method in (rule.methods or ())
    ]
    return [
        re.sub(r"<(?:\w+:)?(\w+)>", lambda found: example(found[1]), rule.rule) for rule in rules
    ]


def example(name: str) -> str:
    return EXAMPLES.get(name, "1763600000000-0")


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    service.operator("PUT", "/settings/acme/openai/accounts/second", account)
    assert service.operator("POST", "/flows/acme", export(GREETING)).status == 200
    start = {"flow": "greeting"}
    assert service.operator("POST", "/conversations/acme/7/messages", start).status == 200
    return service


def test_no_page_opens_without_a_session(acme: Service) -> None:
    found = pages(acme, "GET")
    assert len(found) > 12
    for path in found:
        answer = Visitor(acme.app).get(path)
        assert (answer.status, answer.headers["Location"][:8]) == (303, "/sign-in"), path


def test_no_form_is_taken_without_a_session(acme: Service) -> None:
    for path in pages(acme, "POST"):
        expected = 303 if path == "/sign-out" else 401  # as what was typed is shown again
        assert Visitor(acme.app).post(path).status == expected, path


def test_no_form_is_taken_without_its_token(acme: Service) -> None:
    visitor = signed_in(acme)
    found = pages(acme, "POST")
    assert len(found) > 10
    for path in found:
        for token in ("", "x" * 32):
            answer = visitor.post(path, {"csrf": token})
            assert answer.status == 403, path
            assert "form has expired" in answer.text, path


def test_no_form_is_taken_from_another_site(acme: Service) -> None:
    visitor = signed_in(acme)
    for path in pages(acme, "POST"):
        answer = visitor.post(path, Sec_Fetch_Site="same-site")
        assert answer.status == 403, path
        assert "another site" in answer.text


def test_another_organisations_pages_stay_shut(acme: Service) -> None:
    own = acme.tenant.admin_token
    acme.organisation(org="other")
    visitor = signed_in(acme, own)
    for method in ("GET", "POST"):
        for path in pages(acme, method):
            if "/acme" not in path:
                continue
            other = path.replace("/acme", "/other", 1)
            answer = visitor.get(other) if method == "GET" else visitor.post(other)
            assert answer.status == 403, path
            assert "belongs to another organisation" in answer.text


def test_an_organisation_that_is_not_there_is_not_found(acme: Service) -> None:
    visitor = signed_in(acme)
    for path in pages(acme, "GET"):
        if "/acme" in path:
            answer = visitor.get(path.replace("/acme", "/nobody", 1))
            assert answer.status == 404, path


def test_every_page_has_safe_headers_and_no_inline_code(acme: Service) -> None:
    visitor = signed_in(acme)
    for path in ["/", "/sign-in", *pages(acme, "GET")]:
        answer = visitor.get(path)
        for name, value in HEADERS.items():
            has_media = name == "Content-Security-Policy" and path in WITH_CHATS
            expected = POLICY if has_media else value
            assert answer.headers[name] == expected, path
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Request-ID"]
        for tag, known in answer.elements:
            assert tag != "style", path
            assert tag != "script" or str(known["src"]).startswith("/assets/"), path
            assert "style" not in known, path
            assert not [name for name in known if name.startswith("on")], path
            for attribute in ("href", "src", "action"):
                assert re.match(r"[/#?]|$", known.get(attribute) or ""), (path, known)


def test_every_field_has_a_label(acme: Service) -> None:
    visitor = signed_in(acme)
    for path in ["/", "/sign-in", *pages(acme, "GET")]:
        elements = visitor.get(path).elements
        labels = {known.get("for") for tag, known in elements if tag == "label"}
        for tag, known in elements:
            if tag in ("input", "select", "textarea") and known.get("type") != "hidden":
                is_named = known.get("id") in labels or known.get("aria-label")
                assert is_named or "hidden" in known, (path, known)


def test_a_script_gets_json_where_a_browser_gets_a_page(acme: Service) -> None:
    answer = acme.request("GET", "/organisations/acme/logs")
    assert answer.status == 401
    assert answer.error["type"] == "unauthorized"
    assert "WWW-Authenticate" in answer.headers
    assert acme.request("GET", "/nowhere").error["type"] == "not_found"


def test_the_root_tells_a_script_where_things_are(acme: Service) -> None:
    answer = acme.request("GET", "/", headers={"Accept": "*/*"})
    assert answer.status == 200
    assert answer.json["docs"] == "/docs"
    assert Visitor(acme.app).get("/").headers["Location"] == "/sign-in"


def test_pages_are_not_in_the_openapi_document(acme: Service) -> None:
    paths = acme.request("GET", "/openapi.json").json["paths"]
    assert "/settings/{org}" in paths
    assert not [path for path in paths if path.startswith(("/organisations", "/sign", "/assets"))]
    assert "/" not in paths


def test_assets_come_from_this_process_and_stay_in_the_browser(acme: Service) -> None:
    elements = Visitor(acme.app).get("/sign-in").elements
    found = [
        known.get("href") or known.get("src")
        for tag, known in elements
        if tag in ("link", "script")
    ]
    assert len(found) >= 4
    for path in found:
        answer = acme.request("GET", str(path))
        assert answer.status == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert acme.request("GET", "/assets/1/own/../routes.py").status == 404
    assert acme.request("GET", "/assets/1/kit/%2e%2e/%2e%2e/__init__.py").status == 404


def test_assets_are_packed_for_who_takes_them_so(acme: Service) -> None:
    path = next(
        str(known["href"])
        for tag, known in Visitor(acme.app).get("/sign-in").elements
        if tag == "link" and "bootstrap" in str(known["href"])
    )
    plain = acme.request("GET", path)
    small = acme.request("GET", path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["Vary"] == "Accept-Encoding"
    assert len(small.body) * 5 < len(plain.body)
    assert gzip.decompress(small.body) == plain.body
    packed_files = assets.packed.cache_info().currsize
    for way in ("/css/../css/", "/css/none/../", "/./css/"):
        roundabout = acme.request("GET", path.replace("/css/", way), headers=GZIP)
        assert roundabout.body == small.body
    assert assets.packed.cache_info().currsize == packed_files
    again = GZIP | {"If-None-Match": small.headers["ETag"]}
    assert acme.request("GET", path, headers=again).status == 304


def test_a_failure_inside_shows_no_detail(
    acme: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a contact's words")

    visitor = signed_in(acme)
    monkeypatch.setattr("web.home.first_steps", fail)
    answer = visitor.get("/organisations/acme")
    assert answer.status == 500
    assert "a contact's words" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
