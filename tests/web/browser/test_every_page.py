"""Every page, for everybody; found by walking the routes, so a new page is looked at by itself.

axe finds nothing serious in light or dark, and at 390 px, a phone's width, none scrolls sideways;
in Hindi, which changes texts and thereby widths alone, at 1280 px, a small laptop's, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from werkzeug.routing import Rule

from answers.inbox.inbox import Inbox
from answers.inbox.item import KINDS, SaidBefore
from answers.knowledge.progress import Progress
from answers.knowledge.sealing import DocumentPlace
from answers.question_sets.runs.run import Plan
from answers.question_sets.runs.runner import Runner
from flowhook.organisations.schemas import SECTIONS
from service.answer_loop import AnswerLoop
from tests.answers.inbox.items import asked
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, Service
from tests.web.browser.tab import Tab
from tests.web.browser.test_browser import FLOW, fill, sign_in
from tests.web.visitor import Visitor, signed_in
from web.help_documents import documents
from webhooks.registry import load_functions

LONG = "Ein_sehr_langes_Wort_" * 12
BARE = "bare"
SET = "a_long_name_of_a_question_set_" * 2
BASE = "a_long_name_of_documents_" * 2
PROMPT = "a_long_name_of_a_prompt_" * 2
MISTAKES = ("/nowhere", "/webhooks/prompt", "/organisations/nobody", "/organisations?sort=nonsense")
SEARCHES = (
    "logs?status=failed",
    "logs?q=no+such+words",
    "logs?from=yesterday",
    "inbox?status=answered",
    "inbox?status=closed",
    "asked?show=nobody",
    f"answers/try?question={LONG}",
    f"knowledge/{BASE}/search?q={LONG}",
    "contacts?contact=7",
)
"""Pages that an organisation's filters and search fields lead to."""

OF_SETS = ("show", "export_cases", "show_run", "show_call", "compare_runs")

FILES = ("web.assets.kit", "web.assets.own", "web.help.screenshot")
EVERYWHERE = {"section": list(SECTIONS), "rest": ["nothing-here"]}

Values = Mapping[str, Sequence[str]]
"""What may stand for each argument of an address."""
Look = Callable[[Tab], list[str]]
"""Tells what is wrong with a page."""
NOTHING: Values = {
    "entry_id": ["1-1"],
    "uuid": ["none"],
    "node": ["none"],
    "contact": ["none"],
    "title": ["none"],
    "run_id": ["none"],
    "request_id": ["none"],
    "base": ["none"],
    "item_id": ["none"],
    "answer_id": ["none"],
}


PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 844}


@pytest.fixture(params=["en-GB"])
def phone(
    request: pytest.FixtureRequest, chromium: Browser, origin: str, tmp_path: Path
) -> Iterator[Tab]:
    """A screen in the fixture's language; colours change at once."""
    context = chromium.new_context(viewport=PHONE, locale=request.param, reduced_motion="reduce")
    tab = Tab(context.new_page(), origin, tmp_path)
    tab.page.set_default_timeout(20_000)
    yield tab
    context.close()


@pytest.fixture(scope="module")
def coloured() -> Look:
    """Looks in light and dark; at the colours of what all pages have in common once for all."""
    return partial(in_light_and_dark, looked_at=set())


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
    for text in (
        f"You help in {{{{district}}}}.\n{LONG}",
        f"You help in {{{{district}}}} now.\n{LONG}",
    ):
        saved = {"text": text, "note": LONG, "model": "gpt-6-luna", "temperature": 0.5}
        assert service.operator("POST", f"/prompts/acme/{PROMPT}", saved).status == 201
    service.operator("POST", f"/prompts/acme/{PROMPT}/live", {"versions": {"1": 80, "2": 20}})
    asked = {"target": {"function": "parse_via_chat_gpt"}, "cases": [{"question": LONG}]}
    assert service.operator("PUT", f"/question-sets/acme/{PROMPT}", asked).status == 201
    gate = {"question_set": PROMPT}
    assert service.operator("PUT", f"/prompts/acme/{PROMPT}/gate", gate).status == 201
    checked = service.operator("POST", f"/prompts/acme/{PROMPT}/live", {"versions": {"2": 100}})
    assert checked.status == 202
    documents_of(service)
    runs = question_set(service)
    service.call("parse_via_chat_gpt", {"question_text": LONG, **long})
    service.call(LONG[:60], {"question_text": "x"})
    guardrails(service)
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
        "run_id": runs,
        "request_id": ["none"],
        "base": [BASE],
        "item_id": waiting_items(service),
        "answer_id": approved(service),
    }


