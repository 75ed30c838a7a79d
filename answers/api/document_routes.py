"""HTTP routes of a base's documents: sent, listed, shown and deleted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from flask import Blueprint, Response

from answers.api.knowledge_answers import (
    DOCUMENT,
    SENT,
    KnowledgeAccess,
    asked_offset,
    shown_document,
)
from answers.api.knowledge_schema import DocumentSchema
from answers.api.uploads import read_upload
from answers.knowledge.bounds import MAX_FILE_BYTES
from answers.knowledge.reader import Reader
from flowhook.config import FETCH_SECONDS
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.providers.guard import AddressGuard, Fetched

PAGE_DOCUMENTS = 100
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "title": {"type": "string", "description": "The file's name, if it is left out."},
    },
}
CURSOR = {"cursor": "The next_cursor of the page before."}


def document_routes(
    access: KnowledgeAccess,
    reader: Reader,
    guard: AddressGuard,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`/knowledge/<org>/<base>/documents...`; `place` counts calls that wait for others."""
    url = "/knowledge/<org>/<base>/documents"
    routes = Blueprint("documents", __name__, url_prefix=url)
    documents = reader.documents

    def fetch(org: str, url: str) -> Fetched:
        with place(org):
            return guard.fetch(url, max_bytes=MAX_FILE_BYTES, timeout_seconds=FETCH_SECONDS)

    @routes.post("")
    @documented(body=DocumentSchema, form=FORM, status=202, answer=SENT)
    def send_document(org: str, base: str) -> Response:
        """Send a document, which is then read: a PDF, DOCX, XLSX, CSV, HTML, TXT or MD file of up
        to 20 MiB as multipart/form-data in the field `file`, or as JSON a text or a url.

        The same content again is 200 and the document that is there; where that failed, it is read
        again.
        """
        caller = access.caller(org, base)
        documents.bases.existing_now(org, base)
        new = read_upload(partial(fetch, org))
        document, is_queued = reader.take_in(org, base, new, caller.name)
        sent = {"document_id": document.id, "status": document.status}
        return json_answer(sent, 202 if is_queued else 200)

    @routes.get("")
    @documented(query=CURSOR, answer=page_of("documents", DOCUMENT))
    def list_documents(org: str, base: str) -> Response:
        """List a base's documents, newest first, 100 a page."""
        access.caller(org, base)
        start = asked_offset()
        found = documents.documents(org, base)
        end = start + PAGE_DOCUMENTS
        cursor = str(end) if end < len(found) else None
        listed = [shown_document(one) for one in found[start:end]]
        return json_answer({"documents": listed, "next_cursor": cursor})

    @routes.get("/<document>")
    @documented(answer={"type": "object", "required": list(DOCUMENT), "properties": DOCUMENT})
    def show_document(org: str, base: str, document: str) -> Response:
        """Show a document: whether it was read, and if not, why and what to do."""
        access.caller(org, base)
        return json_answer(shown_document(documents.document(org, base, document)))

    @routes.delete("/<document>")
    @documented()
    def delete_document(org: str, base: str, document: str) -> Response:
        """Delete a document for good; within 2 seconds nothing is answered from it any more."""
        caller = access.caller(org, base)
        documents.delete(org, base, document, caller.name)
        access.sections.changed(org)
        return Response(status=204)

    return routes
