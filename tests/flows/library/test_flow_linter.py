"""Issues are found once for a revision among the same other flows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import fakeredis

from answers.prompts.store import PromptStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.store import SettingsStore
from flows.library.flow_linter import KEPT, FlowLinter
from flows.library.library import Library
from flows.lint import FunctionSpec
from tests.fixtures_app import FIRST_KEY
from tests.flows.building import export_of

SHEET = "https://docs.google.com/spreadsheets/d/1AbCdEf0123456789/edit"


class Retired:
    """No model is gone; `asked` counts the flows linted, each of which asks once."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, today: date) -> Mapping[str, str]:
        self.asked += 1
        return {}


def test_issues_are_found_once_while_the_library_is_the_same() -> None:
    retired, among = Retired(), Library({}, {})
    linter = FlowLinter({}, retired)
    (flow,) = export_of([{"uuid": "f", "nodes": [{"id": "n", "enter": "gone"}]}]).flows
    found = linter.issues("acme", flow, among)
    assert "Could not find Sub Flow: x" in [one.message for one in found]
    assert linter.issues("acme", flow, among) == found
    assert retired.asked == 1
    assert linter.issues("acme", flow, Library({}, {})) == found
    assert retired.asked == 2


def test_an_account_to_write_sheets_with_takes_its_issue_away() -> None:
    section: dict[str, str] = {}
    write = {"type": "link_google_sheet", "action_type": "WRITE", "row_data": ["x"], "url": SHEET}
    (flow,) = export_of([{"uuid": "f", "nodes": [{"id": "n", "ask": write}]}]).flows
    linter = FlowLinter(
        {}, Retired(), lambda org: Organisation(org, {"google_sheets": section}, {})
    )
    among = Library({}, {})

    def found(org: str) -> bool:
        issues = linter.issues(org, flow, among)
        return any(one.check == "sheets_are_written_by_an_account" for one in issues)

    assert found("acme")
    section["service_account"] = "{}"
    assert not found("acme"), "the settings changed, so it is linted again"
    section.clear()
    assert not found(""), "of no organisation, no settings are known"


def test_an_inbox_that_takes_what_was_not_found_takes_its_issue_away() -> None:
    section = {"not_found": False}
    ask = {"url": "filesearch-gpt", "result_name": "r", "body": "{}"}
    nodes: list[dict[str, Any]] = [
        {"id": "a", "webhook": ask, "success": "b"},
        {"id": "b", "split": "@results.r.found", "cases": [], "else": None},
    ]
    (flow,) = export_of([{"uuid": "f", "nodes": nodes}]).flows
    spec = FunctionSpec(frozenset(), results=frozenset(["found"]))
    linter = FlowLinter(
        {"filesearch-gpt": spec}, Retired(), lambda org: Organisation(org, {"inbox": section}, {})
    )
    among = Library({}, {})

    def found(org: str) -> bool:
        issues = linter.issues(org, flow, among)
        return any(one.check == "people_are_asked_what_was_not_found" for one in issues)

    assert found("acme")
    section["not_found"] = True
    assert not found("acme"), "the settings changed, so it is linted again"
    section.clear()
    assert not found("acme"), "an inbox takes it unless it is told not to"
    section["not_found"] = False
    assert not found(""), "of no organisation, no settings are known"


def test_a_prompt_that_changes_has_flows_linted_again() -> None:
    settings = SettingsStore(fakeredis.FakeRedis(), Cipher([FIRST_KEY]))
    prompts = PromptStore(settings.redis, settings.cipher, settings.changes, settings.trash)
    spec = FunctionSpec(fields=frozenset(["saved_prompt"]))
    body = {"saved_prompt": "farmer_help"}
    webhook = {"url": "ask", "result_name": "r", "body": json.dumps(body)}
    (flow,) = export_of([{"uuid": "f", "nodes": [{"id": "n", "webhook": webhook}]}]).flows
    retired, among = Retired(), Library({}, {})
    linter = FlowLinter({"ask": spec}, retired, settings.load, prompts)

    def found(org: str = "acme") -> list[str]:
        issues = linter.issues(org, flow, among)
        return [one.check for one in issues if one.check.startswith("saved_prompts")]

    assert found() == found() == ["saved_prompts_exist"]
    assert retired.asked == 1
    prompts.add("acme", "farmer_help", {"text": "Help."}, "me")
    assert found() == ["saved_prompts_are_live"]
    prompts.set_live("acme", "farmer_help", {1: 100}, "me")
    assert found() == []
    prompts.delete("acme", "farmer_help", "me")
    assert found() == ["saved_prompts_exist"]
    assert found("") == [], "of no organisation, no prompts are known"


def test_only_the_latest_flows_are_kept() -> None:
    retired, among = Retired(), Library({}, {})
    linter = FlowLinter({}, retired)
    nodes = [{"id": "n", "send": "hello"}]
    flows = [export_of([{"uuid": f"f{at}", "nodes": nodes}]).flows[0] for at in range(KEPT + 1)]
    for flow in flows:
        linter.issues("acme", flow, among)
    linter.issues("acme", flows[-1], among)
    assert retired.asked == KEPT + 1
    linter.issues("acme", flows[0], among)
    assert retired.asked == KEPT + 2
