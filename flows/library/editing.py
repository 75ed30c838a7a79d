"""Change a node's texts, or a flow's name and keywords, in the JSON that the flow came as.

Only what a change names is written: everything else keeps its value and its place, so that the
flow can go back to the editor in which it was drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flowhook.blanks import unpadded
from flowhook.errors import InvalidInput, NotFound
from flows.definition.definition import Case, Flow, Node
from flows.definition.interactive import Templates
from flows.model.action import Action, as_text
from flows.model.text import clean

Json = dict[str, Any]

OF_ROUTERS = frozenset({"cases", "timeout_seconds"})
DRAW_IT = "Change that in the flow editor, then import the flow again."


def change_node(
    entry: Json, flow: Flow, node: str, change: Mapping[str, Any], templates: Templates
) -> None:
    """Change what `change` names of a node, within `entry`, the flow as an export's entry.

    `flow` is the same flow, read; `change` is loaded by NodeSchema. Raises NotFound for an unknown
    node, InvalidInput for what this node does not have.
    """
    if node not in flow.nodes:
        raise NotFound("this flow has no such node", fix="GET the flow; its nodes are listed.")
    if node in flow.repeated:
        raise InvalidInput("two nodes of this flow have this UUID", fix=DRAW_IT)
    source = next(one for one in entry["definition"]["nodes"] if one["uuid"] == node)
    router = {name: value for name, value in change.items() if name in OF_ROUTERS}
    written = {name: value for name, value in change.items() if name not in (*OF_ROUTERS, "action")}
    if written:
        _change_action(entry["definition"], flow.nodes[node], source, change, written, templates)
    if router:
        _change_router(flow.nodes[node], source, router)


def change_flow(entry: Json, change: Mapping[str, Any]) -> None:
    """Change the flow's keywords and name, within `entry`; of keywords that the same messages are,
    the first stays."""
    if "keywords" in change:
        distinct: dict[str, str] = {}
        for word in change["keywords"]:
            distinct.setdefault(clean(word), unpadded(word))
        entry["keywords"] = list(distinct.values())
    if "name" in change:
        entry["definition"]["name"] = change["name"]
        if "name" in entry:
            entry["name"] = change["name"]


def _change_action(
    definition: Json,
    node: Node,
    source: Json,
    change: Mapping[str, Any],
    written: Mapping[str, Any],
    templates: Templates,
) -> None:
    """Write fields of one action and of its translations."""
    action = _chosen(node, change.get("action"), written)
    if action.kind.is_interactive:
        _refuse_template(action, templates)
    place = next(at for at, one in enumerate(node.actions) if one is action)
    target = source["actions"][place]  # by its place, since others may have its UUID
    for name, value in written.items():
        if name == "translations":
            for language, texts in value.items():
                _translate(definition, action, language, texts)
        else:
            action.kind.edits[name].write(target, value)


def _chosen(node: Node, uuid: str | None, written: Mapping[str, Any]) -> Action:
    """The action to change: the one named, else the only one that has all these fields."""
    named = [one for one in node.actions if uuid in (None, one.uuid)]
    if uuid and not named:
        raise NotFound("this node has no such action", fix="Name one of the node's actions.")
    fitting = [one for one in named if all(_takes(one, name) for name in written)]
    if not fitting:
        lacking = next(
            (name for name in written if not any(_takes(one, name) for one in named)), ""
        )
        raise InvalidInput(
            f"this node has no {lacking} to change" if lacking else "no action has all of these",
            fix=DRAW_IT if lacking else "Change the node's actions one by one.",
        )
    if len(fitting) > 1:
        raise InvalidInput(
            f"the node has {len(fitting)} actions with these fields",
            fix="Name one in action: " + ", ".join(one.uuid for one in fitting)[:500] + ".",
        )
    return fitting[0]


def _takes(action: Action, name: str) -> bool:
    if name == "translations":
        return any(action.kind.edits[one].is_translated for one in _values(action))
    return name in _values(action)


def _values(action: Action) -> Json:
    """What can be changed of an action, with its values."""
    read = {name: one.read(action.source) for name, one in action.kind.edits.items()}
    return {name: value for name, value in read.items() if value is not None}


def _refuse_template(action: Action, templates: Templates) -> None:
    """Raise InvalidInput where the message is kept beside the flows, for all of them."""
    if templates.find(as_text(action.source.get("id")), action.text("name")):
        raise InvalidInput(
            f"the interactive message {action.text('name')[:100]!r} belongs to no single flow",
            fix="Change it where it was made, export the flow with it, and import that.",
        )


def _translate(definition: Json, action: Action, language: str, texts: Any) -> None:
    """Write an action's translations into one language; an empty text or list removes one."""
    localization = definition.get("localization")
    localization = localization if isinstance(localization, dict) else {}
    of_language = localization.get(language)
    of_language = of_language if isinstance(of_language, dict) else {}
    held = of_language.get(action.uuid)
    held = held if isinstance(held, dict) else {}
    for name, value in texts.items():
        editable = action.kind.edits.get(name)
        if editable is None or not editable.is_translated:
            raise InvalidInput(f"{name} of this action has no translation", fix=DRAW_IT)
        if value:
            editable.write(held, value)
            held[name] = [held[name]] if isinstance(held[name], str) else held[name]
        else:
            held.pop(name, None)
    if held:
        definition["localization"] = localization
        localization[language] = of_language
        of_language[action.uuid] = held
    elif action.uuid in of_language:
        del of_language[action.uuid]
        if not of_language:
            del localization[language]


