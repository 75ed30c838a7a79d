"""HTTP for what an organisation deleted in the last 30 days."""

from __future__ import annotations

from flask import Blueprint, Response

from flowhook.errors import Forbidden
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.roles import ADMIN, OPERATOR
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.section_store import SECTION
from flowhook.organisations.trash import Trash, TrashItem


def trash_routes(auth: AdminAuth, sections: SectionService, trash: Trash) -> Blueprint:
    """`/trash/<org>`."""
    routes = Blueprint("trash", __name__, url_prefix="/trash/<org>")

    @routes.get("")
    @documented(answer=page_of("trash", {"id": {"type": "string"}}))
    def list_deleted(org: str) -> Response:
        """List what was deleted and can be brought back, newest first: at most 500."""
        auth.member(org)
        sections.existing(org)
        listed = [item.shown for item in trash.items(org)]
        return json_answer({"trash": listed, "next_cursor": None})

    @routes.post("/<item_id>/restore")
    @documented(answer={"type": "object", "required": ["success", "kind", "name"]})
    def restore(org: str, item_id: str) -> Response:
        """Bring a deleted flow, prompt, question set or settings section back, without secrets."""
        caller = auth.member(org)
        item = bring_back(sections, trash, org, item_id, caller)
        return json_answer({"success": True, "kind": item.kind, "name": item.name})

    return routes


def bring_back(
    sections: SectionService, trash: Trash, org: str, item_id: str, caller: Caller
) -> TrashItem:
    """Bring an item back. Raises NotFound, Conflict, and Forbidden for settings unless the caller
    may change those."""
    sections.existing(org)
    item = trash.find(org, item_id)
    if item.kind == SECTION and caller.scope not in (ADMIN, OPERATOR):
        raise Forbidden("only an admin brings settings back", fix="Ask the organisation's admin.")
    trash.restore(org, item, caller.name)
    sections.changed(org)
    return item
