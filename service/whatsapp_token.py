"""Tells whether WhatsApp refuses an organisation's access token, from the messages given up."""

from __future__ import annotations

from collections.abc import Iterator

from flowhook.alerts.conditions import Alert, Condition
from flowhook.errors import InvalidApiKey
from flowhook.organisations.audit import Audit
from flowhook.organisations.cipher import CannotDecrypt
from flowhook.organisations.organisation import Organisation
from flows.channels.contact_queue import ContactQueue, DeadItem

DAY_SECONDS = 24 * 3600


def refused_token_condition(outbox: ContactQueue, audit: Audit) -> Condition:
    """The newest message of `outbox` that was given up, within a day and since the WhatsApp
    settings changed last, was so because WhatsApp refused the access token."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        if not organisation.section("whatsapp").get("access_token"):
            return
        newest = _newest(outbox, organisation.id)
        if newest is None or not newest.reason.startswith(f"{InvalidApiKey.type}:"):
            return
        since = max(outbox.clock() - DAY_SECONDS, audit.last_change(organisation.id, "whatsapp"))
        if newest.at > since:
            yield Alert(
                "whatsapp_token",
                "WhatsApp refuses the access token",
                "Save a permanent access token in the WhatsApp settings.",
            )

    return found


def _newest(outbox: ContactQueue, org: str) -> DeadItem | None:
    """None, too, where no key opens it."""
    try:
        return next(iter(outbox.dead(org, 1)), None)
    except CannotDecrypt:
        return None