def guardrails(service: Service) -> None:
    """Guardrails with every field filled, though nothing is masked and no rule speaks."""
    rule = {"action": "tell"}
    settings = {
        "banned": {**rule, "words": [LONG[:100]]},
        "moderation": {**rule, "on": "both"},
        "topics": {**rule, "allowed": LONG},
        "replies": {"banned": {LONG[:64]: LONG}, "topics": {"hi": LONG}},
        "retention": {"logs_days": 30},
        "unmaskable": "send",
    }
    assert service.operator("PUT", "/settings/acme/guardrails", settings).status == 201


def documents_of(service: Service) -> None:
    """A base with a document that waits, and one that cannot be read."""
    assert service.operator("PUT", f"/knowledge/acme/{BASE}", {"title": LONG[:200]}).status == 201
    place = f"/knowledge/acme/{BASE}/documents"
    told = [
        service.operator("POST", place, {"title": LONG[:200], "text": f"{LONG} {number}"}).json
        for number in range(2)
    ]
    documents = service.app.extensions[AnswerLoop.NAME].documents
    (base,) = documents.bases.all_now("acme")
    progress = Progress(documents)
    failing = DocumentPlace("acme", base.id, told[0]["document_id"])
    progress.begin(failing, "reader")
    progress.fail(failing, "reader", LONG, LONG)


def approved(service: Service) -> list[str]:
    """An approved answer that is over; returns its id."""
    body = {"question": LONG, "also": [LONG[1:]], "answer": LONG, "language": "hi"}
    answer_id = service.operator("POST", "/answers/acme", body).json["id"]
    service.operator("PUT", f"/answers/acme/{answer_id}", {**body, "until": "2026-01-31"})
    return [answer_id]


def question_set(service: Service) -> list[str]:
    """A question set with a run that is over and one that waits; returns their ids."""
    checks = [{"contains": LONG}, {"judge": 3}, {"max_characters": 20}]
    cases = [
        {"id": LONG[:60], "question": LONG, "answer": LONG, "checks": checks, "must": True},
        {"turns": [LONG, "And then?"], "body": {"prompt": LONG}},
        {"question": "Short?"},
    ]
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": PROMPT}}
    put = service.operator("PUT", f"/question-sets/acme/{SET}", {"target": target, "cases": cases})
    assert put.status == 201, put.body
    runner = service.app.extensions[Runner.NAME]
    over, waiting = (runner.start("acme", Plan(SET, "", by=LONG[:60])) for _ in range(2))
    scores = [{"rule": "reference", "points": 2, "reason": LONG}]
    for place, (mark, passed) in enumerate((("f", False), ("u", None))):
        told = [{"check": one, "passed": passed, "why": LONG} for one in ("contains", "judge")]
        result = {
            **{"answer": LONG, "status": "ok", "passed": passed, "checks": told, "tokens": 12},
            **{"milliseconds": 12.5, "cost": None, "model": "gpt-6-luna", "request_id": "x"},
            **{"judgement": {"scores": scores, "why": ""}, "from_before": True, "at": 1.0},
        }
        for run in (over, waiting):
            runner.store.keep(run, place, mark, result)
    runner.store.stop(over, "it was stopped")
    runner.store.label(over, {0: "p"})
    return [over.id, waiting.id]


def waiting_items(service: Service) -> list[str]:
    """One of each kind in the inbox, and one each that was answered and closed."""
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    said = (SaidBefore("contact", LONG), SaidBefore(f"token 1 {LONG[:60]}", LONG))
    more = {"context": LONG, "name": LONG, "flow_name": LONG, "said": said, "contact": "7"}
    items = [  # each with words of its own, for a person who is asked takes the place of the same
        inbox.intake.add("acme", asked(f"{LONG} {kind}", kind=kind, **more)).id for kind in KINDS
    ]
    answered, closed = (inbox.intake.add("acme", asked(LONG, **more)).id for _ in range(2))
    inbox.assign("acme", items[0], f"token 1 {LONG[:60]}")
    inbox.answer("acme", answered, LONG, f"token 1 {LONG[:60]}")
    inbox.close("acme", closed, "operator")
    return [*items, answered, closed]


