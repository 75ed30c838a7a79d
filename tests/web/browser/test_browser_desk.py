"""The author's desk in a real browser: the drawing, a node's form, history, and the way back."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import sign_in

FLOW = "/organisations/acme/flows/greeting"
BODY = json.dumps({"question_text": "@results.name", "prompt": "Answer in Frnech."})
ASKING = {
    **GREETING,
    "nodes": [
        *GREETING["nodes"][:2],
        {"id": "thank", "send": "Hello @results.name", "to": "gpt"},
        {
            "id": "gpt",
            "webhook": {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": BODY},
        },
    ],
}


def test_a_wrong_prompt_is_found_mended_published_and_taken_back(
    tab: Tab, service: Service
) -> None:
    service.organisation()
    publish(service, ASKING)
    page = tab.page
    sign_in(tab)
    tab.open(FLOW)
    card = page.locator("[data-node=gpt]")
    expect(card).to_contain_text("prompt: Answer in Frnech.")
    card.get_by_role("link", name="Open").click()
    prompt = page.get_by_label("prompt", exact=True)
    prompt.fill("Answer @results.nam")
    expect(page.locator("#issues")).to_contain_text("@results.nam")
    prompt.fill("Answer in French, to ")
    page.get_by_text("Variables you can use here").click()
    prompt.press("End")
    page.get_by_role("button", name="@results.name", exact=True).click()
    expect(prompt).to_have_value("Answer in French, to @results.name")
    expect(page.locator("#issues")).not_to_contain_text("which no node before it sets")
    page.get_by_label("What changed, and why").first.fill("The language was misspelt")
    page.get_by_role("button", name="Save as draft").first.click()
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    tab.check("node")

    tab.open(f"{FLOW}/history")
    expect(page.get_by_text("The language was misspelt").first).to_be_visible()
    expect(page.locator("del")).to_have_text("Answer in Frnech.")
    expect(page.locator("ins")).to_have_text("Answer in French, to @results.name")
    tab.check("history")
    tab.open(FLOW)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published.")).to_be_visible()
    first = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"][-1]
    tab.open(f"{FLOW}/history")
    page.get_by_label("Go back to").select_option(str(first["revision"]))
    page.get_by_label("even with Critical issues").check()
    page.get_by_role("button", name="Publish this revision").click()
    expect(page.get_by_text("Published.")).to_be_visible()
    assert texts(say(service, "hello")) == ["What is your name?"]
    newest = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]
    assert [one["is_published"] for one in newest] == [False, True]


def test_two_prompts_are_compared_and_the_better_one_is_used(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    publish(service, ASKING)
    openai.say_by(lambda body: f"As told: {body['messages'][0]['content']}")
    page = tab.page
    sign_in(tab)
    tab.open(f"{FLOW}/nodes/gpt")
    page.get_by_role("link", name="Compare prompts").click()
    expect(page.get_by_label("Prompt A")).to_have_value("Answer in Frnech.")
    page.get_by_label("Prompt B").fill("Answer @results.name in French.")
    page.get_by_label("Questions, one a line").fill("Why is the sky blue?\nWhat is rain?")
    page.get_by_label("What the variables hold").fill("@results.name = Asha")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("As told: Answer in Frnech.")).to_have_count(2)
    expect(page.get_by_text("As told: Answer Asha in French.")).to_have_count(2)
    tab.check("compare")
    page.set_viewport_size({"width": 390, "height": 844})
    tab.check()
    page.get_by_role("button", name="Use B").click()
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    expect(page.get_by_label("prompt", exact=True)).to_have_value("Answer @results.name in French.")


def test_the_drawing_is_looked_around_in(tab: Tab, service: Service) -> None:
    service.organisation()
    nodes = [
        {"id": f"n{place}", "send": f"Text {place}", "to": f"n{place + 1}"} for place in range(40)
    ]
    flow = {"uuid": "greeting", "name": "Long", "nodes": [*nodes, {"id": "n40", "send": "End"}]}
    publish(service, flow)
    page = tab.page
    sign_in(tab)
    tab.open(FLOW)
    picture = page.locator("#picture.drawn")
    expect(picture.locator(".way")).to_have_count(40)
    tops = page.locator(".node").evaluate_all("cards => cards.map((card) => card.offsetTop)")
    assert tops == sorted(tops), "as drawn: from top to bottom"
    expect(page.locator(".map")).to_be_visible()
    find = page.get_by_label("Find a node")
    find.fill("text 33")
    find.press("Enter")
    expect(page.locator("[data-node=n33]")).to_be_in_viewport()
    expect(page.locator("[data-found]")).to_have_text("1 / 1")
    page.get_by_role("button", name="Whole flow").click()
    expect(page.locator(".map")).to_be_hidden()
    assert picture.evaluate("one => one.scrollHeight <= one.clientHeight")
    picture.focus()
    before = page.locator("[data-node=n0]").bounding_box()
    page.keyboard.press("+")
    after = page.locator("[data-node=n0]").bounding_box()
    assert before and after
    assert after["width"] > before["width"]
    page.keyboard.press("/")
    expect(find).to_be_focused()
    tab.check("drawing")
    page.set_viewport_size({"width": 390, "height": 844})
    tab.open(FLOW)
    expect(picture).to_be_visible()
    tab.check()
