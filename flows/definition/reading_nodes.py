"""Read one node of a definition: its actions, exits and router."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from flowhook.errors import InvalidInput
from flowhook.registry import load
from flows.definition.definition import RANDOM, SWITCH, Case, Category, Exit, Node, Router, Wait
from flows.model.action import UNKNOWN, Action, ActionType, actions

load("flows.actions")

Json = Mapping[str, Any]
MAX_ITEMS = 1_000
MAX_DELAY_SECONDS = 366 * 24 * 3600


def fail(where: str, problem: str) -> NoReturn:
    """Raise InvalidInput for a part of a node."""
    raise InvalidInput(
        f"{where}: {problem}",
        fix="Open the flow in the editor, correct this node, export it again.",
    )


def required_text(source: Json, key: str, where: str) -> str:
    """Read a text. Raises InvalidInput if it is missing or empty."""
    value = source.get(key)
    if not isinstance(value, str) or not value:
        fail(where, f'"{key}" is missing or not a text')
    return value


def read_node(source: Json) -> Node:
    """Read a node. Raises InvalidInput for a malformed one."""
    uuid = required_text(source, "uuid", "a node")
    where = f"Node {uuid[-4:]} ({uuid})"
    exits = tuple(_read_exit(one, where) for one in _objects(source, "exits", where))
    router = source.get("router")
    if router is not None and not isinstance(router, dict):
        fail(where, '"router" must be an object')
    read = _read_router(router, where) if router else None
    known = {one.uuid for one in exits}
    for category in read.categories if read else ():
        if category.exit not in known:
            fail(where, f'category "{category.name}" leads to an exit the node does not have')
    return Node(
        uuid=uuid,
        actions=tuple(_read_action(one, where) for one in _optional(source, "actions", where)),
        exits=exits,
        router=read,
    )


def _optional(source: Json, key: str, where: str) -> list[dict[str, Any]]:
    """The objects of a list that a script may leave out."""
    return [] if source.get(key) is None else _objects(source, key, where)


def _objects(source: Json, key: str, where: str) -> list[dict[str, Any]]:
    value = source.get(key)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        fail(where, f'"{key}" is missing or not a list of objects')
    if len(value) > MAX_ITEMS:
        fail(where, f'"{key}" holds more than {MAX_ITEMS} entries')
    return value


def _read_exit(source: Json, where: str) -> Exit:
    uuid = required_text(source, "uuid", f"{where}, exit")
    destination = source.get("destination_uuid")
    if destination is not None and not isinstance(destination, str):
        fail(where, "an exit's destination_uuid must be a text or null")
    return Exit(uuid, destination or None)


def _read_action(source: Json, where: str) -> Action:
    kind = required_text(source, "type", f"{where}, action")
    where = f"{where}, action {kind}"
    uuid = required_text(source, "uuid", where)
    known = actions.find(kind) or UNKNOWN
    missing = [key for key in known.required if key not in source]
    if missing:
        fail(where, f"Missing required fields: {', '.join(missing)}")
    return Action(uuid, kind, _delay(source, known, where), source)


def _delay(source: Json, kind: ActionType, where: str) -> float:
    value = source.get("delay")
    if value is None or (value == "" and kind.pauses):
        return 0
    text = str(value).strip() if isinstance(value, int | str) else ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or isinstance(value, bool) or len(text) > 12:
        fail(where, '"delay" must be a whole number of seconds')
    return max(0, min(int(text), MAX_DELAY_SECONDS))


def _read_router(source: Json, where: str) -> Router:
    kind = required_text(source, "type", f"{where}, router")
    where = f"{where}, router"
    if kind not in (SWITCH, RANDOM):
        fail(where, f'type "{kind[:40]}" is not {SWITCH} or {RANDOM}')
    categories = tuple(_read_category(one, where) for one in _objects(source, "categories", where))
    if not categories:
        fail(where, "it has no categories")
    result_name = source.get("result_name")
    router = Router(
        type=kind,
        categories=categories,
        result_name=result_name if isinstance(result_name, str) else "",
        wait=_read_wait(source["wait"], where) if source.get("wait") is not None else None,
    )
    return _read_switch(source, router, where) if kind == SWITCH else router


def _read_switch(source: Json, router: Router, where: str) -> Router:
    known = {category.uuid for category in router.categories}
    cases = tuple(_read_case(one, where) for one in _optional(source, "cases", where))
    for case in cases:
        if case.category not in known:
            fail(where, f"Category ID does not exist for Case: {case.uuid}")
    default = source.get("default_category_uuid")
    if not isinstance(default, str) or default not in known:
        fail(where, "Default Category ID does not exist for Router")
    operand = source.get("operand")
    return Router(
        type=router.type,
        categories=router.categories,
        cases=cases,
        operand=operand if isinstance(operand, str) else "",
        default_category=default,
        result_name=router.result_name,
        wait=router.wait,
    )


def _read_category(source: Json, where: str) -> Category:
    where = f"{where}, category"
    return Category(
        uuid=required_text(source, "uuid", where),
        name=source["name"] if isinstance(source.get("name"), str) else fail(where, "no name"),
        exit=required_text(source, "exit_uuid", where),
    )


def _read_case(source: Json, where: str) -> Case:
    where = f"{where}, case"
    arguments = source.get("arguments")
    arguments = [] if arguments is None else arguments
    if not isinstance(arguments, list) or len(arguments) > MAX_ITEMS:
        fail(where, '"arguments" is not a list, or too long')
    return Case(
        uuid=required_text(source, "uuid", where),
        type=required_text(source, "type", where),
        arguments=tuple(one if isinstance(one, str) else str(one) for one in arguments),
        category=required_text(source, "category_uuid", where),
    )


def _read_wait(source: Any, where: str) -> Wait:
    where = f"{where}, wait"
    if not isinstance(source, dict):
        fail(where, "it must be an object")
    required_text(source, "type", where)
    timeout = source.get("timeout") or {}
    if not isinstance(timeout, dict):
        fail(where, '"timeout" must be an object')
    seconds = timeout.get("seconds") or 0
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 12:
        seconds = int(seconds)
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        fail(where, "timeout seconds must be a whole number")
    expression = timeout.get("expression")
    category = timeout.get("category_uuid")
    return Wait(
        timeout_seconds=max(0, min(seconds, MAX_DELAY_SECONDS)),
        timeout_expression=expression if isinstance(expression, str) else "",
        timeout_category=category if isinstance(category, str) else "",
    )
