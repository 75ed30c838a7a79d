"""Documents in a real browser: dropped, read, searched, and found."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.answers.knowledge.library import FEES, SOWING
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser_author import enter

KNOWLEDGE = "/organisations/acme/knowledge"
LATER = 60_000  # milliseconds: documents are read in the background

DROP = """([target, files]) => {
  const data = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  document.querySelector(target).dispatchEvent(
    new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def service(jobs: JobsService) -> Service:
    return jobs.service


def drop(page: Page, target: str, files: dict[str, bytes]) -> None:
    """Let go of files above an element, as from a folder."""
    packed = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
    page.evaluate(DROP, [target, packed])


def test_documents_are_dropped_read_and_found(looked_at: Tab, service: Service, look: str) -> None:
    service.organisation()
    enter(looked_at, service, "author", "en")
    page = looked_at.page
    looked_at.follow("Documents")
    looked_at.check()
    page.get_by_label("What the documents are about").fill("Leaflets for mothers")
    page.get_by_role("button", name="Make the base").click()
    expect(page.get_by_text("The base is there.")).to_be_visible()
    looked_at.check()

    files = {
        "fees.md": FEES.encode(),
        "sowing.md": SOWING.encode(),
        "scan.pdf": b"%PDF-1.7 broken",
    }
    drop(page, "[data-upload]", files)
    uploads = page.locator("#uploads li")
    expect(uploads).to_have_count(3)
    expect(uploads.get_by_text("Sent.")).to_have_count(3)
    documents = page.locator("#documents")
    expect(documents.get_by_text("2 ready")).to_be_visible(timeout=LATER)
    expect(documents.get_by_text("1 cannot be read")).to_be_visible(timeout=LATER)
    looked_at.check()
    if look == "light":
        looked_at.pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=looked_at.pictures / "documents.png", full_page=True)
    drop(page, "[data-upload]", {"again.md": FEES.encode()})
    expect(uploads.last).to_contain_text("It is there already.")

    page.get_by_role("searchbox").fill("How much is the course fee?")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("These passages can hold the answer")).to_be_visible()
    expect(page.get_by_text("500 rupees")).to_be_visible()
    looked_at.check()
    page.get_by_role("link", name="← Leaflets for mothers").click()
    row = documents.locator("tr").filter(has_text="sowing.md")
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The document is deleted.")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_file_too_large_is_not_sent(tab: Tab, service: Service) -> None:
    service.organisation()
    service.admin("PUT", "/knowledge/acme/leaflets", {})
    enter(tab, service, "author", "hi")
    tab.open(f"{KNOWLEDGE}/leaflets")
    tab.page.locator("[data-upload]").evaluate("form => { form.dataset.most = 10; }")
    drop(tab.page, "[data-upload]", {"large.txt": b"x" * 11})
    expect(tab.page.locator("#uploads")).to_contain_text("यह फ़ाइल 20 MiB से बड़ी है।")
    tab.check()


def test_without_its_script_the_form_sends_files_itself(tab: Tab, service: Service) -> None:
    service.organisation()
    service.admin("PUT", "/knowledge/acme/leaflets", {})
    enter(tab, service, "author", "en")
    tab.page.route("**/upload.js", lambda route: route.fulfill(body=""))
    tab.open(f"{KNOWLEDGE}/leaflets")
    files: list[FilePayload] = [
        {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}
        for name, text in (("fees.md", FEES), ("sowing.md", SOWING))
    ]
    tab.page.locator("#file").set_input_files(files)
    tab.page.get_by_role("button", name="Send", exact=True).click()
    expect(tab.page.get_by_text("Sent. It is read now")).to_be_visible()
    expect(tab.page.locator("#documents tbody tr")).to_have_count(2)
