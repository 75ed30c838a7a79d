"""In Hindi no page is left with an English sentence of ours."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest

from flowhook.organisations.schemas import SECTIONS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.browser.test_every_page import MISTAKES, full, pages
from tests.web.catalogues.unmarked_texts import SPOKEN
from tests.web.visitor import HTML, Visitor, signed_in

# Elements whose words are code, or another's: what was typed, stored or answered.
NOT_OURS = frozenset({"code", "pre", "script", "style", "textarea", "svg", "bdi"})
VOID = frozenset({"input", "meta", "link", "br", "hr", "img", "path", "use", "circle", "line"})
SENTENCE = re.compile(r"\b[A-Za-z]*[a-z]+(?: [a-z]{2,}){2,}\b")
# What others wrote: the log's question and answer, a prompt, the flow's message, examples to type,
# and what a provider's error says.
ASKED = "What is your name?"  # also within a page's title
THEIRS = re.compile(
    r"(You said: )?Why is the sky blue\?|What is your name\?|a long phrase only you know"
    r"|You help in|.*Describe this image.*|the provider has no such model .*"
)
# One that a reader can make by typing an address only, and that says what a program may send.
TYPED = {"/organisations?sort=nonsense"}
FLOWS = "/organisations/acme/flows"
NO_FLOWS = [b"", b"\x89PNG\r\n\x1a\n", b"PK", b"{}", b"[]", b'{"flows": []}', b'{"flows": [{}]}']
WRONG = ["no value!", "-1", "999999999999", "1.5", "9" * 3000]
HINDI = {"Accept-Language": "hi"}


class Words(HTMLParser):
    """The words of a page in the page's language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        is_ours = tag not in NOT_OURS and known.get("lang") != "en"
        is_ours &= "machine" not in (known.get("class") or "").split()
        if self._is_ours() and is_ours:
            self.found += [known[name] or "" for name in SPOKEN & known.keys()]
        if tag not in VOID:
            self.open.append((tag, is_ours))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._is_ours():
            self.found.append(" ".join(data.split()))

    def _is_ours(self) -> bool:
        return all(is_ours for _tag, is_ours in self.open)


def english(html: str) -> list[str]:
    """
    >>> english('<p title="Not so long">नाम</p><code>all of this</code><p>लिंक for you only')
    ['Not so long', 'लिंक for you only']
    """
    reader = Words()
    reader.feed(html)
    said = {text: text.replace(ASKED, "") for text in reader.found if not THEIRS.fullmatch(text)}
    return [text for text, ours in said.items() if SENTENCE.search(ours)]


def test_no_page_is_left_with_an_english_sentence(service: Service, openai: FakeOpenAI) -> None:
    values = full(service, openai)
    visitor = signed_in(service)
    visitor.post("/language", {"language": "hi"})
    left = {
        path: texts
        for path in [*pages(service, values, visitor), *(set(MISTAKES) - TYPED)]
        if not path.startswith("/help/")  # the manual is in English
        and (texts := english(visitor.get(path).html))
    }
    assert left == {}


@pytest.fixture
def hindi(service: Service) -> Visitor:
    service.organisation()
    visitor = signed_in(service)
    visitor.post("/language", {"language": "hi"})
    return visitor


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong[:12])
def test_no_refused_settings_are_left_with_an_english_sentence(hindi: Visitor, wrong: str) -> None:
    refused = {}
    for section in SECTIONS:
        path = f"/organisations/acme/settings/{section}"
        names = {name for name in hindi.get(path).values() if name not in ("csrf", "tag")}
        page = hindi.post(path, dict.fromkeys(names, wrong))
        if page.status == 400:
            refused[section] = english(page.html)
    assert len(refused) > len(SECTIONS) // 2
    assert not any(refused.values()), refused


@pytest.mark.parametrize("content", NO_FLOWS)
def test_no_refused_import_is_left_with_an_english_sentence(hindi: Visitor, content: bytes) -> None:
    page = hindi.post(FLOWS, {"file": (io.BytesIO(content), "flow.json")}, Accept=HTML)
    assert page.status == 400
    assert english(page.html) == []


def test_no_refused_sign_in_is_left_with_an_english_sentence(service: Service) -> None:
    visitor = Visitor(service.app)
    for token in ("", "wrong", "fh_" + "a" * 40, "x" * 9000):
        visitor.get("/sign-in", **HINDI)
        page = visitor.post("/sign-in", {"token": token}, **HINDI)
        assert page.status >= 400
        assert english(page.html) == []
