"""The language of the pages: who chooses it, and what it changes."""

from __future__ import annotations

import json
import re

import pytest

from tests.fixtures_app import Service
from tests.web.visitor import Page, Visitor, signed_in
from web.catalogues import catalogue, languages


def lang(page: Page) -> str:
    return next(str(known["lang"]) for tag, known in page.elements if tag == "html")


def test_a_language_is_offered_for_each_catalogue() -> None:
    assert languages()["en"] == "English"
    assert languages()["hi"] == "हिन्दी"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en"),
        ("hi", "hi"),
        ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        ("en-GB,en;q=0.9,hi;q=0.8", "en"),
        ("ta,hi;q=0.5", "hi"),
        ("en-GB,hi;q=0.5", "en"),
        ("ta", "en"),
        ("\x00;;q=,", "en"),
    ],
)
def test_the_browser_chooses_the_language(service: Service, asked: str, given: str) -> None:
    page = Visitor(service.app).get("/sign-in", **({"Accept-Language": asked} if asked else {}))
    assert lang(page) == given


def test_who_is_not_signed_in_chooses_a_language(service: Service) -> None:
    visitor = Visitor(service.app)
    chosen = visitor.post("/language", {"language": "hi", "page": "/sign-in?ended=1"})
    assert (chosen.status, chosen.headers["Location"]) == (303, "/sign-in?ended=1")
    assert "HttpOnly" in chosen.cookies[0]
    assert "SameSite=Lax" in chosen.cookies[0]
    assert lang(visitor.get("/sign-in", **{"Accept-Language": "en"})) == "hi"
    visitor.post("/language", {"language": "en"})
    assert lang(visitor.get("/sign-in", **{"Accept-Language": "hi"})) == "en"


def test_every_page_offers_the_languages_and_leads_back(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    for path in ("/organisations", "/organisations/acme/logs?status=ok", "/help?q=token"):
        page = visitor.get(path)
        assert page.values()["page"] == path
        assert {"English", "हिन्दी"} <= set(page.text.split())


def test_an_unknown_language_changes_nothing(service: Service) -> None:
    visitor = Visitor(service.app)
    assert visitor.post("/language", {"language": "../hi"}).cookies == []
    assert lang(visitor.get("/sign-in", Cookie="flowhook_language=xx")) == "en"


def test_choosing_a_language_never_leads_away(service: Service) -> None:
    chosen = Visitor(service.app).post("/language", {"language": "hi", "page": "//evil.example"})
    assert chosen.headers["Location"] == "/"


def test_another_site_cannot_choose(service: Service) -> None:
    crossed = Visitor(service.app).post(
        "/language", {"language": "hi"}, **{"Sec-Fetch-Site": "cross-site"}
    )
    assert (crossed.status, crossed.cookies) == (403, [])


def test_caches_keep_the_languages_apart(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    missing = visitor.get("/organisations/acme/nothing-here")
    for page in (visitor.get("/organisations/acme/home"), missing):
        assert {"Accept-Language", "Cookie"} <= set(re.split(r", *", page.headers["Vary"]))


def test_an_error_page_is_in_the_language(service: Service) -> None:
    missing = Visitor(service.app).get("/no-such-page", **{"Accept-Language": "hi"})
    assert (missing.status, lang(missing)) == (404, "hi")


def test_scripts_get_their_words_from_the_page(service: Service) -> None:
    page = Visitor(service.app).get("/sign-in", **{"Accept-Language": "hi"})
    words = next(str(known["data-words"]) for _tag, known in page.elements if "data-words" in known)
    assert json.loads(words)["copied"] == "कॉपी हो गया"


def test_no_text_is_no_text_in_any_language() -> None:
    assert {catalogue(language).said("") for language in languages()} == {""}
