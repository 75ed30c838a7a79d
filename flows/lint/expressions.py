"""Checks of expressions `<%= %>`: unsupported ones, and those that are not evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from flows.expressions import check as reason_against
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check


@check
def expressions_are_supported(target: LintTarget) -> Iterator[Issue]:
    """An unsupported expression becomes `Invalid Code`."""
    for node in target.nodes:
        texts = [pair for action in node.actions for pair in action.kind.evaluated(action)]
        if node.router:
            texts.append((f"Node {node.label} has", node.router.operand))
            wait = node.router.wait
            texts.append(("Wait timeout has", wait.timeout_expression if wait else ""))
        for subject, text in texts:
            reason = reason_against(text) if "<%" in text else None
            if reason:
                message = f"{subject} an unsupported expression: {reason}"
                if subject.startswith(("Node", "Wait")):  # as Glific words it
                    message = f"{subject} unsupported expression: {reason}"
                yield Issue(CRITICAL, message, node.uuid)


@check
def message_texts_hold_no_expressions(target: LintTarget) -> Iterator[Issue]:
    """The text of a message is not evaluated, so the contact would read the code."""
    for node in target.nodes:
        for action in node.actions:
            if action.kind.text_is_shown and "<%=" in action.text("text"):
                message = (
                    f"The text of node {node.label} holds <%= %>, which is not evaluated in "
                    "messages; save it as a result first"
                )
                yield Issue(WARNING, message, node.uuid)
