"""Every lint check, by flows that deserve it; a sound flow gets no issue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fakeredis
import pytest

from answers.prompts.known_prompts import KnownPrompts
from answers.prompts.store import PromptStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flows.definition.interactive import Templates
from flows.definition.reading import read_flow
from flows.lint import FunctionSpec, LintContext, checks, lint
from tests.endless import ends
from tests.fixtures_app import FIRST_KEY
from tests.flows.building import definition_of, export_of

CASES = [
    case
    for path in sorted((Path(__file__).parent).glob("*.json"))
    for case in json.loads(path.read_text())
]
FUNCTIONS = {
    "parse_via_chat_gpt": FunctionSpec(
        fields=frozenset(
            (
                *("question_text", "prompt", "gpt_model", "model", "saved_prompt"),
                *("prompt_variables", "knowledge"),
            )
        ),
        required=frozenset(("question_text",)),
        results=frozenset(("success", "parsed_msg", "thread_id")),
    ),
    "open": FunctionSpec(fields=frozenset()),
    "filesearch-gpt": FunctionSpec(frozenset(("question",)), results=frozenset(("found",))),
    "ask_a_person": FunctionSpec(fields=frozenset(), asks_person=True),
}
SETS = ("groups", "contacts", "templates", "waiting_nodes", "knowledge")


def around_of(stated: dict[str, Any]) -> LintContext:
    known: dict[str, Any] = {
        name: frozenset(value) if name in SETS else value for name, value in stated.items()
    }
    if "interactive" in known:
        known["interactive"] = Templates(known["interactive"])
    if "prompts" in known:
        known["prompts"] = prompts_of(known["prompts"])
    return LintContext(functions=FUNCTIONS, **known)


def prompts_of(stated: dict[str, Any]) -> KnownPrompts:
    """Saved prompts, each with its `texts` and which of them went `live`, one after another."""
    settings = SettingsStore(fakeredis.FakeRedis(), Cipher([FIRST_KEY]))
    store = PromptStore(settings.redis, settings.cipher, settings.changes, settings.trash)
    for name, one in stated.items():
        for text in one["texts"]:
            store.add("acme", name, {"text": text}, "me")
        for split in one.get("live", ()):
            store.set_live("acme", name, {int(key): value for key, value in split.items()}, "me")
    return KnownPrompts(store, settings.load("acme"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['check']}: {case['note']}")
def test_check(case: dict[str, Any]) -> None:
    flow = export_of([case["flow"]]).flows[0]
    if "drawn" in case:
        flow = read_flow({**flow.source, "_ui": case["drawn"]})
    found = lint(flow, around_of(case.get("around", {})))
    mine = [[one.severity, one.message, one.node] for one in found if one.check == case["check"]]
    assert mine == case["issues"]
    assert all(one.as_dict()["node"] in {"", *flow.nodes} for one in found)


def test_every_check_has_a_case_that_finds_something() -> None:
    shown = {case["check"] for case in CASES if case["issues"]}
    assert set(checks.names()) | {"flow_is_empty"} == shown


def test_a_sound_flow_has_no_issue() -> None:
    nodes = [
        {"id": "ask1", "send": "Question, @contact.name?", "to": "hear"},
        {"id": "hear", "wait": {"result": "question"}, "else": "hook"},
        {
            "id": "hook",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "result_name": "gpt",
                "body": json.dumps({"question_text": "@results.question", "contact": "@contact"}),
            },
            "success": "tell",
            "failure": "fail",
        },
        {"id": "tell", "send": "@results.gpt.parsed_msg", "to": "hear"},
        {"id": "fail", "send": "Sorry", "to": "hear"},
    ]
    flow = export_of([{"uuid": "sound", "nodes": nodes}]).flows[0]
    assert lint(flow, around_of({"flows": {}, "groups": [], "keywords": {"menu": "m"}})) == []


def test_critical_issues_come_first() -> None:
    nodes = [{"id": "a", "send": "<%= 1 %>", "to": "gone"}]
    found = lint(export_of([{"uuid": "f", "nodes": nodes}]).flows[0])
    assert [one.severity for one in found] == ["Critical", "Warning"]


def test_a_large_flow_is_looked_through() -> None:
    """It took a minute when the results of every node were handed on as sets of names."""
    setting = {"type": "set_run_result", "value": "1", "category": ""}
    nodes: list[dict[str, Any]] = [
        {"id": f"n{at}", "actions": [{**setting, "name": f"r{at}"}], "to": f"n{at + 1}"}
        for at in range(1_900)
    ]
    nodes.append({"id": "n1900", "send": "@results.r0 @results.other"})
    found = lint(export_of([{"uuid": "f", "nodes": nodes}]).flows[0])
    assert [one.message for one in found] == [
        "Node 1900 uses @results.other, which no node before it sets"
    ]


def test_only_the_first_findings_of_a_check_are_told() -> None:
    nodes = [{"id": f"n{at}", "send": ""} for at in range(500)]
    found = lint(export_of([{"uuid": "f", "nodes": nodes}]).flows[0])
    assert sum(one.check == "messages_are_not_empty" for one in found) == 200


def test_a_long_flow_is_examined_whole() -> None:
    """Each node sets a result; one of them is used too soon, and another in time."""
    waits = [
        {"id": f"n{place}", "wait": {"result": f"answer_{place}"}, "else": f"n{place + 1}"}
        for place in range(2990)
    ]
    early = {"id": "early", "send": "@results.answer_7", "to": "n0"}
    late = {"id": "n2990", "send": "@results.answer_7"}
    found = lint(export_of([{"uuid": "f", "nodes": [early, *waits, late]}]).flows[0])
    mine = [one.node for one in found if one.check == "results_are_set_before_use"]
    assert mine == ["early"]


def test_a_name_without_end_is_answered_for_at_once() -> None:
    nodes = [
        {"id": "hear", "wait": {"result": "a"}, "else": "say"},
        {"id": "say", "send": "@results.a @results." + "b" * 199_000},
    ]
    found = lint(export_of([{"uuid": "f", "nodes": nodes}]).flows[0])
    mine = [one.message for one in found if one.check == "results_are_set_before_use"]
    assert mine == [f"Node say uses @results.{'b' * 60}, which no node before it sets"]


def test_a_wait_beside_the_router_does_not_wait() -> None:
    definition = definition_of({"uuid": "f", "nodes": [{"id": "hear", "wait": {}, "else": None}]})
    hear = definition["nodes"][0]
    hear["wait"] = hear["router"].pop("wait")
    found = lint(read_flow(definition))
    mine = [one.message for one in found if one.check == "splits_wait_for_what_they_test"]
    assert mine == [
        'Node hear does not wait for an answer, as its "wait" stands beside the router: it belongs '
        "into it"
    ]


def _many(pattern: str) -> str:
    return " ".join(pattern.format(at) for at in range(14_000))[:199_000]


def test_texts_full_of_variables_at_many_nodes_are_looked_through() -> None:
    """A template's translations stand at each node that sends it; each was read again there."""
    content = {"type": "quick_reply", "options": [{"title": "a"}]}
    pieces = {"type": "text", "text": _many("@results.q{0} @aq{0}.b")}
    translations = {str(number): {**content, "content": pieces} for number in range(1, 21)}
    template = {"source_id": 1, "label": "x", "translations": translations}
    ask = {"type": "send_interactive_msg", "id": 1, "name": "x"}
    nodes = [{"id": f"n{at}", "actions": [ask], "to": f"n{at + 1}"} for at in range(1_000)]
    flow = export_of([{"uuid": "f", "nodes": nodes}]).flows[0]
    with ends(60):
        found = lint(flow, around_of({"interactive": [template]}))
    assert {one.check for one in found} >= {"results_are_set_before_use"}


def test_routers_with_hundreds_of_cases_are_looked_through() -> None:
    cases = [["has_any_word", [f"w{at}"], f"C{at}", None] for at in range(700)]
    cases.append(["has_any_word", ["w1, w2"], "Late", None])
    cases.append(["has_any_word", ["w2"], "Dead", None])
    nodes: list[dict[str, Any]] = [
        {"id": f"n{at}", "wait": {}, "cases": cases, "else": None} for at in range(15)
    ]
    flow = export_of([{"uuid": "f", "nodes": nodes}]).flows[0]
    with ends(60):
        found = lint(flow)
    assert sum(one.check == "cases_are_reached" for one in found) == 15
