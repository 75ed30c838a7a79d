"""The conversations in a real browser, as an expert has them on a phone, and a flow's funnel."""

from __future__ import annotations

from playwright.sync_api import Dialog, expect

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in

FLOW = "/organisations/acme/flows/greeting"


def test_an_expert_takes_a_conversation_over_on_a_phone(tab: Tab, service: Service) -> None:
    service.organisation()
    publish(service, GREETING)
    for number, name in enumerate(("Asha Patil", "Bina Rao", "Chitra Nair")):
        say(service, {"text": "hello", "contact": {"name": name}}, str(number))
    page = tab.page
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(tab, service.token("acme", "expert"))
    page.get_by_role("link", name="Conversations").first.click()
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    expect(page.locator("#conversations li")).to_have_count(3)
    tab.check()
    page.get_by_label("Words of the name").fill("rao")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#conversations li")).to_have_count(1)
    page.get_by_role("link", name="Bina Rao").click()

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. No flow runs")).to_be_visible()
    assert say(service, "I have <b>a question</b>", "1").json["messages"] == []
    expect(page.locator("#chat .bubble.in").last).to_contain_text("I have <b>a question</b>")
    chat = page.locator("#chat")
    assert chat.evaluate("one => one.scrollTop + one.clientHeight >= one.scrollHeight - 8")
    page.get_by_text("What is known of the contact").click()
    tab.check("conversation-phone")
    with page.expect_download() as export:
        page.get_by_role("link", name="Export everything as a file").click()
    assert export.value.suggested_filename == "1.json"
    page.get_by_role("button", name="Let flows go on").click()
    expect(page.get_by_text("Flows go on with the contact's next message.")).to_be_visible()
    assert texts(say(service, "Bina", "1")) == ["Hello Bina"]


def test_from_those_who_wait_to_a_forgotten_contact(tab: Tab, service: Service) -> None:
    service.organisation()
    publish(service, GREETING)
    for contact, name in (("7", "Asha Patil"), ("8", "Bina Rao"), ("9", "Chitra Nair")):
        say(service, {"text": "hello", "contact": {"name": name}}, contact)
    say(service, "Asha", "9")
    page = tab.page
    sign_in(tab)
    tab.open(f"{FLOW}/funnel")
    expect(page.get_by_role("row", name="@results.name 3")).to_contain_text("Other: 1")
    tab.check("funnel")
    page.set_viewport_size({"width": 390, "height": 844})
    tab.check()
    page.set_viewport_size({"width": 1100, "height": 760})
    tab.open(FLOW)
    page.get_by_role("link", name="2 waiting").click()
    expect(page.locator("#conversations li")).to_have_count(2)
    tab.check("conversations")
    tab.follow("Asha Patil", exact=False)
    tab.check()
    page.get_by_text("Forget the contact").click()
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    page.get_by_role("button", name="Forget").click()
    assert asked == ["Forget this contact for good?"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Everything about the contact was removed.")).to_be_visible()
    expect(page.locator("#conversations li")).to_have_count(2)
