"""The help in a real browser: searched while one types, and asked from a page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.fixtures_app import Service
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import ACME, sign_in


def test_the_help_narrows_while_one_types(tab: Tab) -> None:
    page = tab.page
    tab.open("/help")
    search = page.get_by_label("Search in the headings")
    search.press_sequentially("google SHEETS")
    expect(page.get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("heading", name="Flows")).to_be_visible()
    expect(page.get_by_role("heading", name="Decisions")).to_be_hidden()
    search.press_sequentially(" zz")
    expect(page.get_by_text("No heading has these words.")).to_be_visible()
    search.fill("")
    expect(page.get_by_role("heading", name="Decisions")).to_be_visible()
    search.fill("bot not answer")
    page.get_by_role("link", name="Why did the bot not answer?").click()
    expect(page.locator("#why-did-the-bot-not-answer")).to_be_in_viewport()


def test_a_question_mark_keeps_what_was_typed(tab: Tab, service: Service) -> None:
    service.organisation()
    page = tab.page
    sign_in(tab)
    tab.open(f"{ACME}/settings/google_maps")
    page.get_by_label("API key").fill("typed")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Help on this").click()
    expect(opened.value.locator("#google-maps")).to_be_in_viewport()
    expect(page.get_by_label("API key")).to_have_value("typed")


def test_the_sample_flow_is_one_button_away(tab: Tab, service: Service) -> None:
    service.organisation()
    sign_in(tab)
    tab.open(f"{ACME}/flows")
    tab.page.get_by_role("button", name="Import the sample flow").click()
    expect(tab.page.get_by_role("heading", name="Imported as drafts")).to_be_focused()
    tab.check()
