"""The job of each settings page, done by a person of each role, in English and in Hindi on a phone.

One service and one browser do for all: each test begins with its section deleted.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import fakeredis
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import create_app
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import secret_fields
from tests.fixtures_app import Service, make_config
from tests.flowhook.organisations.sections import WHOLE
from tests.web.browser.conftest import served
from tests.web.visitor import signed_in
from web.field_labels import CHOICES, LABELS, OF_FIELDS
from web.form_values import CHECKS, CHOICE, GROUP, ROWS, SECRET, SWITCH, TEXTS
from web.forms import FormField, form_fields
from web.language import translated

ORG = "7"  # a number, so that Glific can name it
OUTSIDE = {"base_url": "https://93.184.216.34/v1", "webhook_url": "https://93.184.216.34/hook"}
BODIES = {
    section: {name: OUTSIDE.get(name, value) for name, value in body.items()}
    for section, body in WHOLE.items()
}
ROLES = ("operator", "admin", "viewer")
REFUSED = ("author", "expert")
REFUSAL = "Ask the organisation's admin to do it, or for a token of another scope."
LANGUAGES = {"en": ("en-GB", 1100), "hi": ("hi-IN", 390)}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class House:
    """A service that is served, and the pages of those who signed in."""

    service: Service
    origin: str
    browser: Browser
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)

    def said(self, text: str, language: str) -> str:
        """A text as the pages say it in a language."""
        headers = {"Accept-Language": language}
        with self.service.app.test_request_context(headers=headers):
            return translated(text)

    def page(self, role: str, language: str) -> Page:
        if (role, language) not in self.pages:
            self.pages[role, language] = self._sign_in(role, language)
        return self.pages[role, language]

    def _sign_in(self, role: str, language: str) -> Page:
        locale, width = LANGUAGES[language]
        context = self.browser.new_context(
            locale=locale, viewport={"width": width, "height": 800}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        token = self.service.config.admin_token
        if role != "operator":
            token = self.service.token(ORG, role)
        page.goto(f"{self.origin}/sign-in")
        page.locator("input[name=token]").fill(token)
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


@pytest.fixture(scope="module")
def house(chromium: Browser) -> Iterator[House]:
    store, config = fakeredis.FakeRedis(), make_config()
    service = Service(create_app(config, store), store, config)
    service.organisation(org=ORG)
    with served(service) as origin:
        yield House(service, origin, chromium)
    service.close()


@pytest.mark.parametrize(
    ("section", "role", "language"), list(itertools.product(SECTIONS, ROLES, LANGUAGES))
)
def test_a_settings_page_does_its_job(house: House, section: str, role: str, language: str) -> None:
    path = f"/settings/{ORG}/{section}"
    house.service.operator("DELETE", path)
    if role == "viewer":
        assert house.service.operator("PUT", path, BODIES[section]).status == 201
    page = house.page(role, language)
    page.goto(house.origin + shown_at(section))
    assert page.evaluate("document.documentElement.lang") == language
    assert not page.evaluate(WIDE), "scrolls sideways"

    def said(text: str) -> str:
        return house.said(text, language)

    save = page.get_by_role("button", name=said("Save"), exact=True)
    if role == "viewer":
        expect(save).to_have_count(0)
        assert all(one.is_disabled() for one in inputs(page))
        assert_shown(page, section)
        return
    for one in form_fields(SECTIONS[section](), BODIES[section]):
        type_in(page, one, BODIES[section], said)
    save.click()
    expect(page.get_by_role("status").first).to_have_text(
        said("Saved. It takes effect within a second.")
    )
    assert not page.evaluate(WIDE), "scrolls sideways"
    assert_shown(page, section)
    stored = house.service.operator("GET", path).json
    secrets = secret_fields(SECTIONS[section])
    assert all(stored[f"has_{name}"] for name in secrets)
    plain = {name: value for name, value in BODIES[section].items() if name not in secrets}
    assert {name: stored[name] for name in plain} == plain


@pytest.mark.parametrize(("role", "language"), list(itertools.product(REFUSED, LANGUAGES)))
def test_whose_job_it_is_not_is_told_whom_to_ask(house: House, role: str, language: str) -> None:
    """The browser looks at one such page, for they are the same for every section."""
    page, told = house.page(role, language), house.said(REFUSAL, language)
    answer = page.goto(house.origin + shown_at(next(iter(SECTIONS))))
    assert answer is not None
    assert answer.status == 403
    assert page.evaluate("document.documentElement.lang") == language
    assert not page.evaluate(WIDE), "scrolls sideways"
    expect(page.get_by_role("alert")).to_contain_text(told)
    visitor = signed_in(house.service, house.service.token(ORG, role))
    for section in SECTIONS:
        shown = visitor.get(shown_at(section), Accept_Language=language)
        assert shown.status == 403, section
        assert told in shown.text


def shown_at(section: str) -> str:
    return f"/organisations/{ORG}/settings/{section}"


def inputs(page: Page) -> list[Locator]:
    return page.locator("form[data-unsaved] :is(input:not([type=hidden]), select, textarea)").all()


def assert_shown(page: Page, section: str) -> None:
    """What is stored stands in the form, but secrets."""
    for one in form_fields(SECTIONS[section](), BODIES[section]):
        assert_field_shown(page, one)


def assert_field_shown(page: Page, one: FormField) -> None:
    for part in one.parts:
        assert_field_shown(page, part)
    if one.kind not in (SECRET, SWITCH, ROWS, TEXTS, GROUP):
        assert value_of(page, one) == one.value, one.name
    if one.kind in (ROWS, TEXTS):
        rows = filled(one)
        shown = [[value_of(page, part) for part in row] for row in rows]
        assert sorted(shown) == sorted([part.value for part in row] for row in rows)


def value_of(page: Page, one: FormField) -> str:
    if one.kind == CHECKS:
        boxes = page.locator(f'[name^="{one.name}:"]:checked').all()
        return "\n".join(str(box.get_attribute("name")).partition(":")[2] for box in boxes)
    return page.locator(f'[name="{one.name}"]').input_value()


def filled(one: FormField) -> list[tuple[FormField, ...]]:
    """The rows that are not blank."""
    return [row for row in one.rows_of_fields if row[0].value]


def type_in(page: Page, one: FormField, body: Any, said: Callable[[str], str]) -> None:
    """Type a value into the field that a person finds by its label."""
    if one.kind == GROUP:
        for part in one.parts:
            type_in(page, part, {}, said)
    elif one.kind == TEXTS:
        type_texts(page, one)
    elif one.kind == ROWS:
        type_rows(page, one, said)
    elif one.kind == CHECKS:
        for choice in one.choices:
            words = OF_FIELDS.get(one.name, {}).get(choice) or CHOICES[choice]
            box = page.get_by_label(said(words), exact=True)
            box.set_checked(choice in one.value.split("\n"))
    else:
        type_value(page, one, body, said)


def type_texts(page: Page, one: FormField) -> None:
    """Type texts by name into the rows of a part that is folded."""
    for part in (cell for row in filled(one) for cell in row):
        unfold(page, part.name)
        page.locator(f"[name='{part.name}']").fill(part.value)


def unfold(page: Page, name: str) -> None:
    """Open what hides a field."""
    folded = page.locator(f"details:not([open]):has([name='{name}']) > summary")
    while folded.count():
        folded.first.click()


def type_rows(page: Page, one: FormField, said: Callable[[str], str]) -> None:
    for at, row in enumerate(filled(one)):
        for part in row:
            name = part.name.rpartition(".")[2]
            place = page.locator("fieldset fieldset fieldset").nth(at)
            place.get_by_label(said(LABELS[name])).first.fill(part.value)


def type_value(page: Page, one: FormField, body: Any, said: Callable[[str], str]) -> None:
    found = page.get_by_label(said(LABELS[one.name.rpartition(".")[2]]), exact=True)
    if "." in one.name:
        found = found.and_(page.locator(f"[name='{one.name}']"))
    unfold(page, one.name)
    if one.kind == SWITCH:
        found.set_checked(bool(one.value))
    elif one.kind == CHOICE:
        found.select_option(one.value)
    else:
        found.fill(body.get(one.name, "") if one.kind == SECRET else one.value)
