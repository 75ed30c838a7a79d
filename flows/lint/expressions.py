"""Checks of expressions `<%= %>`: unsupported ones, and those that are not evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from flows.expressions import check as reason_against
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.model.action import Action, as_text


@check
def expressions_are_supported(target: LintTarget) -> Iterator[Issue]:
    """An unsupported expression becomes `Invalid Code`."""
    for node in target.nodes:
        texts = [pair for action in node.actions for pair in _evaluated(action)]
        if node.router:
            texts.append((f"Node {node.label} has", node.router.operand))
            wait = node.router.wait
            texts.append(("Wait timeout has", wait.timeout_expression if wait else ""))
        for subject, text in texts:
            reason = reason_against(text) if "<%" in text else None
            if reason:
                article = "" if subject.startswith("Node") or subject.startswith("Wait") else "an "
                message = f"{subject} {article}unsupported expression: {reason}"
                yield Issue(CRITICAL, message, node.uuid)


def _evaluated(action: Action) -> Iterator[tuple[str, str]]:
    value = action.source.get("value")
    if isinstance(value, str):
        yield "Action value has", value
    if isinstance(value, dict):
        yield from (("Action value has", one) for one in value.values() if isinstance(one, str))
    yield from action.kind.evaluated(action)
    for attachment in action.items("attachments"):
        if isinstance(attachment, str) and attachment.startswith("expression:"):
            yield "Attachment has", attachment
    templating = action.map("templating")
    yield "Message template expression has", as_text(templating.get("expression"))


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
