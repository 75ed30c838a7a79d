"""The data processing table, on its page and as CSV, and the document beside it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from flowhook.organisations.retention import KINDS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import signed_in
from web.privacy_pages import KEPT, WHAT
from web.processing import COLUMNS
from web.processing import KEPT as ALSO_KEPT
from webhooks.registry import load_functions

DOCS = Path(__file__).parents[2] / "docs" / "privacy.md"
PAGE = "/organisations/acme/privacy"


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    return service


def test_the_page_names_every_function_and_what_is_kept(acme: Service) -> None:
    page = signed_in(acme).get(PAGE)
    assert page.status == 200
    for function in load_functions():
        assert function.name in page.text
    assert "text to be spoken" in page.text
    assert "Conversations, after the last message until it is erased" in " ".join(page.text.split())


def test_it_follows_the_settings(acme: Service) -> None:
    acme.admin("PUT", "/settings/acme/guardrails", {"mask": ["phone"], "consent": "required"})
    page = signed_in(acme).get(PAGE).text
    assert "required before anything of a contact leaves" in page
    assert "refused" in page
    assert "Phone numbers" in page


def test_it_is_downloaded_as_csv(acme: Service) -> None:
    file = signed_in(acme).get(f"{PAGE}.csv")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="privacy-acme.csv"' in file.headers["Content-Disposition"]
    head, *lines = csv.reader(io.StringIO(file.html))
    assert tuple(head) == COLUMNS
    assert lines[0][:2] == ["provider", "openai"]
    assert ["kept", "logs", "", "", "", "", "", "30"] in lines
    assert {line[1] for line in lines if line[0] == "function"} == {
        one.name for one in load_functions()
    }


def test_whoever_reads_settings_sees_it(acme: Service) -> None:
    viewer = signed_in(acme, acme.token("acme", "viewer"))
    assert viewer.get(PAGE).status == 200
    assert signed_in(acme, acme.token("acme", "expert")).get(PAGE).status == 403


def test_everything_has_its_words() -> None:
    assert {name for name, _ in ALSO_KEPT} | set(KINDS) == set(KEPT)
    assert {one for function in load_functions() for one in function.leaves} == set(WHAT)


def test_the_document_tells_of_each_function_what_leaves() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| ([^|:]+)(?::[^|]*)? \|", DOCS.read_text(), re.MULTILINE)
    told = {name: set(sends.strip().split(", ")) for name, sends in rows}
    assert told == {one.name: set[str](one.leaves) or {"nothing"} for one in load_functions()}
