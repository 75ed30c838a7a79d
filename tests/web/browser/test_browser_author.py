"""The jobs of a flow's author in a real browser, in each language: import, look, publish,
simulate, try a function. Who may only look is offered none of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import expect

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in
from tests.web.browser.test_browser_flows import EXAMPLE, FLOWS
from web.catalogues import ENGLISH, FOLDER, languages

FUNCTION = "/organisations/acme/functions/parse_via_chat_gpt"

Words = Callable[[str], str]


@pytest.fixture(params=sorted(languages()))
def spoken(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def catalogue(language: str) -> dict[str, str]:
    """The translations of texts without values."""
    if language == ENGLISH:
        return {}
    with (FOLDER / f"{language}.po").open("rb") as file:
        entries = read_po(file, language)
    return {
        entry.id: str(entry.string)
        for entry in entries
        if isinstance(entry.id, str) and "%(" not in entry.id and entry.string
    }


def enter(tab: Tab, service: Service, role: str, language: str) -> Words:
    """Sign in and choose a language; returns what gives the words of a text in it."""
    sign_in(tab, service.token("acme", role))
    tab.page.get_by_role("button", name=languages()[language], exact=True).click()
    expect(tab.page.locator("html")).to_have_attribute("lang", language)
    known = catalogue(language)
    return lambda text: known[text] if known else text


def look_at(tab: Tab, language: str) -> None:
    """The page is for everybody, and in no other language than the one chosen."""
    tab.check()
    shown = tab.page.locator("main").inner_text()
    sentences = [text for text in catalogue(language) if text.count(" ") >= 2]
    assert [text for text in sentences if text in shown] == []


def test_an_author_brings_a_flow_to_its_contacts(
    tab: Tab, service: Service, openai: FakeOpenAI, spoken: str
) -> None:
    service.organisation(openai)
    words = enter(tab, service, "author", spoken)
    page = tab.page

    tab.open(FLOWS)
    look_at(tab, spoken)
    page.get_by_label(words("Import flows")).set_input_files(EXAMPLE)
    page.get_by_role("button", name=words("Import"), exact=True).click()
    expect(page.get_by_role("heading", name=words("Imported as drafts"))).to_be_focused()
    look_at(tab, spoken)
    page.get_by_role("link", name="Ask GPT").first.click()
    expect(page.get_by_text(words("No issues."))).to_be_visible()
    expect(page.locator(".picture.drawn .node")).not_to_have_count(0)
    look_at(tab, spoken)

    publish = page.get_by_role("button", name=words("Publish"), exact=True)
    expect(publish).to_be_in_viewport()
    publish.click()
    expect(page.get_by_text(words("published"), exact=True)).to_be_visible()
    expect(publish).to_have_count(0)

    page.get_by_role("link", name=words("Simulator"), exact=True).click()
    page.get_by_role("button", name=words("Start"), exact=True).click()
    expect(page.locator(".bubble")).to_have_count(1)
    page.locator("#say").fill("Why is the sky blue?")
    page.get_by_role("button", name=words("Send"), exact=True).click()
    expect(page.locator(".bubble")).to_have_count(3)
    expect(page.get_by_text(words("pretended"), exact=True).first).to_be_visible()
    look_at(tab, spoken)

    openai.say("Because of the air.")
    tab.open(FUNCTION)
    look_at(tab, spoken)
    page.get_by_role("button", name=words("Try"), exact=True).click()
    expect(page.locator("#outcome")).to_contain_text("Because of the air.")


def test_who_may_only_look_is_offered_no_change(
    tab: Tab, service: Service, openai: FakeOpenAI, spoken: str
) -> None:
    service.organisation(openai)
    broken = json.loads(json.dumps(GREETING))
    broken["nodes"][0]["send"] = ""
    service.admin("POST", "/flows/acme", export(broken))
    words = enter(tab, service, "viewer", spoken)
    page = tab.page

    tab.open(FLOWS)
    expect(page.get_by_text(words("draft"), exact=True)).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
    page.get_by_role("link", name="Greeting").click()
    expect(page.locator(".node .issue").first).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
    look_at(tab, spoken)
    expect(page.get_by_role("link", name=words("Simulator"), exact=True)).to_have_count(0)
    tab.open(f"{FLOWS}/greeting/simulator")
    said = words("Your token may look only. An author talks to the flow here.")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
    look_at(tab, spoken)
    tab.open(FUNCTION)
    expect(page.get_by_role("button", name=words("Try"), exact=True)).to_have_count(0)
    look_at(tab, spoken)
