"""Every page, for everybody; found by walking the routes, so a new page is looked at by itself.

axe finds nothing serious in light or dark, and at 390 px, a phone's width, none scrolls sideways;
in Hindi at 1280 px, a small laptop's, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from werkzeug.routing import Rule

from flowhook.organisations.schemas import SECTIONS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, Service
from tests.web.browser.tab import ONLY_FAULTS, Tab
from tests.web.browser.test_browser import FLOW, fill, sign_in
from tests.web.visitor import Visitor, signed_in
from web.help_documents import documents
from webhooks.registry import load_functions

LONG = "Ein_sehr_langes_Wort_" * 12
BARE = "bare"
MISTAKES = ("/nowhere", "/webhooks/prompt", "/organisations/nobody", "/organisations?sort=nonsense")
OF_CALLS = ("?status=failed", "?q=no+such+words", "?from=yesterday")

ONLY_CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FILES = ("web.assets.kit", "web.assets.own", "web.help.screenshot")
EVERYWHERE = {"section": list(SECTIONS), "rest": ["nothing-here"]}

Values = Mapping[str, Sequence[str]]
"""What may stand for each argument of an address."""
NOTHING: Values = {
    "entry_id": ["1-1"],
    "uuid": ["none"],
    "node": ["none"],
    "contact": ["none"],
    "title": ["none"],
}


@pytest.fixture(params=[("en-GB", 390)], ids=str)
def phone(
    request: pytest.FixtureRequest, chromium: Browser, origin: str, tmp_path: Path
) -> Iterator[Tab]:
    """A screen of the fixture's language and width; colours change at once."""
    locale, width = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale=locale, reduced_motion="reduce"
    )
    tab = Tab(context.new_page(), origin, tmp_path)
    tab.page.set_default_timeout(20_000)
    yield tab
    context.close()


def full(service: Service, openai: FakeOpenAI) -> Values:
    """An organisation with something on each page, and words without a blank to break at."""
    fill(service, openai)
    service.operator("PATCH", "/organizations/acme", {"title": LONG[:120], "tags": ["pilot"]})
    service.operator("POST", "/flows/acme", FLOW)
    said = {"text": LONG, "contact": {"name": LONG[:200], "fields": {"village": LONG}}}
    for message in (
        {"flow": "greeting"},
        said,
        {"type": "image", "url": f"https://a.example/{LONG}"},
    ):
        assert service.operator("POST", "/conversations/acme/7/messages", message).status == 200
    long = {"contact": {"id": 1, "name": LONG}, "flow": {"id": 2, "name": LONG}}
    service.call("parse_via_chat_gpt", {"question_text": LONG, **long})
    service.call(LONG[:60], {"question_text": "x"})
    service.flush()
    listed = service.operator("GET", "/logs/acme").json["logs"]
    entries = [entry["id"] for entry in {one["status"]: one for one in listed}.values()]
    return {
        "org": ["acme"],
        "entry_id": entries,
        "uuid": ["greeting"],
        "node": ["ask", "wait"],
        "contact": ["7"],
        "title": ["second"],
    }


def empty(service: Service, openai: FakeOpenAI) -> Values:
    """An organisation that was only made."""
    service.operator("PUT", f"/settings/{BARE}/openai", {"is_active": False})
    return {"org": [BARE], **NOTHING}


@pytest.mark.parametrize("state", [full, empty])
def test_no_page_is_hard_to_use_or_too_wide(
    phone: Tab,
    service: Service,
    openai: FakeOpenAI,
    state: Callable[[Service, FakeOpenAI], Values],
) -> None:
    values = state(service, openai)
    paths = list(pages(service, values, signed_in(service)))
    (org,) = values["org"]
    paths += [f"/organisations/{org}/logs{query}" for query in OF_CALLS]
    assert len(paths) > 50
    sign_in(phone)
    assert faults(phone, [*paths, *MISTAKES]) == ""


@pytest.mark.parametrize("phone", [("hi-IN", 390), ("hi-IN", 1280)], ids=str, indirect=True)
def test_no_page_is_hard_to_use_or_too_wide_in_hindi(
    phone: Tab, service: Service, openai: FakeOpenAI
) -> None:
    values = full(service, openai)
    paths = [path for path in pages(service, values, signed_in(service)) if "/help" not in path]
    phone.open("/sign-in")
    phone.page.locator("#token").fill(ADMIN_TOKEN)
    phone.page.locator("#token").press("Enter")
    expect(phone.page.locator("#token")).to_have_count(0)
    assert phone.page.locator("html").get_attribute("lang") == "hi"
    assert faults(phone, paths) == ""


def test_no_page_before_signing_in_is_hard_to_use_or_too_wide(phone: Tab, service: Service) -> None:
    paths = pages(service, {"org": ["nobody"], **NOTHING}, Visitor(service.app))
    shown = ["/sign-in", "/help", *MISTAKES, *itertools.islice(paths, 3)]
    assert faults(phone, shown) == ""


def pages(service: Service, values: Values, visitor: Visitor) -> Iterator[str]:
    """The address of every page, each with every value; a route that answers none is left out."""
    own: dict[str, Values] = {
        "web.help.show": {"name": list(documents())},
        "web.functions.show": {"name": load_functions().names()},
        "web.prompts.show": {"name": ["parse_via_chat_gpt", "filesearch-gpt"]},
    }
    for rule in service.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.endpoint.startswith("web."):
            continue
        if rule.endpoint in FILES:
            continue
        for path in addresses(rule, {**EVERYWHERE, **values, **own.get(rule.endpoint, {})}):
            answer = visitor.get(path)
            if answer.headers["Content-Type"].startswith("text/html") and answer.html:
                yield path


def addresses(rule: Rule, values: Values) -> Iterator[str]:
    """The addresses of a route; a KeyError names an argument for which there is no value yet."""
    names = sorted(rule.arguments)
    for chosen in itertools.product(*(values[name] for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)))
        assert built is not None, rule
        yield built[1]


def faults(tab: Tab, paths: Sequence[str]) -> str:
    """What is wrong with the pages: in light, then in dark, where only colours change."""
    found = []
    for path in paths:
        tab.page.emulate_media(color_scheme="light")
        tab.open(path)
        if tab.page.evaluate(WIDE):
            found.append(f"{path} scrolls sideways")
        found += [f"{path}: {fault}" for fault in serious(tab, ONLY_FAULTS)]
        tab.page.emulate_media(color_scheme="dark")
        found += [f"{path} in dark: {fault}" for fault in serious(tab, ONLY_CONTRAST)]
    return "\n".join(found)


def serious(tab: Tab, options: dict[str, list[str]]) -> list[str]:
    violations = Axe().run(tab.page, options=options).response["violations"]
    return [
        f"{fault['id']} {fault['nodes'][0]['html'][:200]}"
        for fault in violations
        if fault["impact"] in ("serious", "critical")
    ]
