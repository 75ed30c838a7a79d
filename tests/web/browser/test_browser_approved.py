"""Approved answers in a real browser: written, tried, brought in by drop, given to a contact."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, expect

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter
from tests.web.browser.test_browser_knowledge import drop

QUESTION = "When are the school fees due?"
ANSWER = "On the fifth of each month, at the office."
FILE = "question,answer,also\nWhen do I sow wheat?,In November.,Wheat sowing time\n"
ANSWERS = "/organisations/acme/answers"


@pytest.fixture(autouse=True)
def _is_used(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.admin("PUT", "/settings/acme/answers", {"is_active": True})


def test_an_answer_is_written_tried_and_given(
    looked_at: Tab, service: Service, openai: FakeOpenAI, look: str
) -> None:
    enter(looked_at, service, "expert", "en")
    page = looked_at.page
    looked_at.follow("Approved answers")
    looked_at.check()
    page.get_by_role("link", name="New answer").click()
    page.locator("#question").fill(QUESTION)
    page.get_by_label("Other ways to ask").fill(
        "last date of school fees\nschool ki fees kab deni hai"
    )
    page.locator("#answer").fill(ANSWER)
    looked_at.check()
    page.get_by_role("button", name="Approve it").click()
    expect(page.get_by_text("The answer is approved.")).to_be_visible()

    page.get_by_label("Question to try").fill("school fees due when")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("A contact who asks this gets this answer:")).to_be_visible()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    looked_at.check()
    given = service.call("parse_via_chat_gpt", {"question_text": "Last date of school fees?"})
    assert given.json["parsed_msg"] == ANSWER
    assert not openai.requests

    looked_at.open(ANSWERS)
    drop(page, "form.drop", {"answers.csv": FILE.encode()})
    expect(page.get_by_text("Imported. New: 1. Changed: 0.")).to_be_visible()
    service.flush()
    page.reload()
    expect(page.get_by_text("given once")).to_be_visible()
    looked_at.check()
    if look == "light":
        looked_at.pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=looked_at.pictures / "approved-answers.png", full_page=True)


def test_what_was_typed_is_not_left_unasked(tab: Tab, service: Service) -> None:
    added = service.admin("POST", "/answers/acme", {"question": QUESTION, "answer": ANSWER})
    enter(tab, service, "expert", "hi")
    tab.open(f"{ANSWERS}/{added.json['id']}")
    tab.page.locator("#answer").fill("On the sixth.")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.page.on("dialog", stay)
    tab.page.locator("nav.container-xl a").first.click(no_wait_after=True)
    expect(tab.page.locator("#answer")).to_have_value("On the sixth.")
    assert asked == ["beforeunload"]
    tab.check()
