"""Who changed what in an organisation, and when."""

from __future__ import annotations

import re

from flask import Blueprint, render_template, request

from flowhook.errors import InvalidInput
from web.language import N_
from web.page_services import PageServices

ENTRIES = 100
# What the store calls a change.
ACTIONS = (
    N_("create"),
    N_("replace"),
    N_("change"),
    N_("delete"),
    N_("bring back"),
    N_("force"),
    N_("export"),
    N_("erase"),
)
ENTRY_ID = re.compile(r"[0-9]{1,15}-[0-9]{1,10}")


def audit_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/audit`."""
    pages = Blueprint("audit", __name__, url_prefix="/organisations/<org>/audit")
    audit = services.sections.store.audit

    @pages.get("")
    def show(org: str) -> str:
        """List the changes, newest first."""
        before = request.args.get("before", "")
        if before and not ENTRY_ID.fullmatch(before):
            raise InvalidInput("this address is incomplete", fix="Begin with the newest changes.")
        entries = audit.read(org, before, ENTRIES)
        older = entries[-1]["id"] if len(entries) == ENTRIES else None
        return render_template("web/audit.html", entries=entries, older=older)

    return pages