def test_no_page_is_hard_to_use_or_too_wide(
    phone: Tab, service: Service, openai: FakeOpenAI, coloured: Look
) -> None:
    values = full(service, openai)
    paths = [*pages(service, values, signed_in(service)), *found_in("acme"), *comparisons(values)]
    assert len(paths) > 100
    sign_in(phone)
    assert faults(phone, [*paths, *MISTAKES], look=coloured) == []


def test_no_page_of_an_organisation_with_nothing_is(
    phone: Tab, service: Service, coloured: Look
) -> None:
    service.operator("PUT", f"/settings/{BARE}/openai", {"is_active": False})
    shown = pages(service, {"org": [BARE], **NOTHING}, signed_in(service))
    paths = [*(path for path in shown if BARE in path), *found_in(BARE)]
    assert len(paths) > 30
    sign_in(phone)
    assert faults(phone, paths, look=coloured) == []


@pytest.mark.parametrize("phone", ["hi-IN"], indirect=True)
def test_no_page_is_hard_to_use_or_too_wide_in_hindi(
    phone: Tab, service: Service, openai: FakeOpenAI
) -> None:
    values = full(service, openai)
    paths = [path for path in pages(service, values, signed_in(service)) if "/help" not in path]
    paths += [*found_in("acme"), *comparisons(values)]
    phone.open("/sign-in")
    phone.page.locator("#token").fill(ADMIN_TOKEN)
    phone.page.locator("#token").press("Enter")
    expect(phone.page.locator("#token")).to_have_count(0)
    assert phone.page.locator("html").get_attribute("lang") == "hi"
    assert faults(phone, paths, look=on_phone_and_laptop) == []


def test_no_page_before_signing_in_is_hard_to_use_or_too_wide(
    phone: Tab, service: Service, coloured: Look
) -> None:
    paths = pages(service, {"org": ["nobody"], **NOTHING}, Visitor(service.app))
    shown = ["/sign-in", "/help", *MISTAKES, *itertools.islice(paths, 3)]
    assert faults(phone, shown, look=coloured) == []


def found_in(org: str) -> list[str]:
    return [f"/organisations/{org}/{search}" for search in SEARCHES]


def comparisons(values: Values) -> list[str]:
    """The page of two runs beside each other."""
    [run, *others] = values["run_id"]
    base = f"/organisations/acme/question-sets/{SET}/runs/{run}/compare?with="
    return [base + other for other in others]


def pages(service: Service, values: Values, visitor: Visitor) -> Iterator[str]:
    """The address of every page, each with every value; a route that answers none is left out."""
    own: dict[str, Values] = {
        "web.help.show": {"name": list(documents())},
        "web.functions.show": {"name": load_functions().names()},
        "web.saved_prompts.show": {"name": [PROMPT]},
        **{f"web.question_sets.{one}": {"name": [SET]} for one in OF_SETS},
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


def faults(tab: Tab, paths: Sequence[str], look: Look) -> list[str]:
    """What is wrong with the pages, each with its address."""
    found = []
    for path in paths:
        tab.open(path)
        found += [f"{path}: {fault}" for fault in look(tab)]
    return found


def in_light_and_dark(tab: Tab, looked_at: set[int]) -> list[str]:
    """What is wrong with the page in light, then in dark, where only colours change."""
    found = tab.faults() + tab.pale(looked_at)
    tab.page.emulate_media(color_scheme="dark")
    found += [f"in dark: {fault}" for fault in tab.pale(looked_at)]
    tab.page.emulate_media(color_scheme="light")
    return found


def on_phone_and_laptop(tab: Tab) -> list[str]:
    found = tab.too_wide()
    tab.page.set_viewport_size(LAPTOP)
    found += [f"on a laptop: {fault}" for fault in tab.too_wide()]
    tab.page.set_viewport_size(PHONE)
    return found
