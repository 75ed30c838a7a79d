"""The data processing table over HTTP, as JSON and as CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from web.processing import Processing, privacy_csv

JSON, CSV = FORMATS = ("json", "csv")
TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
FLAG: dict[str, Any] = {"type": "boolean"}


def list_of(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": properties}}


ANSWER = {
    "type": "object",
    "properties": {
        "organization_id": TEXT,
        "masked": {**TEXTS, "description": "What providers never see."},
        "unmaskable": {"enum": ["refuse", "send"]},
        "if_masking_fails": {"enum": ["refuse", "send"]},
        "consent": {"enum": ["not_needed", "required"]},
        "providers": list_of(
            account=TEXT,
            provider=TEXT,
            host=TEXT,
            is_active=FLAG,
            fallback_account=TEXT,
            models=TEXTS,
        ),
        "functions": list_of(
            function=TEXT,
            sends=list_of(what=TEXT, to=TEXTS, is_masked=FLAG, is_sent=FLAG),
            needs_consent=FLAG,
        ),
        "others": list_of(name=TEXT, what=TEXT, to=TEXTS, is_masked=FLAG),
        "kept": list_of(
            what=TEXT,
            days={"type": ["integer", "null"], "description": "null: until it is erased."},
        ),
    },
}


def privacy_routes(auth: AdminAuth, sections: SectionService, processing: Processing) -> Blueprint:
    """`GET /privacy/<org>`"""
    routes = Blueprint("privacy", __name__, url_prefix="/privacy/<org>")

    @routes.get("")
    @documented(query={"format": "json (default) or csv."}, answer=ANSWER, also=["text/csv"])
    def show(org: str) -> Response:
        """Show what leaves the house by which function, to whom, and for how long what is kept."""
        auth.member(org)
        table = processing.table(sections.existing(org))
        asked = request.args.get("format") or JSON
        if asked not in FORMATS:
            problem = f"One of {', '.join(FORMATS)}."
            raise InvalidInput(f"format: {problem}", fields={"format": [problem]})
        return privacy_csv(table) if asked == CSV else json_answer(table)

    return routes
