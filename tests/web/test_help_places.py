from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowhook.organisations.schemas import SECTIONS
from tests.fixtures_app import Service
from tests.web.visitor import signed_in
from web.catalogues.marked_texts import template_paths
from web.help_documents import documents
from web.help_places import PLACES, TOPICS, help_place

ACME = "/organisations/acme"


def is_there(place: str) -> bool:
    name, _, anchor = place.removeprefix("/help/").partition("#")
    return anchor in {heading.id for heading in documents()[name].headings}


@pytest.mark.parametrize("blueprint", sorted(PLACES))
def test_every_place_is_there(blueprint: str) -> None:
    assert is_there(help_place(blueprint) or "")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_settings_section_has_its_heading(section: str) -> None:
    assert is_there(help_place("settings", section) or "")


def test_every_page_leads_to_its_paragraph(service: Service) -> None:
    service.organisation()
    service.admin("PUT", "/settings/acme/openai/accounts/x", {"is_active": False})
    visitor = signed_in(service)
    pages = {
        "/": "pages#for-the-operator",
        "/organisations": "pages#for-the-operator",
        ACME: "pages#first-steps",
        f"{ACME}/functions": "author#which-function-for-what",
        f"{ACME}/functions/get_buttons": "author#which-function-for-what",
        f"{ACME}/functions/filesearch-gpt/compare": "pages#compare-prompts",
        f"{ACME}/flows": "pages#flows",
        f"{ACME}/inbox": "pages#the-inbox",
        f"{ACME}/conversations": "pages#conversations",
        f"{ACME}/logs": "pages#why-did-the-bot-not-answer",
        f"{ACME}/usage": "pages#what-does-it-cost",
        f"{ACME}/settings": "admin#openai",
        f"{ACME}/settings/google_maps": "admin#google-maps",
        f"{ACME}/settings/openai/accounts/x": "admin#openai",
        f"{ACME}/tokens": "pages#tokens",
        f"{ACME}/audit": "pages#changes-and-deleted-things",
        f"{ACME}/trash": "pages#changes-and-deleted-things",
    }
    for path, place in pages.items():
        asked = re.findall(r'class="ask" href="([^"]+)"', visitor.get(path).html)
        assert asked[0] == f"/help/{place}", path


HEADING = re.compile(r'<h2 class="h5.*?</h2>')
NO_TOPIC = {"help.html", "macros.html"}  # the help itself, and the outcome of a call


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_topic_is_there_and_asked_for(topic: str) -> None:
    assert is_there(TOPICS[topic])
    assert any(f'ask_about("{topic}")' in path.read_text("utf-8") for path in template_paths())


@pytest.mark.parametrize("path", template_paths(), ids=lambda path: path.name)
def test_every_heading_within_a_page_leads_to_its_paragraph(path: Path) -> None:
    found = HEADING.findall(path.read_text("utf-8"))
    if path.name not in NO_TOPIC:
        assert [one for one in found if "{{ ask_about(" not in one] == []


def test_a_heading_within_a_page_has_its_link(service: Service) -> None:
    service.organisation()
    page = signed_in(service).get(f"{ACME}/functions/get_buttons")
    assert 'class="ask" href="/help/author#calling-a-function"' in page.html
