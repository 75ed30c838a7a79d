"""Bases and documents as HTTP shows them, and who may ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request

from answers.knowledge.base import NAME, KnowledgeBase
from answers.knowledge.document import FoundPassage
from answers.knowledge.stored_document import StoredDocument
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService

Json = dict[str, Any]

BASE = {
    "name": {"type": "string"},
    "title": {"type": "string"},
    "embedding_model": {"type": ["string", "null"]},
    "documents": {"type": "integer"},
    "bytes": {"type": "integer", "description": "What its documents take in the store."},
    "updated_at": {"type": "string", "format": "date-time"},
}
DOCUMENT = {
    "id": {"type": "string"},
    "title": {"type": "string"},
    "name": {"type": "string", "description": "The file's name or address."},
    "kind": {"type": "string", "description": "pdf, docx, xlsx, csv, html, txt or md."},
    "status": {"enum": ["queued", "reading", "ready", "failed"]},
    "bytes": {"type": "integer", "description": "The size of the file."},
    "pages": {"type": "integer", "description": "0 where its kind has none."},
    "passages": {"type": "integer"},
    "embedding_model": {
        "type": ["string", "null"],
        "description": "The model that made its passages' embeddings.",
    },
    "error": {
        "type": ["object", "null"],
        "description": (
            "Why it cannot be read; where it is ready, which of its pages could not be read, or "
            "why it has no embeddings."
        ),
        "properties": {"message": {"type": "string"}, "fix": {"type": "string"}},
    },
    "at": {"type": "string", "format": "date-time"},
    "by": {"type": "string"},
}
SENT = {
    "type": "object",
    "required": ["document_id", "status"],
    "properties": {"document_id": {"type": "string"}, "status": DOCUMENT["status"]},
}
FOUND = {
    "type": "object",
    "required": ["passages"],
    "properties": {
        "passages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["document", "title", "page", "text", "score"],
                "properties": {
                    "document": {"type": "string"},
                    "title": {"type": "string"},
                    "page": {"type": "integer", "description": "0 where its kind has none."},
                    "text": {"type": "string"},
                    "score": {"type": "number", "minimum": 0, "maximum": 1},
                },
            },
        }
    },
}


class KnowledgeAccess:
    """Lets a caller at an organisation's documents, as far as their role allows."""

    def __init__(self, auth: AdminAuth, sections: SectionService) -> None:
        self.auth = auth
        self.sections = sections

    def caller(self, org: str, name: str | None = None) -> Caller:
        """Who calls. Raises what `AdminAuth.member` does, NotFound where there is no such
        organisation, and InvalidInput where no base can have this name."""
        caller = self.auth.member(org)
        self.sections.existing(org)
        if name is not None and not NAME.fullmatch(name):
            raise InvalidInput(
                "a base's name is 1 to 64 of a-z 0-9 _ -",
                fix="Choose a name such as leaflets.",
            )
        return caller


def shown_base(base: KnowledgeBase, documents: int, size: int) -> Json:
    return {
        "name": base.name,
        "title": base.title,
        "embedding_model": base.embedding_model or None,
        "documents": documents,
        "bytes": size,
        "updated_at": base.updated_at,
    }


def shown_document(document: StoredDocument) -> Json:
    told = {name: getattr(document, name) for name in DOCUMENT if name != "embedding_model"}
    return {
        **told,
        "title": document.title or document.name,
        "embedding_model": document.embedded_by or None,
        "error": _together(document.faults),
    }


def _together(faults: Sequence[Mapping[str, str]]) -> Json | None:
    """Several faults as one."""
    if not faults:
        return None
    return {part: " ".join(fault[part] for fault in faults) for part in ("message", "fix")}


def shown_passage(found: FoundPassage) -> Json:
    return {
        "document": found.document,
        "title": found.title,
        "page": found.passage.page,
        "text": found.passage.text,
        "score": round(found.score, 4),
    }


def tagged(body: Json, base: KnowledgeBase, status: int = 200) -> Response:
    answer = json_answer(body, status)
    answer.headers["ETag"] = f'"{base.tag}"'
    return answer


def asked_offset() -> int:
    """The place in a list that the query's cursor names; raises InvalidInput."""
    cursor = request.args.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 6):
        message = "Not a cursor that this call gave."
        raise InvalidInput(f"cursor: {message}", fields={"cursor": [message]})
    return int(cursor or 0)
