"""The fields by which a function answers from documents, and the results that say what held it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from answers.knowledge.base import NAME
from flowhook.blanks import unpadded
from webhooks.fields import Json, Text, check_set

KNOWLEDGE = "knowledge"
NOT_FOUND_MESSAGE = "not_found_message"
FOUND = "found"
SOURCES = "sources"
MAX_BASES = 5
NO_NAME = "Must be the name of a base of documents, such as leaflets, or a list of up to 5 names."

FOUND_MEANS = (
    "Whether the documents hold the answer; false comes with not_found_message as the answer, so"
    " that a flow can split on it."
)


def read_bases(value: Any) -> tuple[str, ...]:
    """Read the names of bases, each once: one text, or a list of them."""
    given = value if isinstance(value, list) else [value]
    if not given or len(given) > MAX_BASES:
        raise ValidationError(NO_NAME)
    return tuple(dict.fromkeys(_read(one) for one in given))


def _read(given: Any) -> str:
    check_set(given)
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)  # a base may be called 2026
    name = unpadded(given) if isinstance(given, str) else ""
    if not NAME.fullmatch(name):
        raise ValidationError(NO_NAME)
    return name


def knowledge_field() -> Json:
    return Json(
        reads=read_bases,
        metadata={
            "description": "The name of a base of the organisation's documents (or a list of up to"
            " 5), to answer from nothing else: `found` tells whether they hold the answer,"
            " `sources` where.",
            "example": "leaflets",
        },
    )


def not_found_message_field() -> Text:
    return Text(
        max_length=4_000,
        metadata={
            "description": "The answer where the documents do not hold one; if not given, one"
            " sentence that says so in the question's language.",
            "example": "Our leaflets do not say. A nurse will write to you.",
        },
    )


def found_field(description: str = f"{FOUND_MEANS} Only if knowledge was in the body.") -> Any:
    return fields.Boolean(metadata={"description": description, "example": True})


def sources_field(
    description: str = "Where the answer stands: document (its id), title, and page, 0 where the"
    " document has no pages. Only if knowledge was in the body.",
) -> Any:
    return fields.List(
        fields.Dict(),
        metadata={
            "description": description,
            "example": [{"document": "doc_5fK2", "title": "Sowing calendar", "page": 3}],
        },
    )
