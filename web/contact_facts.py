"""What is known of a contact and of their answers, as words for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from flows.model.contact import LANGUAGES
from web.language import _, translated

SPOKEN = {one.locale: one.label for one in LANGUAGES}


def facts_of(contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and words of what is known of a contact; what is empty is left out."""
    language = contact["language"]
    known = [
        (_("Name"), contact["name"]),
        (_("Phone number"), contact["phone"]),
        (_("Language"), translated(SPOKEN.get(language, language))),
        (_("Collections"), ", ".join(contact["groups"].values())),
        *((str(name), words_of(value)) for name, value in contact["fields"].items()),
    ]
    return [(name, words) for name, words in known if words]


def words_of(value: Any) -> str:
    """A result or field in words: what the contact wrote or sent, or the value that was set."""
    if isinstance(value, Mapping):
        said = next((value[key] for key in ("value", "input", "url") if value.get(key)), None)
        value = value if said is None else said
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
