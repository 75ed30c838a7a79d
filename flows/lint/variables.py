"""Checks of variables: contacts would read those that have no value as they are written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from flowhook.variable_names import NAME
from flows.expressions.scope import ROOTS, calendar_keys
from flows.lint import WARNING, Issue, LintTarget, check
from flows.lint.texts import (
    MAX_VARIABLES,
    NodeText,
    arguments_by_language,
    did_you_mean,
    lost,
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
    *("webhook_result", "resume", "legacy_extra", "locals"),
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
    meant = Meant(target)
    for node in target.nodes:
        for action in node.actions:
            for text in texts_of(action, target):
                for variable, hint in meant.unknown(text, action).items():
                    message = f"Node {node.label}: {variable} has no value{text.place}{hint}"
                    yield Issue(WARNING, message, node.uuid)
        operand = operand_of(node).removeprefix("@fields.")
        for variable, hint in meant.unknown(NodeText(operand)).items():
            if not variable.startswith("@input."):  # splits_wait_for_what_they_test tells
                message = f"Node {node.label} splits on {variable}, which has no value{hint}"
                yield Issue(WARNING, message, node.uuid)


@check
def cases_hold_no_variables(target: LintTarget) -> Iterator[Issue]:
    """Variables in the arguments of a case are not replaced: it compares with them as written."""
    meant = Meant(target)
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

    def __init__(self, target: LintTarget) -> None:
        nodes = target.flow.nodes.values()
        actions = [action for node in nodes for action in node.actions]
        self.target = target
        self.fields = {str(one.map("field").get("key")) for one in actions if one.map("field")}
        self.webhooks = {
            name for one in actions if one.kind.calls_webhook for name in one.kind.sets(one)
        }

    def mentions(self, text: str) -> list[str]:
        """The variables of a text, with a value or not; e-mail addresses and handles are none."""
        if "@" not in text:
            return []
        known = (match.group() for match in _some(_MENTION, text) if _is_meant(match))
        return list(dict.fromkeys([*known, *map(_shown, _some(_CODE, text))]))

    def unknown(self, text: NodeText, action: Action | None = None) -> Mapping[str, str]:
        """The variables of a text that have no value, each with a hint at what was meant."""
        if "@" not in text.text:
            return {}
        is_broadcast = action is not None and any(action.kind.contacts(action))
        return self.target.once(
            ("unknown", text, is_broadcast), lambda: self._unknown(text, is_broadcast)
        )

    def _unknown(self, text: NodeText, is_broadcast: bool) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for match in _some(_MENTION, text.text):
            root, rest = match.groups()
            hint = self._hint(root, rest.split(".")[1:], text.is_shown, is_broadcast)
            if hint is not None:
                found[match.group()] = hint
        original = lost(text, self.target) if found else ""
        if original:
            found = dict.fromkeys(found, did_you_mean(original))
        for match in _some(_CODE, text.text):
            found[_shown(match)] = _instead_of_code(match.group())
        return found

    def _hint(self, root: str, path: list[str], is_shown: bool, is_broadcast: bool) -> str | None:
        """What was meant by a variable without a value; None for one that may have a value."""
        if not path:
            is_read = is_shown and root in _BARE
            return self._foreign(root, path) if is_read else None
        if root in FOREIGN:
            return self._foreign(root, path)
        if root == "wa_group":
            return ": conversations here are with contacts, not with WhatsApp groups"
        if root == "staff":
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
        if root in ("child", "parent") and path[:1] not in (["run"], ["status"]):
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


def _some(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(text), MAX_VARIABLES)


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


def _nearest(name: str, known: tuple[str, ...] | frozenset[str]) -> str | None:
    """The known name that is most like a name; case does not count."""
    return _near(name[:60].lower(), known)


@lru_cache(maxsize=1024)
def _near(name: str, known: tuple[str, ...] | frozenset[str]) -> str | None:
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=_NEAR)
    return found[0] if found else None
