"""The form of a new base of documents: a title that people read, and a name that flows use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from answers.api.knowledge_schema import KnowledgeBaseSchema
from answers.knowledge.base import NAME, KnowledgeBase
from answers.knowledge.store import BaseStore
from flowhook.errors import Conflict, FlowhookError, InvalidInput
from flowhook.organisations.section_service import load_fields
from web.forms import messages
from web.language import _

USUAL = "documents"  # the name of a base whose title has no Latin letters
LONGEST = 56  # of a name that is made of a title, so that a number fits behind it
_BETWEEN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class BaseForm:
    """What stands in the form, and what is wrong beside its fields."""

    title: str = ""
    name: str = ""
    title_errors: tuple[str, ...] = ()
    name_errors: tuple[str, ...] = ()

    @classmethod
    def typed(cls, form: Mapping[str, str], error: FlowhookError) -> BaseForm:
        wrong: Mapping[str, Any] = error.fields or {}
        return cls(
            form.get("title", ""),
            form.get("name", ""),
            messages(wrong.get("title", ())),
            messages(wrong.get("name", ())),
        )


def made_base(store: BaseStore, org: str, form: Mapping[str, str], by: str) -> KnowledgeBase:
    """Make the base that a form asks for. Raises InvalidInput, Conflict and TooLarge."""
    title, typed = form.get("title", "").strip(), form.get("name", "").strip()
    if not title and not typed:
        words = _("Say what the documents are about.")
        raise InvalidInput(words, fields={"title": [words]})
    taken = {base.name for base in store.all_now(org)}
    name = _checked(typed, taken) if typed else name_of(title, taken)
    values = load_fields(KnowledgeBaseSchema(), {"title": title or None})
    return store.put(org, name, {"title": values["title"] or ""}, by)[0]


def name_of(title: str, taken: Collection[str]) -> str:
    """A name that no base has yet, made of a title.

    >>> name_of("Leaflets for mothers", []), name_of("पर्चे", ["documents"])
    ('leaflets_for_mothers', 'documents_2')
    """
    name = _BETWEEN.sub("_", title.lower()).strip("_")[:LONGEST].strip("_") or USUAL
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def _checked(typed: str, taken: Collection[str]) -> str:
    name = typed.lower().replace(" ", "_")
    if not NAME.fullmatch(name):
        words = _("A name is 1 to 64 of a-z 0-9 _ -")
        raise InvalidInput(words, fields={"name": [words]})
    if name in taken:
        words = _("There is a base of documents %(name)s already.", name=name)
        raise Conflict(words, fix=_("Choose another name."), fields={"name": [words]})
    return name
