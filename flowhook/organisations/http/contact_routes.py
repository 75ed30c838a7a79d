"""HTTP for a contact's rights: what is held about them, and its erasure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint, Response

from flowhook.errors import InvalidInput
from flowhook.http.answers import WholeAnswer, json_answer
from flowhook.http.documented import documented
from flowhook.organisations.auth import Caller
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService

RECEIPT = {
    "type": "object",
    "required": ["receipt", "contact", "erased_at", "erased", "rewritten_by", "note"],
    "properties": {
        "receipt": {"type": "string"},
        "contact": {"type": "string"},
        "erased_at": {"type": "string"},
        "erased": {"type": "object", "additionalProperties": {"type": "integer"}},
        "rewritten_by": {"type": ["string", "null"]},
        "note": {"type": "string"},
    },
}


def contact_routes(
    auth: AdminAuth,
    sections: SectionService,
    rights: ContactRights,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`/contacts/<org>/<contact>`; `place` limits an organisation's calls."""
    routes = Blueprint("contacts", __name__, url_prefix="/contacts/<org>/<path:contact>")

    def admit(org: str, contact: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        if len(contact) > MAX_CONTACT:
            raise InvalidInput(f"a contact's id is 1 to {MAX_CONTACT} characters")
        return caller

    @routes.get("/export")
    @documented()
    def export_contact(org: str, contact: str) -> Response:
        """Export all that is held about a contact, as one JSON object of at most 32 MiB.

        It has the conversation, calls in the log, threads with models, jobs, answers kept for
        repeats, media, what waits in the inbox and in channels. The audit notes who exported, not
        whom.
        """
        caller = admit(org, contact)
        with place(org):
            return WholeAnswer.of(rights.export(org, contact, caller.name), 200)

    @routes.delete("")
    @documented(answer=RECEIPT)
    def erase_contact(org: str, contact: str) -> Response:
        """Erase a contact from everything that is held, and empty the trash.

        The receipt counts what was removed, by kind; a second call counts nothing. By rewritten_by
        the store's append-only file holds nothing of it either, where it is null the note says why.
        Backups keep what they hold. A contact who writes again begins anew.
        """
        caller = admit(org, contact)
        with place(org):
            return json_answer(rights.erase(org, contact, caller.name).shown)

    return routes
