"""Results: used before they are set, or by keys they never have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from flows.actions import Action
from flows.definition import Flow, Node
from flows.expressions import variables
from flows.inputs import declared_inputs
from flows.lint import CRITICAL, WARNING, Issue, Look, check
from flows.lint.webhooks import is_function

ALWAYS = frozenset(("flow_keyword", "parent", "child"))
SETTING_ACTIONS = ("call_webhook", "link_google_sheet", "call_classifier")
MAX_NAME = 200  # characters; nobody writes the beginning of a longer one
MAX_NAMES = 5_000  # beyond it every name counts as set everywhere


@check
def results_are_set_before_use(look: Look) -> Iterator[Issue]:
    """A result that no node on any way here sets stays in the text as it is written.

    Results that whoever starts the flow gives are listed on a note titled `Inputs`.
    """
    if any(action.type == "wait_for_result" for node in look.nodes for action in node.actions):
        return
    names = Names(
        name for names in (*map(_set_at, look.nodes), declared_inputs(look.flow)) for name in names
    )
    before = _known_before(look, names)
    given = names.bits_of(declared_inputs(look.flow))
    for node in look.nodes:
        if node.uuid not in look.graph.reachable:
            continue
        known = before[node.uuid] | given
        for action in node.actions:
            yield from _unset(node, action.source, known, names)
            known |= names.bits_of(_set_by(action))
        if node.router and not node.actions and not node.router.wait:
            yield from _unset(node, node.router.operand, known, names)


class Names:
    """Results as bits of a number: a long flow has thousands of names, known at as many nodes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._bits = {name: 1 << place for place, name in enumerate(dict.fromkeys(names))}
        self._lowered: Counter[str] = Counter()
        for name, bit in self._bits.items():
            self._lowered[name.lower()] |= bit
        self._lengths = {len(name) for name in self._lowered if 0 < len(name) <= MAX_NAME}

    def bits_of(self, names: Iterable[str]) -> int:
        return reduce(or_, (self._bits[name] for name in names), 0)

    def answering(self, used: str) -> int:
        """Those that give `@results.<used>` a value: of the same name, or of its beginning."""
        beginnings = (used[:length] for length in self._lengths if length <= len(used))
        same = self._bits.get(used, 0)
        return reduce(or_, (self._lowered[one] for one in beginnings), same)


def _unset(node: Node, value: Any, known: int, names: Names) -> Iterator[Issue]:
    for path in used(value):
        name = path[1]
        if name in ALWAYS or known & names.answering(name):
            continue
        message = f"Node {node.label} uses @results.{name[:60]}, which no node before it sets"
        yield Issue(WARNING, message, node.uuid)


def _known_before(look: Look, names: Names) -> dict[str, int]:
    """For every node the results that some way from the start may have set.

    One walk along the ways: the nodes of a loop have what comes in and what any of them sets.
    """
    sets = {node.uuid: _set_at(node) for node in look.nodes}
    own = {uuid: names.bits_of(found) for uuid, found in sets.items()}
    if sum(map(len, sets.values())) > MAX_NAMES:
        return dict.fromkeys(own, reduce(or_, own.values(), 0))
    before = dict.fromkeys(own, 0)
    for group in look.graph.groups:
        after = reduce(or_, (before[uuid] | own[uuid] for uuid in group), 0)
        for uuid in group:
            for following in look.graph.after[uuid]:
                before[following] |= after
        if len(group) > 1:
            before.update(dict.fromkeys(group, after))
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
    known = Names(own.union(declared))
    return [*declared, *(name for name in asked if not known.answering(name))]


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