def _change_router(node: Node, source: Json, change: Mapping[str, Any]) -> None:
    """Write the arguments of cases, and the time-out of a wait that has one."""
    router = source.get("router")
    if not node.router or not isinstance(router, dict):
        raise InvalidInput("this node asks nothing, so it has no cases", fix=DRAW_IT)
    cases = {one["uuid"]: one for one in router.get("cases") or []}
    known = {one.uuid for one in cases_to_change(node)}
    for uuid, arguments in change.get("cases", {}).items():
        if uuid not in cases:
            raise InvalidInput(f"this node has no case {uuid[:64]!r}", fix=DRAW_IT)
        if uuid not in known:
            raise InvalidInput(f"two cases of this node have the UUID {uuid[:64]!r}", fix=DRAW_IT)
        cases[uuid]["arguments"] = arguments
    if "timeout_seconds" in change:
        if not node.router.wait or not node.router.wait.timeout_seconds:
            raise InvalidInput("this node waits without a time-out", fix=DRAW_IT)
        timeout = router["wait"]["timeout"]
        seconds = change["timeout_seconds"]
        timeout["seconds"] = str(seconds) if isinstance(timeout["seconds"], str) else seconds


def cases_to_change(node: Node) -> list[Case]:
    """The cases that their UUID names; those of which two have the same one are left out."""
    cases = node.router.cases if node.router else ()
    often = Counter(one.uuid for one in cases)
    return [one for one in cases if often[one.uuid] == 1]


def shown_node(flow: Flow, node: Node) -> Json:
    """What can be changed of a node with its present values, an action at a time."""
    shown: Json = {"actions": [_shown_action(flow, one) for one in node.actions if _values(one)]}
    if cases := cases_to_change(node):
        shown["cases"] = {one.uuid: list(one.arguments) for one in cases}
    if node.router and node.router.wait and node.router.wait.timeout_seconds:
        shown["timeout_seconds"] = node.router.wait.timeout_seconds
    return shown


def _shown_action(flow: Flow, action: Action) -> Json:
    edits, values = action.kind.edits, _values(action)
    shown = {"action": action.uuid, **values}
    translated = [name for name in values if edits[name].is_translated]
    if translated:
        shown["translations"] = {
            language: {name: edits[name].read(texts[action.uuid]) for name in translated}
            for language, texts in flow.localization.items()
            if isinstance(texts, dict) and isinstance(texts.get(action.uuid), dict)
        }
    return shown
