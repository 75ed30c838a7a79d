"""What changed between two revisions of a flow, node by node, in an author's words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Flow, Node, Router
from flows.definition.titles import node_title, target_title
from flows.model.action import as_text

Parts = dict[str, tuple[Any, str]]
"""Parts of a flow or node by name, each as it is compared and as it is shown."""

LONGEST = 20_000  # characters of a value; what is shown of a longer one says so


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `what` names the part: text, body: prompt, keywords, ...; `before` and `after`
    are texts, None where there was or is nothing; `node` is empty for the flow itself."""

    node: str
    label: str
    what: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """One sentence.

        >>> Change("n1", "What is your name?", "text", "a", "b").words
        "Node 'What is your name?': text changed"
        >>> Change("", "", "keywords", None, "hello").words
        'keywords added'
        """
        verb = "added" if self.before is None else "removed" if self.after is None else "changed"
        subject = "" if self.what == "node" else f"{self.what} "
        where = f"Node '{self.label}': " if self.node else ""
        return f"{where}{subject}{verb}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "label": self.label,
            "what": self.what,
            "before": self.before,
            "after": self.after,
            "words": self.words,
        }


def differences(before: Flow, after: Flow) -> list[Change]:
    """The changes from one revision to another: of the flow, then of its nodes in their order."""
    found = [
        Change("", "", what, *pair) for what, pair in _changed(_of_flow(before), _of_flow(after))
    ]
    for uuid in dict.fromkeys([*before.nodes, *after.nodes]):
        old, new = before.nodes.get(uuid), after.nodes.get(uuid)
        if old and new:
            changed = _changed(_of_node(before, old), _of_node(after, new))
            found += [Change(uuid, node_title(new), what, *pair) for what, pair in changed]
        elif old:
            found.append(Change(uuid, node_title(old), "node", _said(before, old), None))
        elif new:
            found.append(Change(uuid, node_title(new), "node", None, _said(after, new)))
    return found


def _changed(before: Parts, after: Parts) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    for what in dict.fromkeys([*before, *after]):
        old, new = before.get(what), after.get(what)
        if (old and old[0]) != (new and new[0]):
            yield what, (old[1] if old else None, new[1] if new else None)


def _of_flow(flow: Flow) -> Parts:
    """What is said of a flow besides its nodes."""
    drawing = flow.source.get("_ui")
    drawn = drawing.get("nodes") if isinstance(drawing, dict) else None
    return _texts(
        {
            "name": flow.name,
            "keywords": ", ".join(flow.keywords),
            "start": _target(flow, flow.start),
            "is active": "" if flow.is_active else "no",
            "ignores keywords": "yes" if flow.ignore_keywords else "",
            "places in the drawing": _written(
                {uuid: one.get("position") for uuid, one in drawn.items() if isinstance(one, dict)}
                if isinstance(drawn, dict)
                else {}
            ),
        }
    )


def _said(flow: Flow, node: Node) -> str:
    """A node as a whole, in words."""
    lines = (f"{what}: {shown}" for what, (_, shown) in _of_node(flow, node).items())
    return "\n".join(lines)[:LONGEST]


def _of_node(flow: Flow, node: Node) -> Parts:
    """The parts of a node, in order."""
    parts: dict[str, Any] = {}
    numbers: dict[str, int] = {}
    for action in node.actions:
        numbers[action.type] = number = numbers.get(action.type, 0) + 1
        kind = action.type.replace("_", " ")
        prefix = (
            "" if len(node.actions) == 1 else f"{kind} {number}: " if number > 1 else f"{kind}: "
        )
        parts[f"{prefix}action"] = kind
        for name, value in _of_action(action.source):
            parts[prefix + name] = value
        for language, translated in sorted(flow.localization.items()):
            texts = translated.get(action.uuid) if isinstance(translated, dict) else None
            for name, value in texts.items() if isinstance(texts, dict) else ():
                parts[f"{prefix}{_plain(name)} in {language}"] = value
    if node.router:
        parts |= _of_router(flow, node, node.router)
    else:
        parts["leads to"] = _target(flow, node.exits[0].destination if node.exits else None)
    return _texts(parts)


def _of_action(source: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of an action; a body that is a JSON object is told key by key."""
    for name, value in source.items():
        if name in ("uuid", "type"):
            continue
        inner = _object(value) if name == "body" else None
        if inner is None:
            yield _plain(name), value
            continue
        for key, one in inner.items():
            yield f"body: {key}", one


def _of_router(flow: Flow, node: Node, router: Router) -> dict[str, Any]:
    names = {one.uuid: one.name for one in router.categories}
    parts: dict[str, Any] = {
        "looks at": router.operand,
        "result": router.result_name,
        "time-out": f"{router.wait.timeout_seconds} s" if router.wait else "",
        "time-out expression": router.wait.timeout_expression if router.wait else "",
        "otherwise": names.get(router.default_category, ""),
    }
    for number, case in enumerate(router.cases, start=1):
        tested = " ".join(filter(None, [case.type, *case.arguments]))
        parts[f"case {number}"] = f"{tested} → {names.get(case.category, '')}"
    for category in router.categories:
        parts[f"'{category.name}' leads to"] = _target(flow, node.destination(category.exit))
    return parts


def _target(flow: Flow, uuid: str | None) -> tuple[Any, str]:
    """Where an exit leads: compared by UUID, shown by the node's words."""
    return (uuid, target_title(flow, uuid)) if uuid else (None, "the end")


def _object(value: Any) -> dict[str, Any] | None:
    try:
        read = read_value(as_text(value))
    except UnreadableJson:
        return None
    return read if isinstance(read, dict) and read else None


def _texts(parts: Mapping[str, Any]) -> Parts:
    """The parts that say something; a value that is no pair yet is compared as it is shown."""
    pairs = {
        what: value if isinstance(value, tuple) else (_written(value),) * 2
        for what, value in parts.items()
    }
    return {what: (key, shown[:LONGEST]) for what, (key, shown) in pairs.items() if shown}


def _written(value: Any) -> str:
    """A value as an author reads it: a text as it is, several of them a line each."""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "\n".join(map(as_text, value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return as_text(value)


def _plain(name: str) -> str:
    return name.replace("_", " ")
