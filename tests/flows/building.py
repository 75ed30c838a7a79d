"""Flow definitions from a short form, so that test data shows what matters.

A flow is `{"uuid", "name"?, "nodes": [...], ...}`, a node one of

    {"id", "send": text, "to"}                    a message
    {"id", "actions": [...], "to"}                any actions
    {"id", "wait": {...}, "cases": [[test, arguments, category, to]], "else": to, "silent": to}
    {"id", "split": operand, "cases": [...], "else": to}
    {"id", "random": [to, ...]}
    {"id", "webhook": {...}, "success": to, "failure": to}      also "enter", "ask" (any action)
                  (with "test": the name of a test in the place of has_only_text)

Nodes are drawn from top to bottom in the order written.
"""

from __future__ import annotations

from typing import Any

from flows.definition.definition import Export
from flows.definition.reading import read_export

Json = dict[str, Any]


def export_of(flows: list[Json], **more: Any) -> Export:
    entries = []
    for flow in flows:
        known = {"uuid", "name", "nodes", "localization", "keywords", "definition"}
        beside = {key: value for key, value in flow.items() if key not in known}
        entry = {"definition": definition_of(flow), "keywords": flow.get("keywords", []), **beside}
        entries.append(entry)
    lists: Json = {"contact_field": [], "collections": [], "interactive_templates": []}
    return read_export({"flows": entries, **lists, **more})


def definition_of(flow: Json) -> Json:
    nodes = [node_of(node) for node in flow["nodes"]]
    drawn = {node["uuid"]: {"position": {"top": at, "left": 0}} for at, node in enumerate(nodes)}
    return {
        "uuid": flow["uuid"],
        "name": flow.get("name", flow["uuid"]),
        "nodes": nodes,
        "localization": flow.get("localization", {}),
        "_ui": {"nodes": drawn},
    }


def node_of(node: Json) -> Json:
    uuid = node["id"]
    if "send" in node:
        action = {"type": "send_msg", "text": node["send"], **node.get("with", {})}
        return _plain(uuid, [action], node.get("to"))
    if "webhook" in node:
        action = {"type": "call_webhook", "method": "FUNCTION", "headers": {}, **node["webhook"]}
        return _asking(uuid, action, node)
    if "ask" in node:
        return _asking(uuid, node["ask"], node)
    if "enter" in node:
        action = {"type": "enter_flow", "flow": {"uuid": node["enter"], "name": "x"}}
        routes = [["has_only_text", ["completed"], "Complete", node.get("to")]]
        built = _switch(uuid, routes, "Expired", node.get("expired"), {"operand": "@child.status"})
        return {**built, "actions": [_action(uuid, 0, action)]}
    if "random" in node:
        return _random(uuid, node["random"])
    if "wait" in node or "split" in node:
        return _split(uuid, node)
    return _plain(uuid, node.get("actions", []), node.get("to"))


def _action(uuid: str, at: int, action: Json) -> Json:
    return {"uuid": f"{uuid}.a{at}", **action}


def _plain(uuid: str, actions: list[Json], to: str | None) -> Json:
    return {
        "uuid": uuid,
        "actions": [_action(uuid, at, action) for at, action in enumerate(actions)],
        "exits": [{"uuid": f"{uuid}.e", "destination_uuid": to}],
    }


def _asking(uuid: str, action: Json, node: Json) -> Json:
    test = node.get("test", "has_only_text")
    routes = [[test, ["Success"], "Success", node.get("success")]]
    extra = {"operand": "@results.x.category", "result_name": node.get("result", "")}
    built = _switch(uuid, routes, "Failure", node.get("failure"), extra)
    more = [node["then"]] if "then" in node else []
    return {**built, "actions": [_action(uuid, at, one) for at, one in enumerate([action, *more])]}


def _split(uuid: str, node: Json) -> Json:
    extra: Json = {"operand": node.get("split", "@input.text")}
    silent = None
    if "wait" in node:
        wait = dict(node["wait"])
        extra["result_name"] = wait.pop("result", "")
        extra["wait"] = {"type": "msg"}
        if wait:
            extra["wait"]["timeout"] = {**wait, "category_uuid": f"{uuid}.No Response"}
            silent = node.get("silent", "")
    else:
        extra["result_name"] = node.get("result", "")
    name = node.get("silent_name", "No Response")
    return _switch(uuid, node.get("cases", []), "Other", node.get("else"), extra, silent, name)


def _switch(
    uuid: str,
    routes: list[Any],
    default: str,
    otherwise: str | None,
    extra: Json,
    silent: str | None = None,
    silent_name: str = "No Response",
) -> Json:
    targets = {category: to for _, _, category, to in routes}
    targets[default] = otherwise
    if silent is not None:
        targets[silent_name] = silent or None
    cases = [
        {
            "uuid": f"{uuid}.k{at}",
            "type": test,
            "arguments": arguments,
            "category_uuid": f"{uuid}.{name}",
        }
        for at, (test, arguments, name, _) in enumerate(routes)
    ]
    router = {
        "type": "switch",
        "cases": cases,
        "categories": _categories(uuid, targets),
        "default_category_uuid": f"{uuid}.{default}",
        **extra,
    }
    return {"uuid": uuid, "actions": [], "exits": _exits(uuid, targets), "router": router}


def _random(uuid: str, targets: list[str]) -> Json:
    named: dict[str, str | None] = {f"Bucket {at}": to for at, to in enumerate(targets, start=1)}
    router = {"type": "random", "categories": _categories(uuid, named), "result_name": "bucket"}
    return {"uuid": uuid, "actions": [], "exits": _exits(uuid, named), "router": router}


def _categories(uuid: str, targets: dict[str, str | None]) -> list[Json]:
    return [
        {"uuid": f"{uuid}.{name}", "name": name, "exit_uuid": f"{uuid}.e.{name}"}
        for name in targets
    ]


def _exits(uuid: str, targets: dict[str, str | None]) -> list[Json]:
    return [
        {"uuid": f"{uuid}.e.{name}", "destination_uuid": to or None} for name, to in targets.items()
    ]
