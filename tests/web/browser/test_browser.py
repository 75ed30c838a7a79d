"""The pages in a real browser: each page's main job, by mouse and by keyboard."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Dialog, expect

from flowhook.records.log_entry import LogEntry
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, Service
from tests.flows.talking import GREETING, export
from tests.web.browser.tab import Tab

ACME = "/organisations/acme"
OPENAI, TOKENS = "/settings/acme/openai", "/settings/acme/tokens"
LABELLED = {"scope": "webhook", "label": "Turn.io"}
FLOW = export(GREETING)
PATHS = (
    "/",
    "/organisations",
    ACME,
    f"{ACME}/flows",
    f"{ACME}/settings",
    f"{ACME}/settings/openai/accounts/second",
    f"{ACME}/settings/signature",
    f"{ACME}/settings/glific",
    f"{ACME}/settings/whatsapp",
    f"{ACME}/settings/google_maps",
    f"{ACME}/settings/limits",
    f"{ACME}/tokens",
    f"{ACME}/functions",
    f"{ACME}/functions/parse_via_chat_gpt",
    f"{ACME}/functions/generate_image",
    f"{ACME}/logs",
    f"{ACME}/usage",
)


def sign_in(tab: Tab, token: str = ADMIN_TOKEN) -> None:
    tab.open("/sign-in")
    tab.page.get_by_label("Token").fill(token)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()


def test_first_run(tab: Tab, openai: FakeOpenAI, service: Service) -> None:
    """From an empty service to the first answer and its log."""
    page = tab.page
    tab.open("/")
    expect(page).to_have_title("Sign in · Flowhook")
    tab.check("sign-in")
    sign_in(tab)

    page.get_by_role("link", name="Organisations").first.click()
    page.get_by_label("Organisation id").fill("school")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("has no API key yet")).to_be_visible()
    tab.check("first-steps")

    page.get_by_role("link", name="Save the OpenAI API key").click()
    page.get_by_label("API key").fill(openai.key)
    page.get_by_text("More settings: address").click()
    page.get_by_label("Address of the provider").fill(openai.base_url)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("The key works")).to_be_focused()

    model = page.get_by_label("Default model")
    model.focus()
    expect(page.locator("#models option[value='gpt-6-luna']")).to_have_count(1)
    model.fill("gpt-6-luna")
    page.get_by_label("Is active").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Is active")).to_be_checked()
    tab.check("settings")

    openai.say("Sunlight holds all colours; the air scatters blue the most.")
    page.get_by_role("link", name="Functions").click()
    page.get_by_role("link", name="parse_via_chat_gpt").click()
    page.get_by_text("More fields").click()
    page.locator("#field-gpt_model").focus()
    expect(page.locator("#models option[value='gpt-6-luna']")).to_have_count(1)
    page.get_by_text("More fields").click()
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("heading", name="Answered")).to_be_focused()
    expect(page.locator(".words")).to_contain_text("scatters blue the most")
    tab.check("try-a-function")

    service.flush()
    page.get_by_role("link", name="Show in the log").click()
    page.locator("#rows a").click()
    expect(page.locator("#response-json")).to_contain_text("scatters blue the most")
    openai.say("Because of the air.")
    page.get_by_label("Body (you can edit it)").fill('{"question_text": "Why is it blue?"}')
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".words")).to_contain_text("Because of the air.")
    tab.check("log")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Flowhook")


def test_a_failed_call_is_found_and_run_again(
    looked_at: Tab, look: str, service: Service, openai: FakeOpenAI
) -> None:
    """In light, in dark and on a phone; the pages that docs show are pictured."""
    fill(service, openai)
    sign_in(looked_at)
    wanted = ("light", "phone") if os.environ.get("SCREENSHOTS") else (look,)
    for name, path in (("home", ACME), ("usage", f"{ACME}/usage"), ("logs", f"{ACME}/logs")):
        looked_at.open(path)
        looked_at.check(f"{name}-{look}" if look in wanted else "")
    looked_at.open(f"{ACME}/logs?status=empty_input")
    looked_at.page.locator("#rows a").first.click()
    again = looked_at.page.get_by_role("button", name="Run again")
    expect(again).to_be_visible()
    looked_at.check()
    again.click()
    expect(looked_at.page.get_by_role("heading", name="Failed")).to_be_visible()
    looked_at.check()


def test_the_log_is_live(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    fill(service, openai)
    sign_in(tab)
    tab.open(f"{ACME}/logs?contact=new")
    expect(tab.page.locator("#rows tr")).to_have_count(0)
    tab.page.evaluate("window.sameDocument = true")
    service.call("get_buttons", {"buttons_data": "Yes|No", "contact_id": "new"})
    service.flush()
    expect(tab.page.locator("#rows tr")).to_have_count(1)
    expect(tab.page.locator("#announce")).to_have_text("One new call.")
    service.call("get_buttons", {"buttons_data": "Yes|No", "contact_id": "other"})
    service.call("get_buttons", {"buttons_data": "Yes|No", "contact_id": "new"})
    service.flush()
    expect(tab.page.locator("#rows tr")).to_have_count(2)
    assert tab.page.evaluate("window.sameDocument"), "no reload"


def test_a_flood_of_calls_leaves_no_gap_in_the_list(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    sign_in(tab)
    tab.open(f"{ACME}/logs")
    expect(tab.page.get_by_role("link", name="Older calls")).to_be_hidden()
    for _ in range(53):
        service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    expect(tab.page.locator("#rows tr")).to_have_count(50)
    tab.page.get_by_role("link", name="Older calls").click()
    expect(tab.page.locator("#rows tr")).to_have_count(4)


def test_calls_are_filtered_by_the_readers_own_time(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    """Kolkata is 5.5 hours ahead of UTC."""
    service.organisation(openai)
    at = datetime(2026, 11, 1, 12, 0, tzinfo=UTC).timestamp()
    service.background.recorder.record(LogEntry("acme", "get_buttons", "r", "ok", 200, 1.0, at))
    service.flush()
    sign_in(tab)
    tab.open(f"{ACME}/logs")
    stored = tab.page.locator("#rows time").get_attribute("datetime") or ""
    shown = datetime.fromisoformat(stored).astimezone(ZoneInfo("Asia/Kolkata"))
    typed = f"{shown:%Y-%m-%dT%H:%M}"
    tab.page.get_by_label("From", exact=True).fill(typed)
    tab.page.get_by_role("button", name="Filter").click()
    expect(tab.page.locator("#rows tr")).to_have_count(1)
    expect(tab.page.get_by_label("From", exact=True)).to_have_value(typed)
    assert tab.page.url.endswith(f"?from={stored[:16].replace(':', '%3A')}")
    tab.page.get_by_label("To", exact=True).fill(f"{shown:%Y-%m-%dT}00:00")
    tab.page.get_by_role("button", name="Filter").click()
    expect(tab.page.get_by_text("No call of the whole log matches")).to_be_visible()


def test_lists_and_lights_renew_themselves(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    page = tab.page
    page.clock.install()
    sign_in(tab)
    changes = (
        ("/organisations", lambda: service.organisation(openai, "beta"), "beta"),
        (ACME, lambda: service.operator("PATCH", OPENAI, {"is_active": False}), "switched off"),
        (f"{ACME}/tokens", lambda: service.operator("POST", TOKENS, LABELLED), "Turn.io"),
        (f"{ACME}/flows", lambda: service.operator("POST", "/flows/acme", FLOW), "Greeting"),
    )
    for path, change, words in changes:
        tab.open(path)
        page.evaluate("window.sameDocument = true")
        expect(page.get_by_text(words)).to_have_count(0)
        change()
        page.clock.run_for(6_000)
        expect(page.locator("[data-renew]").get_by_text(words)).to_be_visible()
        assert page.evaluate("window.sameDocument"), "no reload"


def test_what_did_not_change_stays(tab: Tab, service: Service) -> None:
    """So that who is read the page, or marks a text, is not interrupted."""
    service.organisation()
    page = tab.page
    page.clock.install()
    sign_in(tab)
    tab.open(f"{ACME}/tokens")
    tokens = page.locator("#tokens")
    tokens.evaluate("part => { part.isSame = true; }")
    for _ in range(2):
        with page.expect_response("**/tokens"):
            page.clock.run_for(6_000)
    assert tokens.evaluate("part => part.isSame")


def test_a_list_whose_session_ended_asks_for_the_token(
    tab: Tab, service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    page = tab.page
    page.clock.install()
    sign_in(tab)
    for path in (f"{ACME}/logs", f"{ACME}/tokens"):
        tab.open(path)
        [key] = service.redis.keys("fh:session:*")
        service.redis.delete(key)
        page.clock.run_for(6_000)
        expect(page).to_have_title("Sign in · Flowhook")
        sign_in(tab)
    tab.complaints.clear()  # the 401 of the live list


def test_a_list_that_cannot_be_renewed_says_so(tab: Tab, service: Service) -> None:
    service.organisation()
    page = tab.page
    page.clock.install()
    sign_in(tab)
    tab.open(f"{ACME}/tokens")
    page.route("**/tokens", lambda route: route.abort())
    page.clock.run_for(6_000)
    expect(page.get_by_text("cannot be updated")).to_be_visible()
    page.unroute("**/tokens")
    page.clock.run_for(6_000)
    expect(page.get_by_text("cannot be updated")).to_be_hidden()

    tab.open(f"{ACME}/usage?from=never")
    with page.expect_response("**/usage?from=never"):
        page.clock.run_for(6_000)
    expect(page.get_by_text("Not a time")).to_be_visible()
    expect(page.get_by_text("cannot be updated")).to_be_hidden()
    tab.complaints.clear()


def test_a_new_token_is_copied_and_revoked(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    page = tab.page
    sign_in(tab)
    tab.open(f"{ACME}/tokens")
    page.get_by_label("Kind").select_option("webhook")
    page.get_by_label("Label").fill("Glific")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Copy: The token").click()
    expect(page.get_by_role("button", name="Copy: The token")).to_have_text("Copied")
    token = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("navigator.clipboard.writeText('nothing')")
    page.evaluate("navigator.clipboard.writeText = undefined")
    page.get_by_role("button", name="Copy: The token").click()  # as under plain http
    page.wait_for_function("async (it) => await navigator.clipboard.readText() === it", arg=token)
    assert service.call("get_buttons", {"buttons_data": "A|B"}, token=token).status == 200
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke Glific").click()
    expect(page.get_by_text("Revoked. The token")).to_be_visible()
    assert service.call("get_buttons", {"buttons_data": "A|B"}, token=token).status == 401


def test_a_link_fills_the_token_in_and_leaves_the_address(tab: Tab, service: Service) -> None:
    service.organisation()
    tab.open(f"/sign-in#{service.token('acme', 'viewer')}")
    assert "fh." not in tab.page.url
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("link", name="Deleted")).to_be_visible()


def test_changes_that_were_not_saved_are_not_left_unasked(tab: Tab, service: Service) -> None:
    service.organisation()
    sign_in(tab)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.page.on("dialog", accept)
    tab.open(f"{ACME}/settings/limits")
    tab.page.get_by_role("link", name="Flows").first.click()
    expect(tab.page.get_by_role("heading", name="Flows").first).to_be_visible()
    assert asked == []
    tab.open(f"{ACME}/settings/limits")
    tab.page.get_by_label("Concurrent calls").fill("5")
    tab.page.get_by_role("button", name="Save").first.click()
    expect(tab.page.get_by_text("Saved.")).to_be_visible()
    assert asked == []
    tab.page.get_by_label("Concurrent calls").fill("6")
    tab.page.get_by_role("link", name="Tokens").click()
    expect(tab.page.get_by_role("heading", name="Tokens")).to_be_visible()
    assert asked == ["beforeunload"]


def test_the_keyboard_is_enough(tab: Tab, service: Service) -> None:
    service.organisation()
    page = tab.page
    tab.open("/sign-in")
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type(ADMIN_TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Is everything working?")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Help on this").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="Organisations")).to_be_focused()


def test_the_api_has_a_page(tab: Tab) -> None:
    """Within its own Content-Security-Policy; read in light, in dark and on a phone."""
    page = tab.page
    tab.open("/docs")
    expect(page.get_by_role("heading", name="Flowhook")).to_be_visible()
    for method in ("get", "post", "put", "patch", "delete"):
        found = page.locator(f".opblock-{method} .opblock-summary-control").first
        for _ in range(600):  # operations are drawn as they come into sight
            if found.count():
                break
            page.mouse.wheel(0, 1000)
            page.wait_for_timeout(50)
        found.click()
        expect(page.locator(f".opblock-{method} .responses-wrapper").first).to_be_visible()
    tab.check()
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    tab.check()
    page.set_viewport_size({"width": 360, "height": 740})
    tab.check()


def test_script_in_a_text_never_runs(tab: Tab, service: Service, openai: FakeOpenAI) -> None:
    fill(service, openai)
    script = "\"'></textarea><script>window.ran=1</script><img src=x onerror='window.ran=1'>"
    openai.say(*[script] * 9)
    service.operator("PATCH", "/settings/acme/openai", {"system_prompt": script})
    body = {"question_text": script, "contact_id": script, "flow_id": script}
    service.call("parse_via_chat_gpt", body)
    service.flush()
    sign_in(tab)
    newest = service.operator("GET", "/logs/acme").json["logs"][0]["id"]
    for path in (*PATHS, f"{ACME}/logs/{newest}"):
        tab.open(path)
        assert tab.page.evaluate("window.ran") is None, path
    tab.open(f"{ACME}/logs?contact=live")
    service.call("parse_via_chat_gpt", {**body, "contact_id": "live", "flow_id": script})
    service.flush()
    expect(tab.page.locator("#rows tr")).to_have_count(1)
    tab.open(f"{ACME}/functions/parse_via_chat_gpt")
    tab.page.get_by_label("question_text").fill(script)
    tab.page.get_by_role("button", name="Try").click()
    expect(tab.page.locator(".words")).to_contain_text("window.ran")
    assert tab.page.evaluate("window.ran") is None


def fill(service: Service, openai: FakeOpenAI) -> None:
    """An organisation with something on each of its pages, in several scripts."""
    service.organisation(openai, default_model="gpt-4o-mini")
    service.operator("PUT", "/settings/acme/openai/accounts/second", {"is_active": False})
    service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 2000})
    service.operator("PUT", f"/settings/{'o' * 64}/openai", {"is_active": True})
    service.operator("POST", TOKENS, {"scope": "admin", "label": "l" * 100})
    texts = (
        "Why is the sky blue?",
        "आकाश नीला क्यों है?",
        "வானம் ஏன் நீலமாக உள்ளது?",
        "لماذا السماء زرقاء؟",
    )
    for number, text in enumerate(texts * 3):
        body = {"question_text": text, "contact_id": str(9100 + number), "flow_id": "Science help"}
        service.call("parse_via_chat_gpt", body)
    service.call("parse_via_chat_gpt", {"question_text": "", "contact_id": "9100"})
    service.call("parse_via_chat_gpt", {"question_text": "x", "gpt_model": "no-such-model"})
    service.call("get_buttons", {"buttons_data": "Yes|No|Later", "contact_id": "9102"})
    service.flush()
