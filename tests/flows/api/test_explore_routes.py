from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export, publish
from tests.flows.test_examples import FOLDER, NAMES

PATH = "/flows/acme/greeting/explore"


@pytest.fixture(autouse=True)
def _flows(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    publish(service, GREETING)


def test_the_newest_draft_is_explored_and_nothing_is_left(
    service: Service, openai: FakeOpenAI
) -> None:
    hook = {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": '{"question_text": "a"}'}
    more = {"id": "h", "webhook": hook, "success": "thank", "failure": None}
    nodes = [*GREETING["nodes"], more]
    nodes[1] = {**nodes[1], "else": "h"}
    draft = {**GREETING, "nodes": nodes}
    assert service.admin("POST", "/flows/acme", export(draft)).status == 200
    before = set(service.redis.scan_iter())
    found = service.admin("POST", PATH, {"personas": ["short"], "most": 10})
    assert found.status == 200
    assert found.json["coverage"] == {"nodes": [4, 4], "exits": [6, 6], "missed": []}
    assert found.json["is_whole"] is True
    assert {one["persona"] for one in found.json["proposals"]} == {"", "short"}
    assert set(service.redis.scan_iter()) == before
    assert not openai.requests


def test_a_proposal_is_a_case_of_a_question_set(service: Service) -> None:
    proposals = service.admin("POST", PATH).json["proposals"]
    cases = [
        {"id": f"c{at}", "turns": one["turns"], "checks": [{"reaches": one["reaches"][0]}]}
        for at, one in enumerate(proposals)
    ]
    stored = service.admin(
        "PUT", "/question-sets/acme/explored", {"target": {"flow": "greeting"}, "cases": cases}
    )
    assert stored.status in (200, 201), stored.body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"personas": ["pirate"]}, "personas"),
        ({"most": 0}, "most"),
        ({"most": "7"}, "most"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(service: Service, body: Any, field: str) -> None:
    refused = service.admin("POST", PATH, body)
    assert refused.status == 400
    assert field in refused.error["fields"]


def test_a_flow_that_is_not_there(service: Service) -> None:
    assert service.admin("POST", "/flows/acme/nowhere/explore", {}).status == 404
    assert service.operator("POST", "/flows/other/greeting/explore", {}).status == 404


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_reached_whole_and_without_issues(service: Service, name: str) -> None:
    export = json.loads((FOLDER / f"{name}.json").read_text())
    imported = service.admin("POST", "/flows/acme", export)
    for flow in imported.json["flows"]:
        found = service.admin("POST", f"/flows/acme/{flow['uuid']}/explore").json
        assert found["coverage"]["missed"] == []
        assert [one for one in found["issues"] if one["severity"] == "Critical"] == []
