"""Tests of what proves flow builders: Glific's signature, and webhook tokens.

Each asks this service's own check of callers, and tells when the last call came.
"""

from __future__ import annotations

import time
from typing import Any

import orjson

from flowhook.errors import Conflict, MissingApiKey
from flowhook.organisations.auth import SIGNATURE, Authenticator, Credentials
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import WEBHOOK
from flowhook.organisations.schemas import DEFAULT_PHRASES
from flowhook.organisations.settings_fields import field_of
from flowhook.organisations.signature import is_glific_number, signature
from flowhook.organisations.token_end import end_of
from flowhook.organisations.token_store import TokenStore


def try_signature(
    organisation: Organisation, authenticator: Authenticator, tokens: TokenStore
) -> dict[str, Any]:
    """Sign a call as Glific does and have it checked.

    Raises MissingApiKey where no phrase is stored or none opens, Conflict where Glific cannot name
    the organisation.
    """
    phrase = organisation.signature_phrase
    if not phrase:
        is_sealed = field_of("signature", "phrase").encode() in organisation.stored
        raise MissingApiKey(
            "no key of the service opens the stored signature phrase"
            if is_sealed
            else "the organisation has no signature phrase",
            fix="Save the phrase that is in Glific's settings.",
        )
    if phrase in DEFAULT_PHRASES:  # of a store from before these were refused
        raise Conflict(
            "the stored phrase is one of Glific's defaults, which everybody knows",
            fix="Choose another in Glific's settings, and save the same here.",
        )
    if not is_glific_number(organisation.id):
        raise Conflict(
            "the phrase is stored, yet no call that Glific signs will fit: Glific names the"
            f" organisation by its own number, and this one is called {organisation.id}",
            fix="Have the operator make an organisation whose id is Glific's number, or give the"
            " webhook nodes a token instead.",
        )
    body = orjson.dumps({"organization_id": organisation.id})
    header = signature(phrase, authenticator.clock(), body)
    authenticator.authenticate(
        Credentials("", signature=header, body=body, organization_id=organisation.id)
    )
    return {"last_used_at": tokens.uses(organisation.id).get(SIGNATURE)}


def try_tokens(organisation: Organisation, tokens: TokenStore) -> dict[str, Any]:
    """How many webhook tokens work, and when the last call came with one.

    Raises MissingApiKey where there is none.
    """
    made = [token for token in organisation.tokens.values() if token.scope == WEBHOOK]
    living = [
        token for token in made if not token.expires_at or end_of(token.expires_at) > time.time()
    ]
    if not living:
        raise MissingApiKey(
            "every webhook token has ended" if made else "the organisation has no webhook token",
            fix="Make one under Tokens, and put it into the flow builder.",
        )
    uses = tokens.uses(organisation.id)
    last = max((uses[token.id] for token in living if token.id in uses), default=None)
    return {"tokens": len(living), "last_used_at": last}
