"""Errors on pages speak of what stands on the page, and lead there."""

from __future__ import annotations

import io

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import HTML, signed_in
from web.page_words import in_page_words, sentence

HOME = "/organisations/acme"


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("Check base_url.", "Check Address of the provider."),
        (
            "Save an api_key in the organisation's google_maps settings.",
            "Save an API key in the organisation's Google Maps settings.",
        ),
        (
            "Set is_active to true in the organisation's OpenAI settings.",
            "Switch Is active on in the organisation's OpenAI settings.",
        ),
        (
            "Save them on the settings page, or PUT /settings/<org>/whatsapp.",
            "Save them on the settings page.",
        ),
        (
            "These fields are wrong: api_key, name, expires_at",
            "These fields are wrong: API key, Name, Expires at",
        ),
        ("Check the address; GET /docs lists every path.", "Check the address."),
        ("GET /flows/<org> lists the flows.", "The page Flows lists the flows."),
        ("GET /knowledge/<org> lists the bases.", "The page Documents lists the bases."),
        (
            "GET /prompts/<org>/farmer_help lists the versions that it has.",
            "The prompt's page lists the versions that it has.",
        ),
        (
            "End the pause first: POST /conversations/<org>/<contact>/unpause.",
            "End the pause first.",
        ),
        ("<b>base_url_of_mine", "&lt;b&gt;base_url_of_mine"),
    ],
)
def test_names_of_fields_become_labels(service: Service, spoken: str, shown: str) -> None:
    with service.app.test_request_context():
        assert str(in_page_words(spoken)).replace("&#39;", "'") == shown


def test_a_field_is_linked_where_it_is_changed(service: Service) -> None:
    service.organisation(is_active=False, api_key="sk-proj-abcdefghijklmnop-wxyz")
    page = signed_in(service).post(
        f"{HOME}/functions/parse_via_chat_gpt", {"question_text": "Why?", "prompt": "Be kind."}
    )
    assert "Switch Is active on in the organisation's OpenAI settings" in page.text
    assert f'<a href="{HOME}/settings/openai#field-is_active">' in page.html
    api = service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    assert "is_active" in api.error["fix"], "the API keeps its names"


def test_an_import_names_the_file(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    visitor.get(f"{HOME}/flows")
    sent = {"csrf": visitor.csrf, "file": (io.BytesIO(b"\x89PNG\r\n"), "picture.png")}
    answer = visitor.client.post(f"{HOME}/flows", data=sent, headers={"Accept": HTML})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "The file picture.png: " in page
    assert "the file that Export flow gave you" in page


def test_a_wrong_id_shows_the_form_again(service: Service) -> None:
    service.organisation()
    page = signed_in(service).post(f"{HOME}/delete", {"confirm": "other"})
    assert page.status == 400
    assert "you typed a different id" in page.text
    assert f'action="{HOME}/delete"' in page.html
    assert '<details class="mt-2" open><summary>Delete the organisation' in page.html


def test_a_title_that_no_account_can_have_shows_the_form_again(service: Service) -> None:
    service.organisation()
    page = signed_in(service).post(f"{HOME}/settings/openai/accounts", {"title": "आशा"})
    assert page.status == 400
    assert '<details class="mt-2" open><summary>Add another account' in page.html


def test_an_error_page_leads_back(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    missing = f"{HOME}/logs/1-1"
    assert f'<a href="{HOME}">Back</a>' in visitor.get(missing).html
    came = visitor.get(missing, Referer=f"http://localhost{HOME}/logs")
    assert f'<a href="{HOME}/logs">Back</a>' in came.html


def test_a_long_answer_is_folded(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say("many words " * 400)
    typed = {"question_text": "Why?", "prompt": "Be kind."}
    page = signed_in(service).post(f"{HOME}/functions/parse_via_chat_gpt", typed)
    assert "open it to read all" in page.text
    assert '<details class="long-text">' in page.html
    assert "long-text" not in signed_in(service).get(f"{HOME}/logs").html


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("there is no such page", "There is no such page"),
        ("question_text is empty", "question_text is empty"),
        ("flow.json is empty", "flow.json is empty"),
    ],
)
def test_a_message_begins_with_a_capital_but_no_name_does(message: str, shown: str) -> None:
    assert sentence(message) == shown
