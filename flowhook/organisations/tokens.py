"""List, create and revoke an organisation's tokens, for the API and the pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.auth import Caller
from flowhook.organisations.roles import SCOPES
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.token_end import end_of

MAX_TOKENS = 200


def in_future(value: str) -> None:
    """Check an end of a token: a date or time to come."""
    if not value:
        return
    try:
        is_over = end_of(value) <= time.time()
    except (ValueError, OverflowError):
        raise ValidationError("Not a date, for example 2027-03-31.") from None
    if is_over:
        raise ValidationError("Is over already.")


class TokenSchema(Schema):
    """A new token: its scope, label and end."""

    class Meta:
        unknown = RAISE

    scope = fields.String(
        required=True,
        validate=validate.OneOf(SCOPES),
        metadata={
            "description": "webhook: a flow builder's, calls functions; admin: manages the"
            " organisation; author: flows, prompts, documents, functions and logs; expert: the"
            " inbox, approved answers and conversations; viewer: reads everything but secrets.",
            "example": "webhook",
        },
    )
    label = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "Whose it is or what for, up to 100 characters."},
    )
    expires_at = fields.String(
        load_default="",
        validate=[validate.Length(max=40), in_future],
        metadata={
            "description": "The last day on which it works, or the moment it ends; without, it"
            " works until it is revoked.",
            "example": "2027-03-31",
        },
    )


def listed_tokens(sections: SectionService, org: str) -> list[dict[str, Any]]:
    """List tokens, oldest first, without their secrets."""
    uses = sections.store.tokens.uses(org)
    tokens = sorted(
        sections.existing(org).tokens.values(), key=lambda token: (token.created_at, token.id)
    )
    return [
        {
            "id": token.id,
            "scope": token.scope,
            "label": token.label,
            "created_at": token.created_at,
            "last_used_at": uses.get(token.id),
            **({"expires_at": token.expires_at} if token.expires_at else {}),
        }
        for token in tokens
    ]


def created_token(
    sections: SectionService, org: str, wanted: Mapping[str, Any], caller: Caller
) -> dict[str, str]:
    """Create a token; returns it with its text. `wanted`: as TokenSchema loads it."""
    if len(sections.store.load(org).tokens) >= MAX_TOKENS:
        raise InvalidInput(f"an organisation has at most {MAX_TOKENS} tokens")
    token, text = sections.store.tokens.create(
        org, wanted["scope"], wanted["label"], caller.name, wanted["expires_at"]
    )
    sections.changed(org)
    made = {"id": token.id, "token": text, "scope": token.scope, "label": token.label}
    return {**made, "expires_at": token.expires_at} if token.expires_at else made


def revoke_token(sections: SectionService, org: str, token_id: str, caller: Caller) -> None:
    sections.store.tokens.delete(org, token_id[:64], caller.name)
    sections.revoked(org)
