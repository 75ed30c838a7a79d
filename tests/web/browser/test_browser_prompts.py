"""A prompt's way in a real browser, in each language: from nine answers to contacts, and back."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, expect

from tests.fixtures_app import Service
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter, look_at, spoken
from web.catalogues import catalogue

__all__ = ["spoken"]

TEXT = "किसी जानकार से पूछें।"
PROMPTS = "/organisations/acme/prompts"


def press(page: Page, language: str, words: str, **values: object) -> None:
    """Press the button with these words and values."""
    name = catalogue(language).marked.gettext(words) % values
    page.get_by_role("button", name=name, exact=True).first.click()


def test_an_author_makes_a_prompt_and_changes_who_answers(
    tab: Tab, service: Service, spoken: str
) -> None:
    service.organisation()
    words, page = enter(tab, service, "author", spoken), tab.page
    tab.open(PROMPTS)
    look_at(tab, spoken)
    page.get_by_role("link", name=words("Make a prompt from nine questions")).click()
    page.locator("#field-who").fill("Asha")
    press(page, spoken, "Make the prompt")
    expect(page.locator("#field-audience")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#field-who")).to_have_value("Asha")
    tab.complaints.clear()  # of the answer 400
    page.locator("#field-audience").fill("Farmers in {{district}}")
    press(page, spoken, "Make the prompt")
    expect(page.locator("#made")).to_be_focused()
    look_at(tab, spoken)
    page.locator("#name").fill("Farmer Help")
    press(page, spoken, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("farmer_help")
    look_at(tab, spoken)
    press(page, spoken, "Put version %(number)s live for all", number=1)
    editor = page.locator("#field-text")
    editor.fill(editor.input_value() + f"\n{TEXT}")
    press(page, spoken, "Save as version %(number)s", number=2)
    expect(page.locator(".diff .in")).to_contain_text(TEXT)
    look_at(tab, spoken)
    press(page, spoken, "Put version %(number)s live for all", number=2)
    press(page, spoken, "Back to version %(number)s", number=1)
    expect(page.locator("tbody tr").nth(1).locator(".badge")).to_contain_text("100")
    assert service.admin("GET", "/prompts/acme/farmer_help").json["live"] == {"1": 100}


def test_what_was_typed_is_not_left_unasked(tab: Tab, service: Service) -> None:
    service.organisation()
    enter(tab, service, "author", "en")
    page = tab.page
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.open("/organisations/acme/new-prompt")
    page.locator("#field-text").fill("Be kind.")
    page.on("dialog", stay)
    page.get_by_role("link", name="Flows").click(no_wait_after=True)
    expect(page.locator("#field-text")).to_have_value("Be kind.")
    assert asked == ["beforeunload"]
