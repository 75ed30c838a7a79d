"""How a conversation has to begin for a split by what is known to take each of its ways.

A beginning changes the contact (`name`, `phone`, `language`, `fields`, `groups`) and gives the flow
`results`, as the start of a conversation does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flowhook.turns import in_turns
from flows.definition.definition import Case, Router
from flows.exploring.inputs import category_of, texts_for
from flows.exploring.shapes import mentioned, with_value
from flows.model.contact import LANGUAGES, Contact
from flows.model.groups import group_id
from flows.model.session import Message
from flows.routers.switch import GROUP_OPERANDS

FIELD = re.compile(r"@(?:contact\.)?fields\.(\w+)|contact\.fields\.(\w+)")
OWN = re.compile(r"@contact\.(name|phone|language)\b")
STAMP = "2026-01-01T00:00:00.000000Z"

Json = dict[str, Any]


def beginnings(router: Router, own_results: frozenset[str]) -> dict[str, Json]:
    """The beginnings by the category that they lead to; none for a split by something else.

    `own_results` are those that the flow sets itself, in lower case.
    """
    if router.operand.strip() in GROUP_OPERANDS:
        return _groups(router)
    field, own = FIELD.search(router.operand), OWN.search(router.operand)
    if field:
        key = field[1] or field[2]
        return {name: {"fields": {key: text}} for name, text in _texts(router).items()}
    if own and own[1] == "language":
        return {
            name: {"language": one.locale}
            for one in LANGUAGES
            if (name := category_of(router, Message(one.label)))
        }
    if own:
        return {name: {own[1]: text} for name, text in _texts(router).items()}
    given = [one for one in mentioned(router.operand) if one[0] not in own_results]
    return {
        name: {"results": {result: with_value({}, path, text) if path else text}}
        for result, path in given[:1]
        for name, text in _texts(router).items()
    }


def changed(contact: Contact, change: Mapping[str, Any]) -> Contact:
    """A copy of the contact with the change that a beginning makes."""
    other = Contact.from_dict(contact.as_dict())
    for key, value in change.get("fields", {}).items():
        other.set_field(key, key, value, STAMP)
    other.groups = {**other.groups, **change.get("groups", {})}
    for name in ("name", "phone", "language"):
        setattr(other, name, change.get(name, getattr(other, name)))
    return other


def merged(before: Mapping[str, Any], change: Mapping[str, Any]) -> Json:
    """Two beginnings, one after the other.

    >>> merged({"fields": {"a": "1"}}, {"fields": {"b": "2"}, "name": "Asha"})
    {'fields': {'a': '1', 'b': '2'}, 'name': 'Asha'}
    """
    inner = {
        key: {**before.get(key, {}), **change.get(key, {})}
        for key in ("fields", "groups", "results")
        if key in before or key in change
    }
    return {**before, **change, **inner}


def _groups(router: Router) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for case in router.cases:
        name, group = _category(router, case), _group(case)
        if name and group:
            found[name] = {"groups": {group: case.arguments[1]}}
    return found


def _texts(router: Router) -> dict[str, str]:
    """A text for each category, the one of all else included."""
    texts = [text for case in router.cases for text in texts_for(case)]
    found: dict[str, str] = {}
    for text in in_turns((*texts, "something else")):
        name = category_of(router, Message(text))
        if name:
            found.setdefault(name, text)
    return found


def _category(router: Router, case: Case) -> str:
    category = router.category(case.category)
    return category.name if category else ""


def _group(case: Case) -> str | None:
    if len(case.arguments) != 2:  # an id and a name
        return None
    return group_id(case.arguments[0].strip(), case.arguments[1])
