"""Exports of RapidPro and TextIt are refused by name, with what they would need."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flows.definition.rapidpro import is_rapidpro
from flows.definition.reading import read_export
from tests.fixtures_app import Service
from tests.flows.building import definition_of

GREET: dict[str, Any] = {
    **definition_of(
        {"uuid": "greet", "nodes": [{"id": "hi", "send": "Hi @(upper(contact.name))"}]}
    ),
    "spec_version": "13.1.0",
    "language": "eng",
}
LEGACY: dict[str, Any] = {
    "base_language": "eng",
    "action_sets": [{"uuid": "a", "actions": [{"type": "reply", "msg": {"eng": "Hi @contact"}}]}],
    "rule_sets": [],
    "metadata": {"name": "Old"},
}


@pytest.mark.parametrize(
    "document",
    [
        {"version": "13", "site": "https://textit.example", "flows": [GREET], "campaigns": []},
        {"flows": [GREET]},
        {"version": 11, "flows": [LEGACY], "triggers": []},
        {"flows": [LEGACY]},
        {"version": 4, "flows": [{"flow_type": "F", "name": "Old", "definition": LEGACY}]},
        {"definition": LEGACY},
        {"version": "13", "flows": []},
        LEGACY,
    ],
)
def test_an_export_of_another_builder_is_named(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_export(document)
    assert caught.value.message.startswith("this is a RapidPro/TextIt export: to run here it would")
    assert "webhook nodes" in caught.value.fix


def test_what_it_would_need_is_named() -> None:
    nodes = [
        {
            "id": "born",
            "wait": {"result": "born"},
            "cases": [["has_date", [], "Date", None], ["has_any_word", ["no"], "No", None]],
        },
        {
            "id": "tell",
            "actions": [
                {"type": "send_email", "addresses": [], "body": "@fields.age @contact.name"},
                {"type": "send_msg", "text": "@child.results.x, @(now())"},
            ],
        },
    ]
    flow = {**definition_of({"uuid": "x", "nodes": nodes}), "spec_version": "14.4.0"}
    with pytest.raises(InvalidInput) as caught:
        read_export({"flows": [flow]})
    assert caught.value.message == (
        "this is a RapidPro/TextIt export: to run here it would need RapidPro's own rules for the "
        "start of a flow, results and words, expressions in @( ), the variables @child @fields, "
        "the tests has_date, the actions send_email"
    )


@pytest.mark.parametrize("keys", [{}, {"version": "13"}])
def test_a_glific_export_is_none(keys: dict[str, Any]) -> None:
    document = {"flows": [{"definition": GREET, "keywords": ["greet"]}], **keys}
    assert not is_rapidpro(document)
    assert [flow.uuid for flow in read_export(document).flows] == ["greet"]
    assert not is_rapidpro(GREET)
    assert not is_rapidpro({"flows": [{"uuid": "x", "nodes": []}]})


def test_the_service_says_so(service: Service) -> None:
    service.organisation()
    answer = service.admin("POST", "/flows/acme", {"version": "13", "flows": [GREET]})
    assert answer.status == 400
    assert "this is a RapidPro/TextIt export" in answer.json["error"]["message"]
    assert service.admin("GET", "/flows/acme").json["flows"] == []
