"""GET, PUT, PATCH and DELETE of one settings section or account."""

from __future__ import annotations

from flask import Response, request

from flowhook.http.answers import json_answer
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_body
from flowhook.organisations.section_service import SectionService


def answer_section_call(
    auth: AdminAuth, sections: SectionService, org: str, section: str
) -> Response:
    """Do what the request's method says to a section, for an administrator."""
    caller = auth.admin(org)
    if request.method in ("GET", "HEAD"):
        return json_answer(sections.show(org, section))
    if request.method == "DELETE":
        sections.remove(org, section, caller)
        return Response(status=204)
    replaces = request.method == "PUT"
    values, created = sections.write(org, section, read_body(), caller, replaces=replaces)
    return json_answer(values, 201 if created else 200)
