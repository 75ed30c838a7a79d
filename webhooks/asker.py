"""Who asks what goes into the inbox: what a call's body tells of its contact and its flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.common_keys import NAME_FIELDS
from flowhook.strict_json import UnreadableJson, read_value

MAX_NAME = 200
LABELS = ("label", "name", "locale", "code", "iso")  # of a language, as builders write it


@dataclass(frozen=True, slots=True)
class Asker:
    """The contact's name and language, and the flow's name; empty where the body has none."""

    name: str = ""
    language: str = ""
    flow_name: str = ""


def asker_of(body: Mapping[str, Any]) -> Asker:
    """
    >>> asker_of({"contact": {"name": "Asha", "language": {"label": "Hindi"}}, "flow": "7"})
    Asker(name='Asha', language='Hindi', flow_name='')
    >>> asker_of({"contact": '{"name": "Asha"}', "flow": {"id": 7, "name": "Clinic"}})
    Asker(name='Asha', language='', flow_name='Clinic')
    """
    contact, flow = object_in(body.get("contact")), object_in(body.get("flow"))
    return Asker(_text(contact.get("name")), language_of(contact), _text(flow.get("name")))


def names_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a body's contact goes by, with those that flows asked for and keep as fields.

    >>> names_of({"contact": {"name": "Asha Devi", "fields": {"first_name": {"value": "Asha"}}}})
    ('Asha Devi', 'Asha')
    """
    contact = object_in(body.get("contact"))
    fields = object_in(contact.get("fields"))
    told = (_text(_value_of(fields.get(name))) for name in NAME_FIELDS)
    return tuple(dict.fromkeys(name for name in (_text(contact.get("name")), *told) if name))


def language_of(contact: Mapping[str, Any]) -> str:
    """A contact's language, by name or code as its builder writes it; empty for none.

    Glific keeps it among the contact's fields.

    >>> language_of({"fields": {"language": {"label": "Hindi"}}})
    'Hindi'
    """
    own = _label_of(contact.get("language"))
    return own or _label_of(object_in(contact.get("fields")).get("language"))


def _label_of(language: Any) -> str:
    if isinstance(language, Mapping):
        if language.get("value"):
            return _text(language["value"])
        language = next((language[name] for name in LABELS if language.get(name)), None)
    return _text(language)


def _value_of(field: Any) -> Any:
    return field.get("value") if isinstance(field, Mapping) else field


def object_in(value: Any) -> Mapping[str, Any]:
    """An object of a body, also one that a form has as its text; empty for anything else."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            value = read_value(value)
        except UnreadableJson:
            return {}
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip()[:MAX_NAME] if isinstance(value, str) else ""
