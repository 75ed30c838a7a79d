"""HTTP for an organisation's tokens: shown once, listed without themselves, revoked at once."""

from __future__ import annotations

from flask import Blueprint, Response

from api.answers import json_answer
from api.documented import documented
from errors import InvalidInput
from settings.edge import Edge, read_fields
from settings.schemas import TokenSchema

MAX_TOKENS = 200


def token_routes(edge: Edge) -> Blueprint:
    """`/settings/<org>/tokens`."""
    routes = Blueprint("tokens", __name__, url_prefix="/settings/<org>/tokens")
    store = edge.store

    @routes.get("")
    @documented(answer={"type": "object", "required": ["tokens"]})
    def list_tokens(org: str) -> Response:
        """List an organisation's tokens, never the tokens themselves."""
        edge.admin(org)
        uses = store.token_uses(org)
        tokens = sorted(edge.existing(org).tokens.values(), key=lambda token: token.created_at)
        listed = [
            {
                "id": token.id,
                "scope": token.scope,
                "label": token.label,
                "created_at": token.created_at,
                "last_used_at": uses.get(token.id),
            }
            for token in tokens
        ]
        return json_answer({"tokens": listed})

    @routes.post("")
    @documented(body=TokenSchema, status=201, answer={"type": "object", "required": ["token"]})
    def create_token(org: str) -> Response:
        """Create a token and show it this once."""
        caller = edge.admin(org)
        wanted = read_fields(TokenSchema())
        if len(store.load(org).tokens) >= MAX_TOKENS:
            raise InvalidInput(f"an organisation has at most {MAX_TOKENS} tokens")
        token, text = store.create_token(org, wanted["scope"], wanted["label"], caller.name)
        edge.changed(org)
        created = {"id": token.id, "token": text, "scope": token.scope, "label": token.label}
        return json_answer(created, 201)

    @routes.delete("/<token_id>")
    def delete_token(org: str, token_id: str) -> Response:
        """Revoke a token at once."""
        caller = edge.admin(org)
        store.delete_token(org, token_id[:64], caller.name)
        edge.changed(org)
        return Response(status=204)

    return routes
