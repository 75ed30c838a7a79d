"""Checks of splits on whether the answer to a question was found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flows.definition.definition import Node
from flows.lint import WARNING, Issue, LintTarget, check
from flows.lint.names import Names
from flows.lint.results import paths_in, set_by
from flows.lint.texts import MAX_USES, NodeText, operand_of
from flows.lint.webhooks import is_function, specified

FOUND = "found"
_RESULT_AND_KEY = 3  # parts of @results.answer.found


@check
def people_are_asked_what_was_not_found(target: LintTarget) -> Iterator[Issue]:
    """A split on `found` after which no person is asked, where the organisation's inbox does not
    take such questions by itself either.

    Other flows and servers that follow may ask one, so nothing is said before them.
    """
    if target.context.asks_not_found is not False:
        return
    asking = target.graph.leading_to(node.uuid for node in target.nodes if _may_ask(node, target))
    for node, result in islice(_splits(target), MAX_USES):
        if node.uuid in asking:
            continue
        message = (
            f"Node {node.label} splits on @results.{result[:60]}.found, but no person hears of "
            "what was not found: let that branch call ask_a_person or open a ticket, or have an "
            "admin turn on 'Ask people what was not found' in the settings of the inbox"
        )
        yield Issue(WARNING, message, node.uuid)


def _splits(target: LintTarget) -> Iterator[tuple[Node, str]]:
    """The splits on the `found` of a function's result, each with the result's name."""
    finding = Names(
        name
        for _, action, spec, _ in specified(target)
        if spec.results is not None and FOUND in spec.results
        for name in set_by(action)
    )
    for node in target.nodes:
        for path in paths_in(NodeText(operand_of(node)), target):
            if (
                len(path) == _RESULT_AND_KEY
                and path[2] == FOUND
                and finding.have(finding.all, path[1])
            ):
                yield node, path[1]


def _may_ask(node: Node, target: LintTarget) -> bool:
    """Whether a node asks a person, or hands over to what this flow does not know."""
    for action in node.actions:
        kind = action.kind
        if kind.asks_person or any(kind.enters(action)):
            return True
        if kind.calls_webhook:
            spec = (target.context.functions or {}).get(action.text("url").strip())
            if not is_function(action) or spec is None or spec.asks_person:
                return True
    return False
