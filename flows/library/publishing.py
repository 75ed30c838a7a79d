"""Rules of publishing: drafts, the flows they enter, and the issues that prevent it."""

from __future__ import annotations

from typing import Any

from flowhook.errors import Conflict, NotFound
from flowhook.turns import in_turns
from flows.definition.definition import Export, Flow
from flows.library.flow_linter import FlowLinter
from flows.library.library import Library
from flows.library.store import FlowStore, no_flow
from flows.lint import CRITICAL, Issue


def issues_by_flow(
    linter: FlowLinter, org: str, export: Export, library: Library
) -> list[tuple[Flow, list[dict[str, str]]]]:
    """Lint each flow of an export; returns the flows with their issues."""
    beside, templates = export.flows, export.interactive_templates
    linted = in_turns(beside)
    issues = [linter.issues_of_import(org, one, library, beside, templates) for one in linted]
    return [
        (flow, [issue.as_dict() for issue in found])
        for flow, found in zip(export.flows, issues, strict=True)
    ]


def newest(store: FlowStore, org: str, uuid: str) -> tuple[Any, Flow]:
    """A flow's entry in the library and its newest draft. Raises NotFound."""
    entry = store.entry(org, uuid)
    flow = store.revisions.flow(org, uuid, entry.draft.revision)
    if flow is None:
        raise no_flow()
    return entry, flow


def with_subflows(store: FlowStore, org: str, uuid: str) -> list[str]:
    """The UUIDs of a flow and of all flows that it enters, directly or not. Raises NotFound."""
    found: list[str] = []
    waiting = [uuid]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        try:
            _, flow = newest(store, org, one)
        except NotFound:
            if one == uuid:
                raise
            continue  # the linter reports a missing sub-flow
        found.append(one)
        actions = [action for node in flow.nodes.values() for action in node.actions]
        entered = [entry for action in actions for entry in action.kind.enters(action)]
        waiting += [str(entry["uuid"]) for entry in entered if entry.get("uuid")]
    return found


def refuse_critical(issues: list[Issue]) -> None:
    """Raise Conflict, naming each node's problem, if an issue is Critical."""
    critical = [one for one in issues if one.severity == CRITICAL]
    if not critical:
        return
    fields: dict[str, list[str]] = {}
    for issue in critical:
        fields.setdefault(issue.node or "flow", []).append(issue.message)
    raise Conflict(
        f"the flow has Critical issues ({len(critical)}), the first: {critical[0].message}",
        fix="Correct them and import the flow again, or publish with ?force=true.",
        fields=fields,
    )
