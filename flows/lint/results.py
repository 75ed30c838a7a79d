"""Results: used before they are set, or by keys they never have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.actions import Action
from flows.definition import Flow, Node
from flows.expressions import variables
from flows.inputs import declared_inputs
from flows.lint import CRITICAL, WARNING, Issue, Look, check
from flows.lint.webhooks import is_function

ALWAYS = frozenset(("flow_keyword", "parent", "child"))
SETTING_ACTIONS = ("call_webhook", "link_google_sheet", "call_classifier")
MAX_NAMES = 2_000


@check
def results_are_set_before_use(look: Look) -> Iterator[Issue]:
    """A result that no node on any way here sets stays in the text as it is written.

    Results that whoever starts the flow gives are listed on a note titled `Inputs`.
    """
    if any(action.type == "wait_for_result" for node in look.nodes for action in node.actions):
        return
    before = _known_before(look)
    given = set(declared_inputs(look.flow))
    for node in look.nodes:
        if node.uuid not in look.graph.reachable:
            continue
        known = before[node.uuid] | given
        for action in node.actions:
            yield from _unset(node, action.source, known)
            known |= _set_by(action)
        if node.router and not node.actions and not node.router.wait:
            yield from _unset(node, node.router.operand, known)


def _unset(node: Node, value: Any, known: set[str]) -> Iterator[Issue]:
    for path in used(value):
        name = path[1]
        if name in ALWAYS or any(_answers(one, name) for one in known):
            continue
        message = f"Node {node.label} uses @results.{name}, which no node before it sets"
        yield Issue(WARNING, message, node.uuid)


def _answers(result: str, name: str) -> bool:
    return name == result or (bool(result) and name.startswith(result.lower()))


def _known_before(look: Look) -> dict[str, set[str]]:
    """For every node the results that some way from the start may have set."""
    sets = {node.uuid: _set_at(node) for node in look.nodes}
    before: dict[str, set[str]] = {uuid: set() for uuid in sets}
    if sum(map(len, sets.values())) > MAX_NAMES:
        everything = set().union(*sets.values())
        return dict.fromkeys(before, everything)
    open_ends = list(before)
    while open_ends:
        uuid = open_ends.pop()
        after = before[uuid] | sets[uuid]
        for following in look.graph.after[uuid]:
            if not after <= before[following]:
                before[following] |= after
                open_ends.append(following)
    return before


def _set_at(node: Node) -> set[str]:
    found = {name for action in node.actions for name in _set_by(action)}
    if node.router and node.router.result_name:
        found.add(node.router.result_name)
    return found


def _set_by(action: Action) -> set[str]:
    key = "name" if action.type == "set_run_result" else "result_name"
    if action.type in ("set_run_result", *SETTING_ACTIONS):
        return {action.text(key)} - {""}
    return set()


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
    """What whoever starts a flow has to give: the inputs it declares, and results that it uses
    and never sets."""
    own = {name for node in flow.nodes.values() for name in _set_at(node)} | ALWAYS
    asked = {
        path[1]: None
        for node in flow.nodes.values()
        for source in (*(action.source for action in node.actions), _operand(node))
        for path in used(source)
    }
    declared = declared_inputs(flow)
    own |= set(declared)
    return [*declared, *(name for name in asked if not any(_answers(one, name) for one in own))]


def _operand(node: Node) -> str:
    return node.router.operand if node.router and not node.router.wait else ""


@check
def webhook_results_have_the_key(look: Look) -> Iterator[Issue]:
    """A webhook's answer has the keys its function documents, and no text of its own."""
    keys = _keys_by_result(look)
    for node in look.nodes:
        sources: list[Any] = [action.source for action in node.actions]
        if node.router and not node.actions and not node.router.wait:
            sources.append(node.router.operand)
        for path in used(sources):
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


def _keys_by_result(look: Look) -> dict[str, tuple[str, frozenset[str] | None]]:
    """Result names that only known functions set: a function's name and all possible keys."""
    found: dict[str, tuple[str, frozenset[str] | None]] = {}
    for node in look.nodes:
        for action in node.actions:
            if not (action.type == "call_webhook" and is_function(action)):
                for name in _set_by(action):
                    found[name] = ("", None)
                continue
            name, function = action.text("result_name"), action.text("url").strip()
            spec = (look.around.functions or {}).get(function)
            known = spec.results if spec else None
            if name in found:
                before = found[name][1]
                known = None if before is None or known is None else before | known
            found[name] = (function, known)
        if node.router and node.router.result_name:
            found[node.router.result_name] = ("", None)
    return found
