"""The part of a view's OpenAPI entry that its path and docstring do not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "flowhook_document"


@dataclass(frozen=True, slots=True)
class Document:
    """`body`: the schema a request must satisfy; `query`: parameters and what they mean;
    `answer`: JSON Schema of the success; `content`: its media type; `also`: further ones that a
    caller may ask for, in which it is an object; `open`: no credentials needed."""

    body: type[Schema] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    answer: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
    content: str = "application/json"
    also: Sequence[str] = ()
    open: bool = False


def documented(**known: Any) -> Callable[[View], View]:
    """Attach a Document to a view, which is returned unchanged."""

    def attach(view: View) -> View:
        setattr(view, ATTRIBUTE, Document(**known))
        return view

    return attach


def document_of(view: Any) -> Document:
    """The Document of a view; an empty one where none was attached."""
    found = getattr(view, ATTRIBUTE, None)
    return found if isinstance(found, Document) else Document()


def page_of(items: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of a page: a list of objects under `items`, and the next page's cursor."""
    return {
        "type": "object",
        "required": [items, "next_cursor"],
        "properties": {
            items: {"type": "array", "items": {"type": "object", "properties": dict(properties)}},
            "next_cursor": {"type": ["string", "null"]},
        },
    }
