"""The answers of functions on which a flow's splits depend, read from its routers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flows.definition.definition import Flow, Node, Router
from flows.exploring.inputs import texts_for

PATH = re.compile(r"results\.(\w+)((?:\.\w+)*)", re.IGNORECASE)
SAMPLE = "example"
MAX_SHAPES = 10

Path = tuple[str, ...]


class Shapes:
    """Values under the results of functions, of the author's server and of sheets, by the address
    that the node names."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        nodes = [node for flow in flows for node in flow.nodes.values()]
        wanted = wanted_values(nodes)
        self.values: dict[str, dict[Path, list[str]]] = {}
        for node in nodes:
            for action in node.actions:
                for name in action.kind.sets(action) if action.kind.replies else ():
                    known = self.values.setdefault(action.text("url"), {})
                    for path, values in wanted.get(name.lower(), {}).items():
                        known.setdefault(path, []).extend(values)

    def answers(self, asked: str, usual: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The usual answer with all that is looked at, then one for each value looked for."""
        values = self.values.get(asked) or {}
        base = dict(usual)
        for path in values:
            base = with_value(base, path, None)
        shaped = [
            with_value(base, path, value) for path, found in values.items() for value in found
        ]
        return [base, *shaped[:MAX_SHAPES]]


def wanted_values(nodes: Sequence[Node]) -> dict[str, dict[Path, list[str]]]:
    """What splits look for in results: values by the result's name in lower case and the path
    below it."""
    found: dict[str, dict[Path, list[str]]] = {}
    for node in nodes:
        if not is_split(node):
            continue
        router = node.router
        for name, path in mentioned(router.operand if router else ""):
            values = found.setdefault(name, {}).setdefault(path, [])
            values += [text for text in split_values(router) if text not in values]
    return found


def split_values(router: Router | None) -> list[str]:
    """Texts that lead into the categories of a split, one for each case."""
    found = [next(iter(texts_for(case)), None) for case in router.cases] if router else []
    return [text for text in found if text is not None]


def is_split(node: Node) -> bool:
    """Whether a node decides without an answer of the contact, by what is known."""
    router = node.router
    if router is None or router.wait or router.is_random:
        return False
    return not (node.actions and node.actions[0].kind.replies)


def mentioned(text: str) -> list[tuple[str, Path]]:
    """The results in an operand: names in lower case, and the paths below them.

    >>> mentioned("@results.gpt.answer.kind"), mentioned("<%= @results.age > 5 %>")
    ([('gpt', ('answer', 'kind'))], [('age', ())])
    """
    return [(name.lower(), tuple(path.split(".")[1:])) for name, path in PATH.findall(text)]


def with_value(answer: Mapping[str, Any], path: Path, value: str | None) -> dict[str, Any]:
    """A copy with the value at a path; with None an example, only where nothing is.

    >>> with_value({"a": {"b": "1"}}, ("a", "b"), "2"), with_value({"a": "1"}, ("a",), None)
    ({'a': {'b': '2'}}, {'a': '1'})
    """
    if not path:
        return dict(answer)
    first, *rest = path
    held = answer.get(first)
    if rest:
        below = held if isinstance(held, Mapping) else {}
        return {**answer, first: with_value(below, tuple(rest), value)}
    if value is None:
        return dict(answer) if first in answer else {**answer, first: SAMPLE}
    return {**answer, first: value}
