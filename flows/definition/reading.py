"""Read a flow definition, or Glific's export of several, from JSON.

A definition that cannot be loaded raises InvalidInput naming the node; the linter reports what
can be loaded but will not work. The JSON may come from anybody, so its size and depth are checked
first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.errors import InvalidInput, TooLarge
from flowhook.http.body_size import MAX_IMPORT_VALUES
from flowhook.strict_json import read_json
from flowhook.turns import in_turns
from flows.definition.definition import Exit, Export, Flow, Node
from flows.definition.rapidpro import refuse_rapidpro
from flows.definition.reading_nodes import read_node, required_text
from flows.model.action import as_text
from flows.model.bounds import check_bounds

MAX_BYTES = 8 * 1024 * 1024
MAX_NODES = 3_000
MAX_FLOWS = 200
MAX_BESIDE = 2_000  # contact fields, collections, and templates of interactive messages

Json = Mapping[str, Any]


def read_export(document: str | bytes | Json) -> Export:
    """Read all flows of a document: a bare definition, a wrapped one, or an export.

    A bare definition gives an export of one flow without keywords and `entry_extra`. Raises
    InvalidInput, for an export of RapidPro or TextIt too, or TooLarge.
    """
    parsed = _parse(document)
    refuse_rapidpro(parsed)
    if "flows" not in parsed and isinstance(parsed.get("definition"), dict):
        parsed = {"flows": [parsed]}
    if "flows" not in parsed:
        return Export(flows=(read_flow(parsed),))
    entries = _list_of_objects(parsed, "flows")
    if len(entries) > MAX_FLOWS:
        raise TooLarge(
            f"the export holds more than {MAX_FLOWS} flows", fix="Import them in several parts."
        )
    known = ("flows", "contact_field", "collections", "interactive_templates")
    if not entries and not all(key in parsed for key in known):
        raise InvalidInput("the export holds no flows")
    lists = {**{key: [] for key in known}, **parsed}
    for key in known[1:]:
        if len(_list(lists, key)) > MAX_BESIDE:
            raise TooLarge(
                f'the export holds more than {MAX_BESIDE} of "{key}"',
                fix="Import them in several parts.",
            )
    return Export(
        flows=tuple(read_entry(entry) for entry in in_turns(entries)),
        contact_fields=tuple(_list(lists, "contact_field")),
        collections=tuple(_list(lists, "collections")),
        interactive_templates=tuple(_list_of_objects(lists, "interactive_templates")),
        extra={key: value for key, value in parsed.items() if key not in known},
        entry_extra=tuple(
            {key: value for key, value in entry.items() if key not in ("definition", "keywords")}
            for entry in entries
        ),
    )


def read_flow(
    document: str | bytes | Json,
    *,
    keywords: tuple[str, ...] = (),
    revision: int | str = 1,
    attributes: Json | None = None,
) -> Flow:
    """Read one flow; `attributes` are the keys beside its definition, such as is_background.

    Raises InvalidInput or TooLarge.
    """
    source = _parse(document)
    if isinstance(source.get("definition"), dict):
        source = source["definition"]
    if "nodes" not in source:
        raise InvalidInput(
            "the definition has no nodes", fix="Take the file that Glific's Export flow gives."
        )
    beside = attributes or {}
    listed = _list_of_objects(source, "nodes")
    if len(listed) > MAX_NODES:
        raise TooLarge(f"the flow has more than {MAX_NODES} nodes", fix="Split it into sub-flows.")
    nodes = [read_node(one) for one in in_turns(listed)]
    for name in ("Other", "No Response"):
        if beside.get("respond_" + name.lower().replace(" ", "_")) is True:
            asking = {one.destination: node.uuid for node in nodes for one in node.exits}
            nodes = [_answered(node, asking.get(node.uuid), name) for node in nodes]
    by_uuid = {node.uuid: node for node in nodes}
    localization = source.get("localization")
    return Flow(
        uuid=required_text(source, "uuid", "the flow"),
        name=source["name"] if isinstance(source.get("name"), str) else "",
        nodes=by_uuid,
        start=_start(source, by_uuid),
        localization=localization if isinstance(localization, dict) else {},
        source=source,
        keywords=keywords,
        revision=revision,
        is_active=beside.get("is_active") is not False,
        is_background=beside.get("is_background") is True,
        is_template=beside.get("is_template") is True,
        ignore_keywords=beside.get("ignore_keywords") is True,
        repeated=_repeated(nodes),
        channel=as_text(beside.get("channel") or source.get("channel")),
    )


def read_entry(entry: Json, revision: int | str = 1) -> Flow:
    """Read a flow from an entry of an export: its definition and the keys beside it.

    Raises InvalidInput or TooLarge.
    """
    definition = entry.get("definition")
    if not isinstance(definition, dict):
        raise InvalidInput('an entry of "flows" has no definition')
    keywords = entry.get("keywords") or []
    if not isinstance(keywords, list) or not all(isinstance(one, str) for one in keywords):
        raise InvalidInput('"keywords" must be a list of texts')
    return read_flow(definition, keywords=tuple(keywords), revision=revision, attributes=entry)


def _parse(document: str | bytes | Json) -> dict[str, Any]:
    if isinstance(document, str | bytes):
        if len(document) > MAX_BYTES:
            raise TooLarge(f"the document is larger than {MAX_BYTES // 1024 // 1024} MiB")
        raw = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
        document = read_json(raw, MAX_IMPORT_VALUES, what="the document")
    if not isinstance(document, dict):
        raise InvalidInput("a flow is one JSON object")
    check_bounds(document, what="the document")
    return document


def _list(parent: Json, key: str) -> list[Any]:
    value = parent.get(key)
    if not isinstance(value, list):
        raise InvalidInput(f'"{key}" must be a list')
    return value


def _list_of_objects(parent: Json, key: str) -> list[dict[str, Any]]:
    value = _list(parent, key)
    for number, one in enumerate(value, start=1):
        if not isinstance(one, dict):
            raise InvalidInput(f'entry {number} of "{key}" is not an object')
    return value


def _start(source: Json, nodes: Mapping[str, Node]) -> str:
    """The topmost node of the drawing, then the leftmost; empty if it is not a node of the flow.

    Where nothing is drawn, as in files that a script wrote, it is the first node to which no exit
    leads, or else the first of all.
    """
    drawing = source.get("_ui")
    drawn = drawing.get("nodes") if isinstance(drawing, dict) else None
    best: tuple[float, float, str] | None = None
    for uuid, entry in drawn.items() if isinstance(drawn, dict) else ():
        position = entry.get("position") if isinstance(entry, dict) else None
        if not isinstance(position, dict):
            continue
        top, left = position.get("top"), position.get("left")
        if not isinstance(top, int | float):
            continue
        place = (float(top), float(left) if isinstance(left, int | float) else 0.0, uuid)
        best = place if best is None or place[:2] < best[:2] else best
    if best is None:
        return _first(nodes)
    return best[2] if best[2] in nodes else ""


def _first(nodes: Mapping[str, Node]) -> str:
    """The first node to which no other leads, else the first node; empty without nodes."""
    entered = {
        one.destination
        for node in nodes.values()
        for one in node.exits
        if one.destination != node.uuid
    }
    return next((uuid for uuid in nodes if uuid not in entered), next(iter(nodes), ""))


def _repeated(nodes: list[Node]) -> tuple[str, ...]:
    seen: set[str] = set()
    twice = []
    for node in nodes:
        if node.uuid in seen:
            twice.append(node.uuid)
        seen.add(node.uuid)
    return tuple(dict.fromkeys(twice))


def _answered(node: Node, asking: str | None, category_name: str) -> Node:
    """Connect the node's unconnected `Other` or `No Response` to the node that asks the question,
    the last one that leads to it.
    """
    category = node.router.category_named(category_name) if node.router else None
    if category is None or asking is None or node.destination(category.exit):
        return node
    exits = tuple(
        Exit(one.uuid, asking) if one.uuid == category.exit else one for one in node.exits
    )
    return Node(node.uuid, node.actions, exits, node.router)
