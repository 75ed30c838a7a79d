"""Flows in a real browser: import, mend what is shown, publish, talk to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from demo.local_model import LocalModel
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in

EXAMPLE = Path(__file__).parents[3] / "examples" / "ask_gpt.json"
SCHOOL = EXAMPLE.with_name("school_helper.json")
FLOWS = "/organisations/acme/flows"


def test_a_flow_is_imported_mended_published_and_talked_to(
    tab: Tab, service: Service, local_model: LocalModel, tmp_path: Path
) -> None:
    """With the local model, which really answers."""
    service.operator(
        "PUT",
        "/settings/acme/openai",
        {
            "is_active": True,
            "api_key": "sk-local-model-for-tests",
            "base_url": local_model.base_url,
            "default_model": local_model.model,
            "model_aliases": {"gpt-6-luna": local_model.model},
        },
    )
    page = tab.page
    sign_in(tab)
    broken = tmp_path / "broken.json"
    text = EXAMPLE.read_text()
    broken.write_text(text.replace("@results.gpt_response.parsed_msg", "@results.gpt_answer.text"))
    assert broken.read_text() != text
    tab.open(FLOWS)
    page.get_by_label("Import flows").set_input_files(broken)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Imported as drafts")).to_be_focused()
    expect(page.get_by_text("gpt_answer").first).to_be_visible()
    page.get_by_role("link", name="Ask GPT").first.click()
    expect(page.locator(".node .issue")).not_to_have_count(0)
    tab.check("flow-issue")

    tab.open(FLOWS)
    page.get_by_label("Import flows").set_input_files(EXAMPLE)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("No issues.")).to_be_visible()
    page.get_by_role("link", name="Ask GPT").first.click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published.")).to_be_visible()

    page.get_by_role("link", name="Simulator").click()
    page.get_by_label("Pretend to call webhooks").uncheck()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".bubble")).to_have_count(1)
    page.get_by_role("button", name="Restart").click()
    expect(page.locator(".note")).to_have_count(1)
    expect(page.get_by_label("Pretend to call webhooks")).not_to_be_checked()
    page.get_by_label("Message, link").fill("What is the capital of France?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble")).to_have_count(3, timeout=60_000)
    expect(page.locator(".node.lit")).to_be_visible()
    expect(page.get_by_text("200 parse_via_chat_gpt")).to_be_visible()
    answer = page.locator(".bubble").nth(2).inner_text()
    assert len(answer.strip()) > 10
    tab.check("simulator")


def test_the_simulator_bears_a_lost_answer_and_the_keyboard(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    service.admin("POST", "/flows/acme", export({**GREETING, "localization": {"hi": {}}}))
    page = tab.page
    sign_in(tab)
    tab.open(f"{FLOWS}/greeting/simulator")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#announce")).to_have_text("Flow: What is your name?")
    say, send = page.get_by_label("Message, link"), page.get_by_role("button", name="Send")
    expect(say).to_be_focused()

    page.route("**/simulator", lambda route: route.abort())
    say.fill("Asha")
    send.click()
    expect(page.get_by_text("No answer came.")).to_be_visible()
    expect(send).to_be_enabled()
    expect(say).to_have_value("Asha")
    page.unroute("**/simulator")
    send.click()
    expect(page.locator(".bubble")).to_have_count(3)
    expect(page.get_by_text("No answer came.")).to_be_hidden()

    language = page.get_by_label("Contact's language")
    language.focus()
    page.keyboard.type("Hindi")
    expect(page.locator("option[value=hi][selected]")).to_have_count(1)
    expect(language).to_be_focused()
    tab.complaints.clear()  # the request that failed


def test_flows_are_for_everybody(
    looked_at: Tab, look: str, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    for example in (EXAMPLE, SCHOOL):
        assert service.admin("POST", "/flows/acme", json.loads(example.read_text())).status == 200
    flow = service.admin("GET", "/flows/acme").json["flows"][0]["uuid"]
    service.admin("POST", f"/flows/acme/{flow}/publish")
    for contact in ("a", "b"):
        service.admin("POST", f"/conversations/acme/{contact}/messages", {"flow": flow})
    sign_in(looked_at)
    looked_at.open(FLOWS)
    looked_at.check()
    looked_at.open(f"{FLOWS}/{flow}")
    expect(looked_at.page.get_by_text("2 waiting")).to_be_visible()
    expect(looked_at.page.locator("path.way")).not_to_have_count(0)
    looked_at.check(f"flow-{look}")
    looked_at.open(f"{FLOWS}/{flow}/simulator")
    looked_at.page.get_by_role("button", name="Start").click()
    expect(looked_at.page.locator(".bubble")).to_have_count(1)
    looked_at.check()


def test_cards_do_not_lie_on_one_another(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.admin("POST", "/flows/acme", json.loads(SCHOOL.read_text()))
    flow = service.admin("GET", "/flows/acme").json["flows"][-1]["uuid"]
    sign_in(tab)
    tab.open(f"{FLOWS}/{flow}")
    expect(tab.page.locator(".picture.drawn")).to_be_visible()
    boxes = [box for card in tab.page.locator(".node").all() if (box := card.bounding_box())]
    assert len(boxes) > 3
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart


def without_places() -> dict[str, Any]:
    document = export(GREETING)
    del document["flows"][0]["definition"]["_ui"]
    return document


def test_a_flow_without_places_is_laid_out(tab: Tab, service: Service) -> None:
    service.organisation()
    service.admin("POST", "/flows/acme", without_places())
    sign_in(tab)
    tab.open(f"{FLOWS}/greeting")
    expect(tab.page.locator("#picture.drawn .way").first).to_be_attached()
    tops = tab.page.locator(".node").evaluate_all("cards => cards.map((card) => card.offsetTop)")
    assert tops == sorted(set(tops)), "from top to bottom"


def test_a_flow_that_cannot_be_laid_out_stays_a_list(tab: Tab, service: Service) -> None:
    service.organisation()
    service.admin("POST", "/flows/acme", without_places())
    sign_in(tab)
    with tab.page.expect_event("requestfailed"):
        tab.page.route("**/layout.js", lambda route: route.abort())
        tab.open(f"{FLOWS}/greeting")
    expect(tab.page.locator(".picture:not(.drawn) .node")).to_have_count(3)
    tab.page.get_by_role("link", name="→ Hello @results.name").first.click()
    expect(tab.page.locator("#node-thank")).to_be_in_viewport()
    tab.complaints.clear()  # the layout that was not there


def test_long_answers_keep_the_pages_short(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    """31,500 characters, in the simulator and where a function is tried."""
    answer = ("The air scatters blue light. " * 1087)[:31_500]
    service.organisation(openai)
    service.admin("POST", "/flows/acme", json.loads(EXAMPLE.read_text()))
    flow = service.admin("GET", "/flows/acme").json["flows"][0]["uuid"]
    openai.say(answer, answer)
    page = tab.page
    sign_in(tab)
    tab.open(f"{FLOWS}/{flow}/simulator")
    page.get_by_label("Pretend to call webhooks").uncheck()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".bubble")).to_have_count(1)
    page.get_by_label("Message, link").fill("Why?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".long-text")).to_have_count(8)
    assert height(tab) < 2500
    page.locator(".long-text summary").first.click()
    expect(page.locator(".long-text .said").first).to_be_visible()
    assert height(tab) < 2500
    tab.open("/organisations/acme/functions/parse_via_chat_gpt")
    before = height(tab)
    page.get_by_role("button", name="Try").click()
    expect(page.locator(".beginning")).to_be_visible()
    assert height(tab) < before + 1500


def height(tab: Tab) -> int:
    return int(tab.page.evaluate("document.documentElement.scrollHeight"))
