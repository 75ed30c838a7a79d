"""HTTP routes of bases of documents: listed, made, changed, deleted, and searched."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from answers.api.knowledge_answers import (
    BASE,
    FOUND,
    KnowledgeAccess,
    shown_base,
    shown_passage,
    tagged,
)
from answers.api.knowledge_schema import KnowledgeBaseSchema, SearchSchema
from answers.knowledge.base import KnowledgeBase
from answers.knowledge.deleted_bases import DeletedBases
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.reader import Reader
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.if_match import if_match
from flowhook.organisations.http.request_body import read_fields

ONE_BASE = {"type": "object", "required": list(BASE), "properties": BASE}
DELETED = {"type": "object", "properties": {"can_be_restored": {"type": "boolean"}}}


def knowledge_routes(
    access: KnowledgeAccess,
    reader: Reader,
    deleted: DeletedBases,
    knowledge: Knowledge,
) -> Blueprint:
    """`/knowledge/<org>` and `/knowledge/<org>/<base>`"""
    routes = Blueprint("knowledge", __name__, url_prefix="/knowledge/<org>")
    documents = reader.documents
    bases = documents.bases

    def shown(org: str, base: KnowledgeBase) -> dict[str, object]:
        return shown_base(base, *documents.totals(org, [base])[base.id])

    @routes.get("")
    @documented(answer=page_of("bases", BASE))
    def list_bases(org: str) -> Response:
        """List the organisation's bases of documents by name: at most 50."""
        access.caller(org)
        found = bases.all_now(org)
        totals = documents.totals(org, found)
        listed = [shown_base(base, *totals[base.id]) for base in found]
        return json_answer({"bases": listed, "next_cursor": None})

    @routes.put("/<base>")
    @documented(body=KnowledgeBaseSchema, status=201, answer=ONE_BASE)
    def put_base(org: str, base: str) -> Response:
        """Create a base of documents (201), or change its title or embedding model (200).

        Another embedding model has all its documents embedded anew; until then they are found by
        their words.
        """
        caller = access.caller(org, base)
        sent = read_fields(KnowledgeBaseSchema())
        values = {name: value or "" for name, value in sent.items()}
        made, is_new = bases.put(org, base, values, caller.name, if_match())
        reader.embed_anew(org, made)
        access.sections.changed(org)
        return tagged(shown(org, made), made, 201 if is_new else 200)

    @routes.get("/<base>")
    @documented(answer=ONE_BASE)
    def show_base(org: str, base: str) -> Response:
        """Show a base of documents."""
        access.caller(org, base)
        found = bases.existing_now(org, base)
        return tagged(shown(org, found), found)

    @routes.delete("/<base>")
    @documented(answer=DELETED)
    def delete_base(org: str, base: str) -> Response:
        """Delete a base with its documents; calls that name it then fail. For 30 days it can be
        brought back, see /trash; where its documents take more than 64 MiB or the store is full it
        cannot, and the answer is 200 with `can_be_restored` false."""
        caller = access.caller(org, base)
        is_kept = deleted.delete(org, base, caller.name, if_match())
        access.sections.changed(org)
        return Response(status=204) if is_kept else json_answer({"can_be_restored": False})

    @routes.post("/<base>/search")
    @documented(body=SearchSchema, answer=FOUND)
    def search(org: str, base: str) -> Response:
        """Search a base: the passages nearest to a question, best first.

        No model is asked unless the base has an `embedding_model`. `page` is 0 where the kind of
        document has no pages.
        """
        access.caller(org, base)
        asked = read_fields(SearchSchema())
        organisation = access.sections.existing(org)
        model = knowledge.base(organisation, base).embedding_model
        found = knowledge.search(
            organisation,
            base,
            asked["question"],
            asked["top"],
            partial(reader.embed, organisation, model),
            newest=True,
        )
        return json_answer({"passages": [shown_passage(one) for one in found.passages]})

    return routes
