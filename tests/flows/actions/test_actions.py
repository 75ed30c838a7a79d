"""Every action, by cases beside this file: what one action does to one contact."""

from __future__ import annotations

from typing import Any

import pytest

from flows.model.action import actions
from flows.model.contact import Contact
from flows.play.script import ScriptPlayer, fits
from tests.flows.actions.cases import FOLDER, PLAYED
from tests.flows.building import export_of

WALKING = {"flow_started", "node_entered", "route_taken", "exit_taken", "flow_completed"}


@pytest.mark.parametrize(("kind", "case"), PLAYED)
def test_action(kind: str, case: dict[str, Any]) -> None:
    node: dict[str, Any] = {"id": "n", "actions": [{"type": kind, **case["action"]}]}
    if case.get("routed"):
        node = {"id": "n", "ask": {"type": kind, **case["action"]}}
        node |= {"success": "yes", "failure": "no"}
    ends = [
        {
            "id": name,
            "actions": [{"type": "set_run_result", "name": "end", "value": name, "category": ""}],
        }
        for name in ("yes", "no")
    ]
    localization = case.get("localization", {})
    flow = {"uuid": "f", "nodes": [node, *ends], "localization": localization}
    other = {"uuid": "other", "nodes": [{"id": "o", "send": "other flow"}]}
    export = export_of([flow, other], interactive_templates=case.get("templates", []))
    player = ScriptPlayer(export, {"turns": [], **case.get("world", {})})
    session = player.session
    session.contact = Contact.from_dict({"id": "7", "name": "Asha", **case.get("contact", {})})
    session.last_input = case.get("last_input")
    events = player.engine.start(session, "f", results=case.get("results"))
    shown = [one.as_dict() for one in events if one.type not in WALKING]
    ends_shown = [one for one in shown if one.get("name") == "end"]
    shown = [one for one in shown if one not in ends_shown]
    stated = case["events"]
    assert [one["type"] for one in shown] == [one["type"] for one in stated], shown
    for one, found in zip(stated, shown, strict=True):
        assert fits(one, found), found
    if case.get("routed"):
        assert [one["value"]["input"] for one in ends_shown] == [case["routed"]]
    assert fits(case.get("contact_after", {}), session.contact.as_dict()), session.contact


def test_every_action_has_cases() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(actions.names())
