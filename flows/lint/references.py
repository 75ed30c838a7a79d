"""Checks of references to flows, collections, contacts, templates and languages."""

from __future__ import annotations

from collections.abc import Iterator

from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.model.action import as_text


@check
def groups_exist(target: LintTarget) -> Iterator[Issue]:
    """A collection is given by its number or its name, and must exist."""
    for node in target.nodes:
        for action in node.actions:
            for group in action.kind.groups(action):
                message = _problem(group, "Group", target.context.groups)
                if message:
                    yield Issue(CRITICAL, message, node.uuid)


@check
def broadcast_contacts_exist(target: LintTarget) -> Iterator[Issue]:
    """A broadcast goes to contacts given by their number, who must exist."""
    for node in target.nodes:
        for action in node.actions:
            for contact in action.kind.contacts(action):
                message = _problem(contact, "Contact", target.context.contacts)
                if message:
                    yield Issue(CRITICAL, message, node.uuid)


def _problem(entry: dict[str, object], kind: str, known: frozenset[str] | None) -> str:
    uuid, name = as_text(entry.get("uuid")), as_text(entry.get("name"))
    is_number = uuid.isascii() and uuid.isdigit()
    if not is_number and not (kind == "Group" and name):
        return f"Could not parse {kind}"
    if known is not None and not {uuid, name} & known:
        return f"Could not find {kind}: {name or uuid}"
    return ""


@check
def subflows_exist(target: LintTarget) -> Iterator[Issue]:
    """The flow that is entered must exist."""
    known = target.context.flows
    for node in target.nodes:
        for action in node.actions:
            for flow in action.kind.enters(action):
                uuid, name = as_text(flow.get("uuid")), as_text(flow.get("name"))
                if name == "Expression" and as_text(flow.get("expression")):
                    continue
                if not uuid or (
                    known is not None and uuid not in known and uuid != target.flow.uuid
                ):
                    yield Issue(CRITICAL, f"Could not find Sub Flow: {name or uuid}", node.uuid)


@check
def languages_exist(target: LintTarget) -> Iterator[Issue]:
    """A language is given by the beginning of its name or locale, and must exist."""
    for node in target.nodes:
        for action in node.actions:
            for language in action.kind.languages(action):
                yield from _language_issues(language, node.uuid, target)


def _language_issues(language: str, node: str, target: LintTarget) -> Iterator[Issue]:
    wanted = language.strip().lower()
    if not wanted:
        yield Issue(WARNING, "Language is a required field", node)
        return
    wanted = "en" if wanted == "en_us" else wanted
    known = (name for one in target.context.languages for name in (one.label.lower(), one.locale))
    if not any(name.startswith(wanted) for name in known):
        yield Issue(CRITICAL, f"Could not find Language: {wanted[:40]}", node)


@check
def templates_exist(target: LintTarget) -> Iterator[Issue]:
    """A message template must be an approved one."""
    known = target.context.templates
    for node in target.nodes:
        for action in node.actions:
            templating = action.map("templating")
            if not templating or as_text(templating.get("expression")):
                continue
            template = templating.get("template")
            uuid = as_text(template.get("uuid")) if isinstance(template, dict) else ""
            if not uuid or (known is not None and uuid not in known):
                message = "A template could not be found in the flow"
                yield Issue(CRITICAL, message, node.uuid)
