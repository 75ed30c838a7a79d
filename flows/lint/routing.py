"""Checks of routers: tests, patterns, keywords, time-outs."""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.definition import Case, Node
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.lint.texts import arguments_by_language, operand_of, tested
from flows.model.action import actions
from flows.model.text import clean
from flows.routers.cases import cases

MAX_COMPARED = 100  # cases of a node with which a later one is compared


@check
def actions_are_supported(target: LintTarget) -> Iterator[Issue]:
    """An action of an unknown type is skipped."""
    for node in target.nodes:
        for action in node.actions:
            if actions.find(action.type) is None:
                message = f"Unsupported action type {action.type[:60]}"
                yield Issue(CRITICAL, message, node.uuid)


@check
def actions_find_what_they_need(target: LintTarget) -> Iterator[Issue]:
    """An action whose service is not here always takes Failure, or is skipped."""
    for node in target.nodes:
        for action in node.actions:
            if action.kind.missing:
                severity = CRITICAL if action.kind.replies else WARNING
                message = f"Node {node.label}, {action.type}: {action.kind.missing}"
                yield Issue(severity, message, node.uuid)


@check
def tests_are_supported(target: LintTarget) -> Iterator[Issue]:
    """An unknown test, or one without its arguments, stops the conversation."""
    for node in target.nodes:
        for case in tested(node):
            problem = _problem(case)
            if problem:
                yield Issue(CRITICAL, f"Node {node.label}: {problem}", node.uuid)


def _problem(case: Case) -> str:
    test = cases.find(case.type)
    if test is None:
        return f"the test '{case.type[:60]}' is not supported"
    if test.argument_count not in (None, len(case.arguments)):
        return f"the test '{case.type}' needs {test.argument_count} arguments"
    return test.mistake(case.arguments)


@check
def word_tests_have_words(target: LintTarget) -> Iterator[Issue]:
    """A test with an empty list of words is never true, or always."""
    for node in target.nodes:
        for case in tested(node):
            test = cases.find(case.type)
            if test and test.needs_words and not "".join(case.arguments[:1]).strip():
                message = f"Node {node.label}: the test '{case.type}' has no words to look for"
                yield Issue(WARNING, message, node.uuid)


@check
def keywords_are_free(target: LintTarget) -> Iterator[Issue]:
    """A word expected as an answer must not be a keyword, as it would start that flow instead."""
    for node in target.nodes:
        if not (node.router and node.router.wait):
            continue
        for case in node.router.cases:
            for word in (case.arguments[0] if case.arguments else "").split(", "):
                if clean(word) in target.context.keywords:
                    message = f'"{clean(word)}" has already been used as a keyword for a flow'
                    yield Issue(CRITICAL, message, node.uuid)


@check
def timeouts_have_a_category(target: LintTarget) -> Iterator[Issue]:
    """A time-out goes to the category named `No Response`, whatever the editor shows."""
    for node in target.nodes:
        wait = node.router.wait if node.router else None
        if not wait or not (wait.timeout_seconds or wait.timeout_expression):
            continue
        if node.router and node.router.category_named("No Response") is None:
            message = f'Node {node.label} has a time-out but no category named "No Response"'
            yield Issue(CRITICAL, message, node.uuid)


@check
def subflow_nodes_split(target: LintTarget) -> Iterator[Issue]:
    """Without a split the flow does not wait for its sub-flow."""
    for node in target.nodes:
        if node.router is None and any(any(one.kind.enters(one)) for one in node.actions):
            message = f"Node {node.label} enters a flow but does not wait until it is completed"
            yield Issue(WARNING, message, node.uuid)


@check
def splits_wait_for_what_they_test(target: LintTarget) -> Iterator[Issue]:
    """Only a router with a `wait` waits for the contact's answer."""
    raw = {one["uuid"]: one for one in target.flow.source.get("nodes", ()) if one.get("wait")}
    for node in target.nodes:
        if node.uuid in raw and not (node.router and node.router.wait):
            message = (
                f'Node {node.label} does not wait for an answer, as its "wait" stands beside the '
                "router: it belongs into it"
            )
            yield Issue(WARNING, message, node.uuid)
        elif "@input." in operand_of(node):
            message = (
                f"Node {node.label} tests the contact's answer and does not wait for one, so it "
                "always takes the same way: make it a wait for a response"
            )
            yield Issue(WARNING, message, node.uuid)


@check
def cases_are_reached(target: LintTarget) -> Iterator[Issue]:
    """Of two cases for the same answer only the first is ever taken."""
    for node in target.nodes:
        for language, first, second in _repeated(node, target):
            message = (
                f"Node {node.label}: the case for '{_listed(second)}' is never reached"
                f"{f' (in {language})' if language else ''}, as an earlier one takes it "
                f"('{_listed(first)}')"
            )
            yield Issue(WARNING, message, node.uuid)


def _repeated(
    node: Node, target: LintTarget
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Pairs of cases that lead to different categories and take the same answers."""
    seen: dict[str, list[tuple[Case, tuple[str, ...]]]] = {}
    for case in tested(node):
        for language, arguments in arguments_by_language(case, target):
            before = seen.setdefault(language, [])
            for earlier, known in before[:MAX_COMPARED]:
                differs = earlier.category != case.category
                if differs and _takes(earlier.type, known, case.type, arguments):
                    yield language, known, arguments
                    break
            before.append((case, arguments))


def _takes(first: str, known: tuple[str, ...], second: str, arguments: tuple[str, ...]) -> bool:
    """Whether an earlier test is true of every answer of which a later one is."""
    test = cases.find(first)
    return test is not None and first == second and test.covers(known, arguments)


def _listed(arguments: tuple[str, ...]) -> str:
    return ", ".join(arguments)[:60]
