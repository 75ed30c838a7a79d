"""List, create and revoke an organisation's tokens, for the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.auth import ADMIN, WEBHOOK, Caller
from flowhook.organisations.section_service import SectionService

MAX_TOKENS = 200


class TokenSchema(Schema):
    """A new token: its scope and label."""

    class Meta:
        unknown = RAISE

    scope = fields.String(
        required=True,
        validate=validate.OneOf((WEBHOOK, ADMIN)),
        metadata={
            "description": "webhook: calls functions; admin: manages the organisation.",
            "example": "webhook",
        },
    )
    label = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "What the token is for, up to 100 characters."},
    )


def listed_tokens(sections: SectionService, org: str) -> list[dict[str, Any]]:
    """List tokens, oldest first, without their secrets."""
    uses = sections.store.token_uses(org)
    tokens = sorted(sections.existing(org).tokens.values(), key=lambda token: token.created_at)
    return [
        {
            "id": token.id,
            "scope": token.scope,
            "label": token.label,
            "created_at": token.created_at,
            "last_used_at": uses.get(token.id),
        }
        for token in tokens
    ]


def created_token(
    sections: SectionService, org: str, wanted: Mapping[str, Any], caller: Caller
) -> dict[str, str]:
    """Create a token; returns it with its text. `wanted`: as TokenSchema loads it."""
    if len(sections.store.load(org).tokens) >= MAX_TOKENS:
        raise InvalidInput(f"an organisation has at most {MAX_TOKENS} tokens")
    token, text = sections.store.create_token(org, wanted["scope"], wanted["label"], caller.name)
    sections.changed(org)
    return {"id": token.id, "token": text, "scope": token.scope, "label": token.label}


def revoke_token(sections: SectionService, org: str, token_id: str, caller: Caller) -> None:
    sections.store.delete_token(org, token_id[:64], caller.name)
    sections.revoked(org)
