"""The part of a view's OpenAPI entry that its path and docstring do not contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "flowhook_document"


@dataclass(frozen=True, slots=True)
class Document:
    """The OpenAPI details of a view.

    `body`: the schema a request must satisfy; `takes`: where it has none, the JSON Schema and an
    example, as `{"schema", "example"}`, and the media type as `content` where that is not JSON;
    `form`: the JSON Schema of a form with files that may be sent in place of the `body`;
    `query`: parameters and their meaning; `answer`: JSON Schema of the success; `content`: its
    media type; `also`: further ones that a caller may ask for, in which it is an object; `open`: no
    credentials needed; `query_is_body`: the view itself refuses what it does not know in the
    query."""

    body: type[Schema] | None = None
    takes: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    answer: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
    content: str = "application/json"
    also: Sequence[str] = ()
    open: bool = False
    query_is_body: bool = False


def documented(**known: Any) -> Callable[[View], View]:
    """Attach a Document to a view, which is returned unchanged."""

    def attach(view: View) -> View:
        setattr(view, ATTRIBUTE, Document(**known))
        return view

    return attach


def document_of(view: Any) -> Document:
    """Return the Document of a view, or an empty one if none is attached."""
    found = getattr(view, ATTRIBUTE, None)
    return found if isinstance(found, Document) else Document()


def is_documented(view: Any) -> bool:
    """Tell whether a view is of the documented API: a page is not."""
    return hasattr(view, ATTRIBUTE)


def page_of(items: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a page: objects under `items`, and the next page's cursor."""
    return {
        "type": "object",
        "required": [items, "next_cursor"],
        "properties": {
            items: {"type": "array", "items": {"type": "object", "properties": dict(properties)}},
            "next_cursor": {"type": ["string", "null"]},
        },
    }
