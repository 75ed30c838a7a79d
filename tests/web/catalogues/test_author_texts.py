"""What the linter and the functions say is known in each language, whatever its values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.definition.reading import read_export
from flows.library.flow_linter import FlowLinter
from flows.library.library import EMPTY
from service.webhook_calls import function_specs
from tests.flows.talking import GREETING, export
from web.catalogues import ENGLISH, catalogue, languages
from web.catalogues.author_texts import function_texts
from webhooks.registry import load_functions

EXPORTS = Path(__file__).parents[2] / "flows" / "exports"
OTHERS = sorted(set(languages()) - {ENGLISH})


def issues() -> Iterator[str]:
    linter = FlowLinter({}, lambda _: {})
    known = FlowLinter(function_specs(load_functions()), lambda _: {"gpt-4": "gpt-6-luna"})
    broken = {
        **GREETING,
        "localization": {"hi": {}},
        "nodes": [
            {"id": "one", "send": "", "to": "two"},
            {"id": "two", "send": "@results.nam @contact.nmae <%= 1 %>", "to": "three"},
            {
                "id": "three",
                "webhook": {
                    "url": "parse_via_chat_gpt",
                    "body": '{"promt": "x"}',
                    "result_name": "gpt",
                },
            },
            {"id": "four", "webhook": {"url": "parse_via_gpt", "body": "{", "result_name": "x"}},
        ],
    }
    paths = [path for path in sorted(EXPORTS.glob("*.json")) if ".scripts" not in path.name]
    files = [json.loads(path.read_text("utf-8")) for path in paths]
    for one in (*files, export(broken)):
        for flow in read_export(one).flows:
            for found in (linter, known):
                yield from (issue.message for issue in found.issues_of_import("", flow, EMPTY))


@pytest.mark.parametrize("language", OTHERS)
def test_every_issue_of_many_flows_is_translated(language: str) -> None:
    messages = set(issues())
    assert len(messages) > 10
    said = catalogue(language).said
    assert [message for message in messages if said(message) == message] == []


@pytest.mark.parametrize("language", OTHERS)
def test_hints_are_translated_with_the_issue_that_holds_them(language: str) -> None:
    hints = [message for message in issues() if "did you mean" in message]
    assert hints
    said = catalogue(language).said
    assert [message for message in hints if "did you mean" in said(message)] == []


def test_every_function_is_described() -> None:
    texts = set(function_texts())
    assert all(function.page.strip().partition("\n")[0] in texts for function in load_functions())


def test_languages_and_groups_are_named_within_a_hindi_text() -> None:
    said = catalogue("hi").said
    issue = (
        "Node a1: the case for 'yes' is never reached (in Hindi), as an earlier one takes it ('y')"
    )
    assert "(हिंदी में)" in said(issue)
    assert said("add contact groups: Polio") == "समूह में जोड़ें: Polio"
    assert said("remove contact groups: Polio, Name").endswith(": Polio, Name")
    assert "remove" not in said("remove contact groups: Polio, Name")


def test_what_a_provider_wrote_stays_as_it_is() -> None:
    said = catalogue("hi").said("the provider rejected the request: the image is empty")
    assert said.endswith(": the image is empty")
    assert not said.startswith("the provider")
