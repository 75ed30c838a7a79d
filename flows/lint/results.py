"""Checks of results: used before they are set, or with keys that they never have."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from flows.definition.definition import Flow, Node
from flows.definition.inputs import declared_inputs
from flows.expressions import variables
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.lint.names import Names
from flows.lint.webhooks import body_of, is_function
from flows.model.action import Action

ALWAYS = frozenset(("flow_keyword", "parent", "child"))


@check
def results_are_set_before_use(target: LintTarget) -> Iterator[Issue]:
    """A result that no node before its use sets stays in the text as it is written.

    List results that the caller of the flow gives on a note titled `Inputs`.
    """
    if any(action.kind.sets_any for node in target.nodes for action in node.actions):
        return
    given = declared_inputs(target.flow)
    sets = {node.uuid: _set_at(node) for node in target.nodes}
    names = Names(chain(given, *sets.values()))
    before = _known_before(target, {uuid: names.set_of(found) for uuid, found in sets.items()})
    for node in target.nodes:
        if node.uuid not in target.graph.reachable:
            continue
        known = before[node.uuid] | names.set_of(given)
        for action in node.actions:
            yield from _unset(node, action.source, known, names)
            known |= names.set_of(set_by(action))
        yield from _unset(node, _operand(node), known, names)


def _unset(node: Node, value: Any, known: int, names: Names) -> Iterator[Issue]:
    for path in used(value):
        if path[1] not in ALWAYS and not names.have(known, path[1]):
            message = (
                f"Node {node.label} uses @results.{path[1][:60]}, which no node before it sets"
            )
            yield Issue(WARNING, message, node.uuid)


def _known_before(target: LintTarget, sets: Mapping[str, int]) -> dict[str, int]:
    """The results that may have been set before each node, on any path from the start."""
    before = dict.fromkeys(sets, 0)
    waiting = deque(before)
    while waiting:
        uuid = waiting.popleft()
        after = before[uuid] | sets[uuid]
        for following in target.graph.after[uuid]:
            if after & ~before[following]:
                before[following] |= after
                waiting.append(following)
    return before


def _set_at(node: Node) -> set[str]:
    found = {name for action in node.actions for name in set_by(action)}
    if node.router and node.router.result_name:
        found.add(node.router.result_name)
    return found


def set_by(action: Action) -> set[str]:
    return set(action.kind.sets(action)) - {""}


def used(value: Any) -> Iterator[list[str]]:
    """Paths under `@results` in a text, or in every text of an object."""
    if isinstance(value, str) and "@results." in value:
        for path in variables(value):
            parts = path.split(".")
            if parts[0] == "results" and len(parts) > 1:
                yield parts
    elif isinstance(value, dict):
        for one in value.values():
            yield from used(one)
    elif isinstance(value, list):
        for one in value:
            yield from used(one)


def inputs_of(flow: Flow) -> list[str]:
    """The results that the caller of a flow must give: declared inputs, and results that it uses
    and never sets.
    """
    declared = declared_inputs(flow)
    own = Names(chain(declared, *map(_set_at, flow.nodes.values())))
    asked = {
        path[1]: None
        for node in flow.nodes.values()
        for source in (*(action.source for action in node.actions), _operand(node))
        for path in used(source)
    }
    unset = (one for one in asked if one not in ALWAYS and not own.have(own.all, one))
    return [*declared, *unset]


def _operand(node: Node) -> str:
    """The text that a split tests; a wait, or a node with an action, tests something else."""
    is_split = node.router and not node.actions and not node.router.wait
    return node.router.operand if node.router and is_split else ""


@check
def webhook_results_have_the_key(target: LintTarget) -> Iterator[Issue]:
    """A webhook's answer has only the keys that its function documents, and no text of its own."""
    keys = _keys_by_result(target)
    for node in target.nodes:
        for path in used([*(action.source for action in node.actions), _operand(node)]):
            function, known = keys.get(path[1], ("", None))
            if known is None:
                continue
            listed = ", ".join(sorted(known))
            if len(path) == 2:
                message = f"@results.{path[1]} is no text: use one of its keys, {listed}"
                yield Issue(CRITICAL, message, node.uuid)
            elif path[2] not in known and path[2] != "inserted_at":
                message = (
                    f"@results.{path[1]}.{path[2][:60]}: '{function}' never returns "
                    f"'{path[2][:60]}'; it returns {listed}"
                )
                yield Issue(CRITICAL, message, node.uuid)


def _keys_by_result(target: LintTarget) -> dict[str, tuple[str, frozenset[str] | None]]:
    """Names of results that only known functions set: a function's name and all possible keys."""
    found: dict[str, tuple[str, frozenset[str] | None]] = {}
    for node in target.nodes:
        for action in node.actions:
            if not (action.kind.calls_webhook and is_function(action)):
                for name in set_by(action):
                    found[name] = ("", None)
                continue
            name, function = action.text("result_name"), action.text("url").strip()
            spec = (target.context.functions or {}).get(function)
            known = spec.results if spec else None
            if known is not None and "failure_status" in (body_of(action) or {}):
                known |= {"error"}  # failure_status can make a failure a 2xx answer
            if name in found:
                before = found[name][1]
                known = None if before is None or known is None else before | known
            found[name] = (function, known)
        if node.router and node.router.result_name:
            found[node.router.result_name] = ("", None)
    return found
