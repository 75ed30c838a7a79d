"""Checks that results are set before they are used."""

from __future__ import annotations

import difflib
import re
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from flowhook.variable_names import NAME
from flows.definition.definition import Flow, Node
from flows.definition.inputs import declared_inputs
from flows.expressions import variables
from flows.lint import WARNING, Issue, LintTarget, check
from flows.lint.names import Names
from flows.lint.texts import (
    MAX_USES,
    NodeText,
    did_you_mean,
    lost,
    operand_of,
    texts_of,
    variables_in,
)
from flows.model.action import Action

_NAME = re.compile(f"{NAME}+")
MAX_OFFERED = 300  # results among which the meant one is looked for
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
    for node, text, path, known in islice(_uses(target, before, names), MAX_USES):
        if path[1] in ALWAYS or names.have(known, path[1]):
            continue
        original = lost(text, target)
        hint = did_you_mean(original) if original else _hint(path, names.named(known))
        message = (
            f"Node {node.label} uses @results.{path[1][:60]}{text.place}, which no node before it "
            f"sets{hint}"
        )
        yield Issue(WARNING, message, node.uuid)


def _uses(
    target: LintTarget, before: Mapping[str, int], names: Names
) -> Iterator[tuple[Node, NodeText, list[str], int]]:
    """Each use of a result at a reachable node, with the results that are known there."""
    given = names.set_of(declared_inputs(target.flow))
    for node in target.nodes:
        if node.uuid not in target.graph.reachable:
            continue
        known = before[node.uuid] | given
        for action in node.actions:
            for text in texts_of(action, target):
                yield from ((node, text, path, known) for path in paths_in(text, target))
            known |= names.set_of(set_by(action))
        text = NodeText(operand_of(node))
        yield from ((node, text, path, known) for path in paths_in(text, target))


def paths_in(text: NodeText, target: LintTarget) -> Iterator[list[str]]:
    """Paths under `@results` in a text, as `used` gives them."""
    for path in variables_in(text.text, target) if "@results." in text.text else ():
        if path.startswith("results."):
            yield path.split(".")


def _hint(path: list[str], known: list[str]) -> str:
    """The result that was meant, of those that can be written as a variable."""
    some = islice(filter(_NAME.fullmatch, known), MAX_OFFERED)
    by_written = {(one if path[2:] else one.lower()): one for one in some}
    near = difflib.get_close_matches(path[1][:60], by_written, n=1, cutoff=0.75)
    return did_you_mean(".".join(["results", near[0], *path[2:]])) if near else ""


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
        for source in (*(action.source for action in node.actions), operand_of(node))
        for path in used(source)
    }
    unset = (one for one in asked if one not in ALWAYS and not own.have(own.all, one))
    return [*declared, *unset]
