"""HTTP for an organisation's tokens."""

from __future__ import annotations

from flask import Blueprint, Response

from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.http.section_calls import MADE
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.tokens import TokenSchema, created_token, listed_tokens, revoke_token


def token_routes(auth: AdminAuth, sections: SectionService) -> Blueprint:
    """`/settings/<org>/tokens`."""
    routes = Blueprint("tokens", __name__, url_prefix="/settings/<org>/tokens")

    @routes.get("")
    @documented(answer={"type": "object", "required": ["tokens"]})
    def list_tokens(org: str) -> Response:
        """List an organisation's tokens, never the tokens themselves."""
        auth.member(org)
        return json_answer({"tokens": listed_tokens(sections, org)})

    @routes.post("")
    @documented(body=TokenSchema, status=201, answer={"type": "object", "required": ["token"]})
    def create_token(org: str) -> Response:
        """Create a token and show it this once."""
        caller = auth.member(org)
        is_first = not sections.exists(org)
        made = created_token(sections, org, read_fields(TokenSchema()), caller)
        answer = json_answer(made, 201)
        if is_first:
            answer.headers[MADE] = org
        return answer

    @routes.delete("/<token_id>")
    @documented()
    def delete_token(org: str, token_id: str) -> Response:
        """Revoke a token at once."""
        caller = auth.member(org)
        revoke_token(sections, org, token_id, caller)
        return Response(status=204)

    return routes
