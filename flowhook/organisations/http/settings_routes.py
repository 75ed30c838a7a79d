"""HTTP for organisations and their settings sections."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput, NotFound
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.account_checks import AccountChecks
from flowhook.organisations.auth import require_operator
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.section_calls import answer_section_call
from flowhook.organisations.model_quirks import read_warnings
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section_service import (
    SectionService,
    account_section,
    account_titles,
    masked,
)
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN

PAGE_ENTRIES = 100
AUDIT_ID = re.compile(r"[0-9]{1,15}-[0-9]{1,10}")
CURSOR = "The next_cursor of the page before."


def settings_routes(auth: AdminAuth, sections: SectionService, checks: AccountChecks) -> Blueprint:
    """`/settings`, `/settings/<org>` and `/settings/<org>/<section>`."""
    routes = Blueprint("settings", __name__, url_prefix="/settings")
    store = sections.store

    @routes.get("")
    @documented(
        query={"cursor": CURSOR},
        answer=page_of("organizations", {"id": {"type": "string"}}),
    )
    def list_organisations() -> Response:
        """List organisations by id, 100 a page."""
        require_operator(auth.caller())
        after = request.args.get("cursor", "")
        if after and not ORGANIZATION_ID_PATTERN.fullmatch(after):
            raise InvalidInput("cursor is not one that this call gave")
        page = store.page(after, PAGE_ENTRIES + 1)
        shown = page[:PAGE_ENTRIES]
        return json_answer(
            {
                "organizations": [{"id": org, "is_active": active} for org, active in shown],
                "next_cursor": shown[-1][0] if len(page) > len(shown) else None,
            }
        )

    @routes.get("/<org>")
    @documented()
    def show_organisation(org: str) -> Response:
        """Show all of an organisation's sections, masked."""
        auth.member(org)
        organisation = sections.existing(org)
        shown = {
            name: masked(name, values)
            for name, values in sorted(organisation.sections.items())
            if name in SECTIONS  # not an account, nor what only a newer release knows
        }
        accounts = {
            title: masked("openai", organisation.section(account_section(title)))
            for title in account_titles(organisation)
        }
        warnings = read_warnings(store.redis, org)
        return json_answer({"id": org, **shown, "accounts": accounts, "warnings": warnings})

    @routes.delete("/<org>")
    @documented()
    def delete_organisation(org: str) -> Response:
        """Delete an organisation and everything it owns."""
        caller = auth.member(org)
        store.delete_organisation(org, caller.name)
        sections.revoked(org)
        return Response(status=204)

    @routes.get("/<org>/audit")
    @documented(query={"cursor": CURSOR}, answer=page_of("audit", {"id": {"type": "string"}}))
    def show_audit(org: str) -> Response:
        """Show who changed which fields when, newest first."""
        auth.member(org)
        cursor = request.args.get("cursor", "")
        if cursor and not AUDIT_ID.fullmatch(cursor):
            raise InvalidInput("cursor is not one that this call gave")
        entries = store.audit.read(org, cursor, PAGE_ENTRIES)
        more = len(entries) == PAGE_ENTRIES
        return json_answer({"audit": entries, "next_cursor": entries[-1]["id"] if more else None})

    @routes.post("/<org>/<section>/test")
    @documented(answer={"type": "object", "required": ["success", "latency_ms"]})
    def test_section(org: str, section: str) -> Response:
        """Try what is stored in a section at the service that it is for (google_sheets, sarvam)."""
        auth.member(org)
        return json_answer(checks.test_section(org, section))

    @routes.route("/<org>/<section>", methods=["GET", "PUT", "PATCH", "DELETE"])
    @documented()
    def section(org: str, section: str) -> Response:
        """Read, create, change or delete a section."""
        if section not in SECTIONS:
            auth.member(org)
            raise NotFound(
                "there is no such settings section",
                fix=f"The sections are {', '.join(SECTIONS)}.",
            )
        return answer_section_call(auth, sections, org, section)

    return routes
