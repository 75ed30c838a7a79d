"""Checks of messages: WhatsApp's limits, templates and translations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.actions.send_interactive_msg import body_of, options_of, with_params
from flows.actions.send_msg import written_replies
from flows.definition.definition import Node
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.lint.texts import contents_of
from flows.model.action import Action, as_text
from flows.model.text import whole_number

DAY_SECONDS = 86_400
TEXT_LIMIT = 4_096
BODY_LIMIT = 1_024
BUTTONS_LIMIT = 3
ROWS_LIMIT = 10
BUTTON_TITLE_LIMIT = 20
ROW_TITLE_LIMIT = 24
DESCRIPTION_LIMIT = 72
HEADER_LIMIT = 60


@check
def long_waits_end_in_templates(target: LintTarget) -> Iterator[Issue]:
    """More than a day after the contact's last message, only an approved template can be sent."""
    for node in target.nodes:
        first = node.actions[0] if node.actions else None
        is_long = first and first.kind.pauses and first.delay_seconds >= DAY_SECONDS
        if is_long and _needs_template(target.graph.next_node(node)):
            message = "The next message after a long wait for time should be a template"
            yield Issue(WARNING, message, node.uuid)
        wait = node.router.wait if node.router else None
        if node.router and wait and wait.timeout_seconds >= DAY_SECONDS:
            category = node.router.category(wait.timeout_category)
            destination = node.destination(category.exit) if category else None
            if _needs_template(target.flow.nodes.get(destination or "")):
                message = "The next message after a long no response should be a template"
                yield Issue(WARNING, message, node.uuid)


def _needs_template(node: Node | None) -> bool:
    return bool(node and node.actions and not node.actions[0].map("templating"))


@check
def interactive_messages_are_answered(target: LintTarget) -> Iterator[Issue]:
    """Buttons are useful only if the flow then waits for a choice."""
    for node in target.nodes:
        if node.is_choice:
            following = target.graph.next_node(node)
            if not (following and following.router and following.router.wait):
                message = (
                    f"The next node after interactive Node {node.label} should be wait for response"
                )
                yield Issue(WARNING, message, node.uuid)


@check
def interactive_templates_exist(target: LintTarget) -> Iterator[Issue]:
    """An interactive message needs its template, or the editor's copy of it."""
    for node in target.nodes:
        for action in node.actions:
            if not action.kind.is_interactive or as_text(action.source.get("expression")):
                continue
            if not any(contents_of(action, target)):
                message = "An Interactive template does not exist"
                yield Issue(CRITICAL, message, node.uuid)


@check
def interactive_messages_fit_whatsapp(target: LintTarget) -> Iterator[Issue]:
    """WhatsApp allows three buttons or ten list rows, and only short titles."""
    for node in target.nodes:
        for action in node.actions:
            if action.kind.is_interactive:
                for _, content in contents_of(action, target):
                    for problem in _misfits(_with_params(content, action)):
                        message = f"Interactive message of node {node.label}: {problem}"
                        yield Issue(WARNING, message, node.uuid)
            elif action.kind.is_message:
                for problem in _misfits(_with_quick_replies(action)):
                    yield Issue(WARNING, f"Message of node {node.label}: {problem}", node.uuid)


def _with_params(content: dict[str, Any], action: Action) -> dict[str, Any]:
    """The content with the options that the node gives it; a number in a variable is not known."""
    count = whole_number(action.text("paramsCount").strip())
    return with_params(content, action, count) if count else content


def _with_quick_replies(action: Action) -> dict[str, Any]:
    """The interactive message that a message with quick replies becomes; empty without any."""
    titles = [title for title in written_replies(action.items("quick_replies")) if title]
    if not titles:
        return {}
    inner = {"type": "text", "text": action.text("text")}
    options = [{"title": title} for title in titles]
    return {"type": "quick_reply", "content": inner, "options": options}


def _misfits(content: dict[str, Any]) -> Iterator[str]:
    options = options_of(content)
    is_list = content.get("type") == "list"
    kind, limit = ("list rows", ROWS_LIMIT) if is_list else ("buttons", BUTTONS_LIMIT)
    if len(options) > limit:
        yield f"WhatsApp allows {limit} {kind}, this has {len(options)}"
    if not options and content.get("type") in ("list", "quick_reply"):
        yield "it has no options"
    longest = ROW_TITLE_LIMIT if is_list else BUTTON_TITLE_LIMIT
    titles = [option.get("title", "") for option in options]
    for title in titles:
        if len(title) > longest and "@" not in title:
            yield f'the title "{title[:40]}" is longer than {longest} characters'
    if len(set(titles)) < len(titles):
        yield "two options have the same title"
    elif len({title.strip().casefold() for title in titles}) < len(titles):
        yield "the titles of two options differ only in capitals, which routers do not tell apart"
    if any(len(option.get("description", "")) > DESCRIPTION_LIMIT for option in options):
        yield f"a description is longer than {DESCRIPTION_LIMIT} characters"
    if len(body_of(content)) > BODY_LIMIT:
        yield f"the text is longer than {BODY_LIMIT} characters"
    inner = content.get("content")
    if isinstance(inner, dict) and len(as_text(inner.get("header"))) > HEADER_LIMIT:
        yield f"the header is longer than {HEADER_LIMIT} characters"


@check
def texts_fit_whatsapp(target: LintTarget) -> Iterator[Issue]:
    """WhatsApp allows 4,096 characters of text, and 1,024 with an attachment."""
    for node in target.nodes:
        for action in node.actions:
            if not action.kind.is_message:
                continue
            limit = BODY_LIMIT if action.items("attachments") else TEXT_LIMIT
            if len(action.text("text")) > limit:
                message = f"The text of node {node.label} is longer than {limit} characters"
                yield Issue(WARNING, message, node.uuid)


@check
def messages_are_not_empty(target: LintTarget) -> Iterator[Issue]:
    """A message without text, attachment or template cannot be sent and ends the flow."""
    for node in target.nodes:
        for action in node.actions:
            if action.kind.is_message and not (
                action.text("text").strip()
                or action.items("attachments")
                or action.map("templating")
            ):
                message = f"The message of node {node.label} is empty and ends the flow"
                yield Issue(CRITICAL, message, node.uuid)


@check
def messages_are_translated(target: LintTarget) -> Iterator[Issue]:
    """If one message has a translation into a language, all should have one."""
    plain = [
        (node, action)
        for node in target.nodes
        for action in node.actions
        if action.kind.is_message and not action.map("templating")
    ]
    for locale, block in target.flow.localization.items():
        if not isinstance(block, dict):
            continue
        missing = [(node, one) for node, one in plain if not _has_text(block.get(one.uuid))]
        if len(missing) == len(plain):
            continue
        for node, _ in missing:
            message = f"Node {node.label} is missing translations in {target.label(locale)}"
            yield Issue(WARNING, message, node.uuid)


def _has_text(entry: Any) -> bool:
    return isinstance(entry, dict) and bool(entry.get("text"))
