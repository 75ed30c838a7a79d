"""A contact's data in a real browser: from the conversation to consent, a file and an erasure."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter


def test_an_admin_does_what_a_contact_asks_for(looked_at: Tab, service: Service) -> None:
    service.organisation()
    publish(service, GREETING)
    say(service, {"text": "hello", "contact": {"name": "Asha Patil"}})
    enter(looked_at, service, "admin", "en")
    page = looked_at.page
    looked_at.open("/organisations/acme/conversations/7")
    looked_at.follow("The contact's data", exact=False)
    looked_at.check()
    page.get_by_label("What for, if you want to note it").fill("Answers by a model abroad")
    page.get_by_role("button", name="Record that they consented").click()
    expect(page.get_by_role("status").first).to_have_text("Recorded: the contact consented.")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    file = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert file["contact"] == "7"

    page.locator("#confirm").fill("7")
    page.locator("#confirm").press("Enter")
    expect(page.locator("#receipt-title")).to_be_focused()
    expect(page.locator("#receipt")).to_contain_text("Conversations: 1")
    looked_at.check()
    assert service.admin("GET", "/conversations/acme/7").status == 404
