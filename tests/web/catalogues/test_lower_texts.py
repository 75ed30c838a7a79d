"""What lower rooms say is shown in the page's language."""

from __future__ import annotations

from answers.knowledge.reader import BROKE_OFF, GONE
from answers.knowledge.reading.unreadable import REASONS
from tests.fixtures_app import Service
from tests.web.visitor import signed_in
from web.catalogues import MOST_WITHIN, catalogue
from web.catalogues.lower_texts import all_lower_texts, lower_texts


def test_texts_with_values_become_patterns() -> None:
    source = 'raise NotFound(f"{org} has no {self.kinds[0].name}, or {b}", fix=FIX)\nFIX = "Look."'
    assert list(lower_texts(source)) == ["%(org)s has no %(name)s, or %(b)s", "Look."]


def test_reasons_that_a_transcript_notes_are_found() -> None:
    source = 'emit(Gone, reason="it is gone")\nreset(sprint, run, f"no {text}")\nreason = "it woke"'
    assert sorted(lower_texts(source)) == ["it is gone", "it woke", "no %(text)s"]


def test_errors_of_every_area_are_found() -> None:
    found = all_lower_texts()
    assert "there is no organisation %(org)s" in found
    assert "Paste a working API key into the organisation's OpenAI settings." in found
    assert "The model for calls that do not name one." in found


def test_why_a_document_cannot_be_read_is_translated() -> None:
    said = catalogue("hi").said
    told = [text for why in (*REASONS.values(), BROKE_OFF, GONE) for text in why.values()]
    assert [text for text in told if said(text) == text] == []
    failed = "This document is found by its words alone: the provider took too long."
    assert said(failed).startswith("यह दस्तावेज़ ")


def test_a_value_keeps_its_own_words() -> None:
    said = catalogue("hi").said
    assert said("There is no organisation <b>x</b>") == "<b>x</b> नाम की कोई संस्था नहीं है"
    assert said("nobody ever said this") == "nobody ever said this"
    assert said("there is no organisation Home").startswith("Home "), "a word alone is a name"
    assert catalogue("en").said("there is no organisation x") == "there is no organisation x"


def test_sentences_within_each_other_are_translated_to_a_bound() -> None:
    text = "a name"
    for _ in range(60):
        text = f"there is no organisation {text}"
    said = catalogue("hi").said(text)
    assert said.count("नाम की कोई संस्था नहीं है") == 1 + MOST_WITHIN
    assert said.count("there is no organisation") == 59 - MOST_WITHIN


def test_an_error_is_read_in_the_page_s_language(service: Service) -> None:
    visitor = signed_in(service)
    page = visitor.get("/organisations/nobody/home", **{"Accept-Language": "hi"})
    assert "nobody नाम की कोई संस्था नहीं है" in page.text
    english = visitor.get("/organisations/nobody/home", **{"Accept-Language": "en"})
    assert "There is no organisation nobody" in english.text


def test_settings_fields_are_described_in_the_page_s_language(service: Service) -> None:
    service.organisation()
    page = signed_in(service).get(
        "/organisations/acme/settings/google_sheets", **{"Accept-Language": "hi"}
    )
    assert "निजी शीट पढ़ते हैं" in page.text
    assert "यह दोबारा कभी नहीं दिखाई जाती।" in page.text
