"""Guardrails in a real browser: masking switched on, a text tried, a reply written and given."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, expect

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter

GUARDRAILS = "/organisations/acme/settings/guardrails"
SAVED = "Saved. It takes effect within a second."
REPLY = "कृपया शिष्ट भाषा में लिखें।"


def test_an_admin_masks_tries_and_replies(
    looked_at: Tab, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    enter(looked_at, service, "admin", "en")
    page = looked_at.page
    looked_at.open("/organisations/acme/settings")
    looked_at.follow("Guardrails")
    looked_at.check()
    page.get_by_label("Phone numbers", exact=True).check()
    save(page)
    try_text(page, "Call me at 98765 43210, please")
    tried = page.locator("#tried")
    expect(tried).to_be_focused()
    expect(tried.locator("mark").first).to_contain_text("98765 43210")
    expect(tried.locator("mark").last).to_contain_text("[PHONE_")
    looked_at.check()

    page.locator("#policy-banned > summary").press("Enter")
    rule = page.locator("#policy-banned")
    rule.get_by_label("What happens").select_option(label="The contact gets a reply of yours")
    rule.get_by_label("Your own words").fill("gutkha")
    rule.get_by_text("Add a reply").click()
    rule.get_by_label("Language").first.fill("Hindi")
    rule.get_by_label("Text", exact=True).first.fill(REPLY)
    looked_at.check()
    save(page)
    expect(page.locator("#policy-banned > summary .badge")).to_have_text(
        "The contact gets a reply of yours"
    )
    page.locator("#language").fill("Hindi")
    try_text(page, "Where is gutkha sold?")
    expect(page.locator("#tried-reply")).to_have_text(REPLY)
    looked_at.check()
    body = {"question_text": "Where is gutkha sold?", "contact": {"language": {"locale": "hi"}}}
    given = service.call("parse_via_chat_gpt", body)
    assert (given.json["parsed_msg"], given.json["guardrail"]) == (REPLY, "banned")
    assert not openai.requests
    service.flush()
    looked_at.open(GUARDRAILS)
    expect(page.locator("#counts tfoot")).to_contain_text("1")
    looked_at.check()


def test_what_was_ticked_is_not_left_unasked(tab: Tab, service: Service) -> None:
    service.organisation()
    enter(tab, service, "admin", "hi")
    tab.open(GUARDRAILS)
    tab.page.locator("#mask-aadhaar").focus()
    tab.page.keyboard.press("Space")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.page.on("dialog", stay)
    tab.page.locator("nav.container-xl a").first.click(no_wait_after=True)
    expect(tab.page.locator("#mask-aadhaar")).to_be_checked()
    assert asked == ["beforeunload"]
    tab.check()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_have_text(SAVED)


def try_text(page: Page, text: str) -> None:
    page.get_by_label("What a contact might write").fill(text)
    page.get_by_role("button", name="Try it", exact=True).click()
