"""Checks of the keys of results: those that a webhook or an answer never has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from flows.definition.definition import Node
from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check
from flows.lint.results import paths_in, set_by
from flows.lint.texts import MAX_USES, NodeText, did_you_mean, lost, operand_of, texts_of
from flows.lint.webhooks import body_of, is_function

ANSWER_KEYS = frozenset(
    {
        *("input", "category", "inserted_at", "intent", "confidence", "response", "interactive"),
        *("selected", "id", "url", "source_url", "caption", "latitude", "longitude"),
    }
)
"""The keys of an answer that a router saves; those of a form come beside them."""
SAVED_KEYS = frozenset(("input", "value", "category", "inserted_at"))
FOREIGN_KEYS = frozenset(
    ("value", "values", "text", "category_localized", "created_on", "node_uuid")
)
"""Keys of a result in RapidPro and in other builders."""


@check
def webhook_results_have_the_key(target: LintTarget) -> Iterator[Issue]:
    """A webhook's answer has only the keys that its function documents, and no text of its own.

    A split on such a variable is a Warning: it takes its default, and nobody reads the variable.
    """
    keys = _keys_by_result(target)
    for node, severity, text, path in _reads(target):
        message = _wrong_key(path, text, *keys.get(path[1], ("", None)))
        if message:
            original = lost(text, target)
            hint = did_you_mean(original) if original else ""
            yield Issue(severity, message + hint, node.uuid)


def _reads(target: LintTarget) -> Iterator[tuple[Node, str, NodeText, list[str]]]:
    """Each use of a result, with the severity of a wrong key in it."""
    return islice(_all_reads(target), MAX_USES)


def _all_reads(target: LintTarget) -> Iterator[tuple[Node, str, NodeText, list[str]]]:
    for node in target.nodes:
        for action in node.actions:
            for text in texts_of(action, target):
                yield from ((node, CRITICAL, text, path) for path in paths_in(text, target))
        text = NodeText(operand_of(node))
        yield from ((node, WARNING, text, path) for path in paths_in(text, target))


def _wrong_key(path: list[str], text: NodeText, function: str, known: frozenset[str] | None) -> str:
    """What is wrong with a path into the result of a function with these keys, or nothing."""
    if known is None or (len(path) > 2 and path[2] in {*known, "inserted_at"}):
        return ""
    listed = ", ".join(sorted(known))
    if len(path) == 2:
        return f"@results.{path[1]}{text.place} is no text: use one of its keys, {listed}"
    key = path[2][:60]
    return (
        f"@results.{path[1]}.{key}{text.place}: '{function}' never returns '{key}'; it returns "
        f"{listed}"
    )


def _keys_by_result(target: LintTarget) -> dict[str, tuple[str, frozenset[str] | None]]:
    """Names of results that only known functions set: a function's name and all possible keys."""
    found: dict[str, tuple[str, frozenset[str] | None]] = {}
    for node in target.nodes:
        for action in node.actions:
            if not (action.kind.calls_webhook and is_function(action)):
                for name in set_by(action):
                    found[name] = ("", None)
                continue
            name, function = action.text("result_name"), action.text("url").strip()
            spec = (target.context.functions or {}).get(function)
            known = spec.results if spec else None
            if known is not None and "failure_status" in (body_of(action) or {}):
                known |= {"error"}  # failure_status can make a failure a 2xx answer
            if name in found:
                before = found[name][1]
                known = None if before is None or known is None else before | known
            found[name] = (function, known)
        if node.router and node.router.result_name:
            found[node.router.result_name] = ("", None)
    return found


@check
def answers_have_the_key(target: LintTarget) -> Iterator[Issue]:
    """An answer has `input` and `category`; after any other key the contact reads the key too."""
    keys = _answer_keys(target)
    for node, _, text, path in _reads(target):
        hint = _strange_key(path, keys.get(path[1]))
        if hint:
            shown = f"@results.{path[1]} has no '{path[2][:60]}'{text.place}"
            yield Issue(WARNING, f"Node {node.label}: {shown}{hint}", node.uuid)


def _strange_key(path: list[str], known: frozenset[str] | None) -> str:
    """A hint for a key that is probably a mistake: any word may follow a full stop."""
    if known is None or len(path) == 2 or path[2] in known:
        return ""
    near = difflib.get_close_matches(path[2][:60].lower(), known, n=1, cutoff=0.75)
    meant = did_you_mean(".".join(["results", path[1], *near]))
    return meant if near or path[2] in FOREIGN_KEYS else ""


def _answer_keys(target: LintTarget) -> dict[str, frozenset[str]]:
    """The keys of each result that only questions, splits and saved values set."""
    found: dict[str, frozenset[str]] = {}
    others: set[str] = set()
    for node in target.nodes:
        for action in node.actions:
            for name in set_by(action):
                if action.kind.replies:
                    others.add(name)
                else:
                    found[name] = found.get(name, frozenset()) | SAVED_KEYS
        if node.router and node.router.result_name:
            name = node.router.result_name
            found[name] = found.get(name, frozenset()) | ANSWER_KEYS
    return {name: keys for name, keys in found.items() if name not in others}
