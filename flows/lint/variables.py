"""Checks of variables: contacts would read those that have no value as they are written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from flowhook.variable_names import NAME
from flows.definition.definition import Flow
from flows.expressions.scope import ROOTS, calendar_keys
from flows.lint import WARNING, Issue, LintTarget, check
from flows.lint.texts import (
    NodeText,
    arguments_by_language,
    did_you_mean,
    operand_of,
    tested,
    texts_of,
)
from flows.model.action import Action
from flows.model.contact import binding_keys

KEYS: Mapping[str, frozenset[str]] = {
    "contact": binding_keys(),
    "flow": frozenset(("name", "id", "uuid")),
    "calendar": calendar_keys(),
}
"""The keys of the roots whose keys are always the same."""

FOREIGN = (
    *("fields", "input", "urns", "child", "parent", "run", "globals", "trigger", "webhook", "node"),
    *("webhook_result", "resume", "legacy_extra"),
)
"""Roots of RapidPro's and TextIt's variables."""

_MENTION = re.compile(rf"(?<![/]|{NAME})@({NAME}+)((?:\.{NAME}+)*)")
_CODE = re.compile(
    rf"@\(\s*(?:[A-Za-z_]{{2,}}\s*\(|(?:{'|'.join((*ROOTS, *FOREIGN))})\b|[\"(])[^@]{{0,60}}"
)
_PLAIN = re.compile(rf"@\(\s*({NAME}+(?:\.{NAME}+)+)\s*\)")
_BARE = ("contact", "results", "fields", "input", "urns", "webhook", "webhook_result")
_NEAR = 0.75


@check
def variables_have_values(target: LintTarget) -> Iterator[Issue]:
    """A variable that nothing here fills is read by the contact as it is written.

    Translations and the operands of splits are looked through too.
    """
    meant = Meant(target.flow)
    for node in target.nodes:
        for action in node.actions:
            for text in texts_of(action, target):
                for variable, hint in meant.unknown(text, action):
                    message = f"Node {node.label}: {variable} has no value{text.place}{hint}"
                    yield Issue(WARNING, message, node.uuid)
        operand = operand_of(node).removeprefix("@fields.")
        for variable, hint in meant.unknown(NodeText(operand)):
            if not variable.startswith("@input."):  # splits_wait_for_what_they_test tells
                message = f"Node {node.label} splits on {variable}, which has no value{hint}"
                yield Issue(WARNING, message, node.uuid)


@check
def cases_hold_no_variables(target: LintTarget) -> Iterator[Issue]:
    """Variables in the arguments of a case are not replaced: it compares with them as written."""
    meant = Meant(target.flow)
    for node in target.nodes:
        for case in tested(node):
            for language, arguments in arguments_by_language(case, target):
                text = NodeText(" ".join(arguments), language)
                for variable in meant.mentions(text.text):
                    message = (
                        f"Node {node.label}: the test '{case.type[:60]}' compares with {variable} "
                        f"as it is written{text.place}: variables in cases are not replaced"
                    )
                    yield Issue(WARNING, message, node.uuid)


class Meant:
    """Finds variables without a value in texts of a flow, and what their author meant."""

    def __init__(self, flow: Flow) -> None:
        actions = [action for node in flow.nodes.values() for action in node.actions]
        self.fields = {str(one.map("field").get("key")) for one in actions if one.map("field")}
        self.webhooks = {
            name for one in actions if one.kind.calls_webhook for name in one.kind.sets(one)
        }

    def mentions(self, text: str) -> list[str]:
        """The variables of a text, with a value or not; e-mail addresses and handles are none."""
        if "@" not in text:
            return []
        known = (match.group() for match in _MENTION.finditer(text) if _is_meant(match))
        return list(dict.fromkeys([*known, *map(_shown, _CODE.finditer(text))]))

    def unknown(self, text: NodeText, action: Action | None = None) -> Iterator[tuple[str, str]]:
        """The variables of a text that have no value, each with a hint at what was meant."""
        if "@" not in text.text:
            return
        found: dict[str, str] = {}
        for match in _MENTION.finditer(text.text):
            root, rest = match.groups()
            hint = self._hint(root, rest.split(".")[1:], text, action)
            if hint is not None:
                found[match.group()] = did_you_mean(text.lost) if text.lost else hint
        for match in _CODE.finditer(text.text):
            found[_shown(match)] = _instead_of_code(match.group())
        yield from found.items()

    def _hint(
        self, root: str, path: list[str], text: NodeText, action: Action | None
    ) -> str | None:
        """What was meant by a variable without a value; None for one that may have a value."""
        if not path:
            is_read = text.is_shown and root in _BARE
            return self._foreign(root, path) if is_read else None
        if root in FOREIGN:
            return self._foreign(root, path)
        if root == "wa_group":
            return ": conversations here are with contacts, not with WhatsApp groups"
        if root == "staff":
            is_broadcast = action is not None and any(action.kind.contacts(action))
            return None if is_broadcast else ": only a broadcast knows its recipient"
        if root in ROOTS:
            return self._key(root, path)
        near = _nearest(root, (*ROOTS, "fields"))
        if near == "fields":
            return self._foreign(near, path)
        return None if near is None else did_you_mean(".".join([near, *path]))

    def _key(self, root: str, path: list[str]) -> str | None:
        """A hint for a key that a known root never has."""
        keys = KEYS.get(root)
        if keys is None or (path[0] in keys and path != ["fields"]):
            return None
        if root == "contact" and path == ["fields"]:
            return ": name the field, as in @contact.fields.village"
        if root == "contact" and path[0] in self.fields:
            return did_you_mean(f"contact.fields.{path[0]}")
        near = _nearest(path[0], keys)
        return "" if near is None else did_you_mean(".".join([root, near, *path[1:]]))

    def _foreign(self, root: str, path: list[str]) -> str:
        """A hint for a root of another builder, or for a root alone."""
        rest = path[1:] if path[:1] == ["results"] else path
        if root in ("child", "parent"):
            return did_you_mean(".".join(["results", root, *rest]))
        if root in ("contact", "urns"):
            return did_you_mean("contact.name" if root == "contact" else "contact.phone")
        if root == "fields" and path:
            return did_you_mean(".".join(["contact.fields", *path]))
        if root == "globals" and path:
            return did_you_mean(".".join(["global", *path]))
        if root == "input":
            return ": give the question a result name and use @results.<that name>"
        if root in ("webhook", "webhook_result"):
            name = next(iter(self.webhooks)) if len(self.webhooks) == 1 else "<its result name>"
            return did_you_mean(".".join(["results", name, *(path or ["<key>"])]))
        return ": name the result, as in @results.age" if root == "results" else ""


def _is_meant(match: re.Match[str]) -> bool:
    root, rest = match.groups()
    return bool(rest) and (root in ROOTS or root in FOREIGN or _nearest(root, ROOTS) is not None)


def _shown(match: re.Match[str]) -> str:
    """The beginning of an expression, up to the bracket that closes it."""
    depth = 0
    for place, character in enumerate(match.group()):
        depth += (character == "(") - (character == ")")
        if character == ")" and depth == 0:
            return match.group()[: place + 1]
    return match.group().rstrip()


def _instead_of_code(code: str) -> str:
    plain = _PLAIN.match(code)
    if plain and plain.group(1).partition(".")[0] in ROOTS:
        return did_you_mean(plain.group(1))
    return ": save <%= %> as a result or field, and use that"


def _nearest(
    name: str, known: Mapping[str, object] | tuple[str, ...] | frozenset[str]
) -> str | None:
    """The known name that is most like a name; case does not count."""
    found = difflib.get_close_matches(name[:60].lower(), sorted(known), n=1, cutoff=_NEAR)
    return found[0] if found else None
