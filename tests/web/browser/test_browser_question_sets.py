"""Question sets in a real browser: edited like a sheet, and the whole way from a call in the log to
a better prompt that answers contacts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter

SETS = "/organisations/acme/question-sets"
QUESTION = "When do I sow wheat?"
LATER = 60_000  # milliseconds: runs and gates go on in the background
ROWS = (
    (2, "गेहूँ कब बोएँ?", "नवंबर", "Hindi"),
    (3, "How much seed do I need?", "40 kg", "English"),
)
RULE = "Always name the month."


@pytest.fixture
def service(jobs: JobsService) -> Service:
    return jobs.service


def obeys(body: dict[str, Any]) -> str:
    """Names the month where the prompt says so."""
    told = " ".join(str(one["content"]) for one in body["messages"] if one["role"] != "user")
    question, names_month = body["messages"][-1]["content"], RULE in told
    if "seed" in question:
        return "Use 40 kg of treated seed an acre."
    if question != QUESTION:
        return "गेहूँ नवंबर में बोएँ।" if names_month else "मिट्टी में नमी हो तब बोएँ।"
    return "Sow wheat in November." if names_month else "Sow wheat when the soil is moist."


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=words, exact=True).first.click()


def test_from_a_bad_answer_in_the_log_to_a_better_prompt_that_is_live(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    openai.say_by(obeys)
    service.organisation(openai)
    service.admin("POST", "/prompts/acme/farmer_help", {"text": "You help farmers."})
    service.admin("POST", "/prompts/acme/farmer_help/live", {"versions": {"1": 100}})
    asked = {"question_text": QUESTION, "saved_prompt": "farmer_help"}
    assert "moist" in service.call("parse_via_chat_gpt", asked).json["parsed_msg"]
    service.flush()
    enter(tab, service, "author", "en")
    page, began = tab.page, time.monotonic()

    follow(page, "Logs")
    page.locator("tbody tr a").first.click()
    follow(page, "Make a new question set of it")
    page.locator("#name").fill("Wheat")
    tab.check()
    press(page, "Make the question set")
    page.get_by_label("Must contain, row 1").fill("November")
    for row, question, word, language in ROWS:
        page.get_by_label(f"Question, row {row}").fill(question)
        page.get_by_label(f"Must contain, row {row}").fill(word)
        page.get_by_label(f"Language, row {row}").fill(language)
    page.get_by_label("Must contain, row 1").press("Control+Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_label("Question, row 3")).to_have_value(ROWS[1][1])
    tab.check()
    tab.pictures.mkdir(parents=True, exist_ok=True)
    page.locator("section", has=page.locator("#cases")).screenshot(
        path=tab.pictures / "question-set.png"
    )
    press(page, "Run it")
    failed = page.locator("article").filter(has_text=QUESTION)
    expect(failed.get_by_text("✗ failed").first).to_be_visible(timeout=LATER)
    expect(failed).to_contain_text("the answer lacks “November”")
    expect(page.get_by_text("✗ some failed")).to_be_visible(timeout=LATER)
    expect(page.get_by_role("button", name="Stop the run")).to_have_count(0, timeout=LATER)
    tab.check("run")

    failed.get_by_role("link", name="The call in the log").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("parse_via_chat_gpt")
    follow(page, "← Back to the run")
    follow(page, "Change the prompt")
    page.locator("#field-text").fill(f"You help farmers. {RULE}")
    press(page, "Save as version 2")
    expect(page.get_by_role("button", name="Put version 2 live for all")).to_be_visible()

    tab.open(f"{SETS}/wheat")
    page.locator("#field-prompt_version").select_option("2")
    press(page, "Run it")
    expect(page.get_by_text("✓ all passed")).to_be_visible(timeout=LATER)
    press(page, "Compare")
    expect(page.get_by_text("Better: 2, worse: 0, the same: 1.")).to_be_visible()
    tab.check("runs-compared")

    tab.open("/organisations/acme/prompts/farmer_help")
    page.locator("#question_set").select_option("wheat")
    gate = page.locator("form", has=page.locator("#question_set"))
    gate.get_by_role("button", name="Save").click()
    press(page, "Put version 2 live for all")
    expect(page.get_by_text("Version 2 answers all contacts.")).to_be_visible(timeout=LATER)
    seconds = time.monotonic() - began
    assert "November" in service.call("parse_via_chat_gpt", asked).json["parsed_msg"]
    tab.open(SETS)
    expect(page.get_by_text("the prompt farmer_help").last).to_be_visible()
    tab.check()
    print(f"\nfrom the log to live in {seconds:.1f} s")


def test_the_sheet_is_filled_with_the_keyboard(tab: Tab, service: Service) -> None:
    service.organisation()
    target = {"function": "parse_via_chat_gpt"}
    cases = [{"question": "One"}]
    service.admin("PUT", "/question-sets/acme/crops", {"target": target, "cases": cases})
    enter(tab, service, "author", "en")
    tab.open(f"{SETS}/crops")
    page = tab.page
    page.get_by_label("Question, row 1").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_label("Question, row 2")).to_be_focused()
    page.evaluate(
        "navigator.clipboard.writeText('Two\\tanswer two\\tx\\n\"Three\\nlines\"\\tanswer\\ty')"
    )
    page.keyboard.press("Control+v")
    expect(page.get_by_label("Right answer, row 3")).to_have_value("answer")
    page.get_by_label("Question, row 4").fill("Four")
    page.get_by_label("Question, row 5").fill("Five")
    expect(page.get_by_label("Question, row 6")).to_have_value("")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    found = service.admin("GET", "/question-sets/acme/crops").json["cases"]
    asked = ["One", "Two", "Three\nlines", "Four", "Five"]
    assert [case["question"] for case in found] == asked
    assert found[2]["checks"] == [{"contains": "y"}]
    tab.check()
