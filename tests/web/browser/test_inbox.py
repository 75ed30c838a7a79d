"""The inbox in a real browser, as an expert has it on a phone held in one hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from answers.inbox.inbox import Inbox
from answers.inbox.item import UNDELIVERED, SaidBefore
from tests.answers.inbox.items import asked
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in

INBOX = "/organisations/acme/inbox"
QUESTION = "I am Asha. How much urea does one acre of wheat need?"
GENERAL = "How much urea does one acre of wheat need?"
ANSWER = "45 kg, in two parts: at sowing and after three weeks."
ASKING = {
    "question_text": QUESTION,
    "context": "Grows wheat on two acres",
    "contact": {"id": "919812345678", "name": "Asha Patil", "language": "Hindi"},
    "flow": {"id": "7", "name": "Farm advice"},
}
THUMB = 44  # pixels
SMALL = """() => [...document.querySelectorAll("main .btn, main summary, main .form-check-label")]
  .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.textContent)"""


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Iterator[Service]:
    service.organisation(openai)
    assert service.admin("PUT", "/settings/acme/answers", {"is_active": True}).status == 201
    jobs = JobsService(service)
    jobs.start_worker()
    yield service
    jobs.stop_worker()


def expert(service: Service, label: str = "Meera") -> str:
    body = {"scope": "expert", "label": label}
    return str(service.operator("POST", "/settings/acme/tokens", body).json["token"])


def on_phone(tab: Tab, service: Service) -> Page:
    tab.page.set_viewport_size({"width": 360, "height": 740})
    sign_in(tab, expert(service))
    return tab.page


def test_an_expert_answers_on_a_phone_and_the_bot_learns_it(
    tab: Tab, acme: Service, openai: FakeOpenAI
) -> None:
    page = on_phone(tab, acme)
    expect(page.get_by_text("Nothing waits for a person.")).to_be_visible()
    tab.check("inbox-empty")
    job = acme.call("ask_a_person", ASKING).json["job_id"]
    expect(page.locator("#items").get_by_text(QUESTION)).to_be_visible()
    expect(page.locator("#waiting")).to_have_text("1")
    expect(page.locator("#announce")).to_have_text("One question waits.")
    tab.check("inbox")
    assert page.evaluate(SMALL) == []
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("You have it.")).to_be_visible()
    tab.check("inbox-question")
    page.get_by_label("Your answer").fill(ANSWER)
    question = page.get_by_label("The question, as anybody may ask it")
    expect(question).to_be_hidden()
    page.get_by_label("Also answer this from now on").check()
    expect(question).to_have_value(QUESTION)
    question.fill(GENERAL)
    assert page.evaluate(SMALL) == []
    tab.check("inbox-answer")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("who asks this next gets it at once")).to_be_visible()
    expect(page.get_by_text("The flow that asked has the answer.")).to_be_visible()
    tab.check("inbox-answered")
    shown = acme.request("GET", f"/jobs/{job}", token=acme.tenant.webhook_token).json
    assert shown["result"]["response"] == ANSWER

    next_asked = acme.call("parse_via_chat_gpt", {"question_text": GENERAL})
    assert (next_asked.status, next_asked.json["source"]) == (200, "approved"), next_asked.body
    assert ANSWER in next_asked.body.decode()
    assert openai.requests == []


def test_two_experts_answer_at_once(tab: Tab, acme: Service) -> None:
    ticket = acme.call("ask_a_person", ASKING).json["ticket_id"]
    page = on_phone(tab, acme)
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_label("Your answer").fill("50 kg.")
    body = {"answer": ANSWER}
    other = acme.request("POST", f"/inbox/acme/{ticket}/answer", body, token=expert(acme, "Ravi"))
    assert other.status == 200
    expect(page.locator("#chat")).to_contain_text(ANSWER)  # it comes while the page is open
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Ravi answered this before you")).to_be_visible()
    expect(page.get_by_text("50 kg.")).to_be_visible()
    tab.complaints.clear()  # of the status 409
    tab.check("inbox-late")


def test_every_kind_in_light_dark_and_on_a_phone(looked_at: Tab, acme: Service, look: str) -> None:
    said = (
        SaidBefore("contact", "नमस्ते", "2026-11-28T10:00:00Z"),
        SaidBefore("bot", "Welcome to Farm advice. What can I do for you?", "2026-11-28T10:00:05Z"),
        SaidBefore("contact", "मेरी फ़सल पीली पड़ रही है, क्या करूँ?", "2026-11-28T10:01:00Z"),
    )
    intake = acme.app.extensions[Inbox.NAME].intake
    more = {
        "name": "Asha Patil",
        "flow_name": "Farm advice",
        "language": "hi",
        "way": {"kind": "conversation"},
    }
    first = intake.add("acme", asked("मेरी फ़सल पीली पड़ रही है, क्या करूँ?", said=said, **more)).id
    why = "the contact's number is not on WhatsApp"
    lost = asked("Your soil report is ready.", kind=UNDELIVERED, context=why, said=said[:1], **more)
    second = intake.add("acme", lost).id
    acme.call("ask_a_person", ASKING)
    sign_in(looked_at, expert(acme))
    looked_at.check(f"inbox-list-{look}")
    for name, item_id in (("question", first), ("lost", second)):
        looked_at.open(f"{INBOX}/{item_id}")
        looked_at.check(f"inbox-{name}-{look}")
    page = looked_at.page
    page.get_by_text("Close without an answer").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("closed by Meera")).to_be_visible()
    looked_at.check()


def test_in_hindi(tab: Tab, acme: Service) -> None:
    acme.call("ask_a_person", ASKING)
    page = on_phone(tab, acme)
    page.get_by_role("button", name="हिन्दी").click()
    expect(page.get_by_role("heading", name="इनबॉक्स")).to_be_visible()
    tab.check("inbox-hindi")
    tab.follow(QUESTION, exact=False)
    tab.check("inbox-question-hindi")
    page.get_by_label("आपका उत्तर").fill(ANSWER)
    page.get_by_role("button", name="उत्तर भेजें").click()
    expect(page.get_by_text("आपका उत्तर रास्ते में है।")).to_be_visible()
