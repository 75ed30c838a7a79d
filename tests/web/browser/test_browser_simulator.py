"""The simulator in a real browser: a contact of one's own, a picture dropped in, a script saved."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from flows.definition.reading import read_export
from flows.play.script import ScriptPlayer
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in

SIMULATOR = "/organisations/acme/flows/greeting/simulator"
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DROP = """(form, content) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "dot.png", { type: "image/png" }));
  form.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def test_a_contact_a_dropped_picture_and_a_script(looked_at: Tab, service: Service) -> None:
    service.organisation()
    asking = {"id": "thank", "send": "Hello @contact.name of @contact.fields.village"}
    flow = {**GREETING, "nodes": [*GREETING["nodes"][:2], asking]}
    assert service.admin("POST", "/flows/acme", export(flow)).status == 200
    page = looked_at.page
    sign_in(looked_at)
    looked_at.open(SIMULATOR)
    page.get_by_text("Made-up contacts").click()
    page.get_by_label("Name", exact=True).fill("Ravi")
    page.get_by_label("Contact fields").fill("village = Rampur")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_label("Contact; choosing")).to_be_visible()
    page.get_by_label("Contact; choosing").select_option("Ravi")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".bubble")).to_have_count(1)
    expect(page.get_by_text("The flow waits at:")).to_be_visible()
    looked_at.check()
    page.locator("form[data-drop]").evaluate(DROP, DOT)
    expect(page.get_by_text("Hello Ravi of Rampur", exact=True)).to_be_visible()
    expect(page.locator(".bubble.in img")).to_be_visible()
    page.get_by_text("Made-up contacts").click()
    looked_at.check()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Save this conversation as a script").click()
    script = json.loads(Path(downloading.value.path()).read_text())
    exported = service.admin("GET", "/flows/acme/export?flow=greeting").body
    played = ScriptPlayer(read_export(exported), script).play()
    assert (played.differences, len(played.turns)) == ([], 2)
