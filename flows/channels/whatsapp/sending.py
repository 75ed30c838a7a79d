"""Sends one content to a contact, within Meta's rate limits and 24-hour window.

Outside the window the organisation's template is sent instead, at most once a day for each contact,
and the content is moved to the dead letters with the reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from flowhook.errors import FlowhookError, ProviderFailure, WindowClosed
from flowhook.providers.whatsapp import WhatsAppClient
from flowhook.providers.whatsapp_content import Content
from flowhook.providers.whatsapp_errors import Throttled, can_retry
from flowhook.redis.effects import Effect, write
from flowhook.redis.keys import org_key
from flows.channels.held_item import Abandon, Postpone
from flows.channels.outbound import Outbound
from flows.channels.whatsapp.choices import Choices
from flows.channels.whatsapp.pace import Pace
from flows.channels.whatsapp.render import read_template
from flows.channels.whatsapp.window import WINDOW_SECONDS, Window

MAX_AGE_SECONDS = 6 * 3600.0  # content older than this is not retried
LONGEST_PAUSE_SECONDS = 60.0
TEMPLATE_LANGUAGE = "en"

logger = logging.getLogger(__name__)


class Sender:
    """Sends contents; `open_client` and `section` return an organisation's client and settings."""

    def __init__(
        self,
        redis: Any,
        open_client: Callable[[str], WhatsAppClient],
        section: Callable[[str], Mapping[str, Any]],
        window: Window,
        choices: Choices,
        pace: Pace,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.open_client = open_client
        self.section = section
        self.window = window
        self.choices = choices
        self.pace = pace
        self.clock = clock

    def send(self, org: str, contact: str, outbound: Outbound) -> str:
        """Send a content; returns Meta's message id.

        Raises Postpone if it must be retried later, Abandon if it can never be sent.
        """
        try:
            client = self.open_client(org)
        except FlowhookError as error:
            raise Abandon(f"{error.type}: {error.message}") from None
        number = client.number.phone_number_id
        keys = [*self.pace.keys(org, number, contact), self.window.key(org, contact)]
        *ends, last_inbound = self.redis.mget(keys)
        rest = self.pace.seconds_to_wait(ends)
        if rest > 0:
            raise Postpone(rest)
        is_closed = self.window.is_over(last_inbound)
        try:
            wamid = self._send(org, contact, client, outbound, is_closed)
        except Throttled as refusal:
            raise Postpone(self.pace.refused(org, number, contact, refusal)) from None
        except ProviderFailure as error:
            raise self._later_or_never(error, outbound) from None
        if outbound.numbered:
            self.choices.remember(org, contact, outbound.kind, outbound.node, outbound.numbered)
        return wamid

    def _send(
        self, org: str, contact: str, client: WhatsAppClient, outbound: Outbound, is_closed: bool
    ) -> str:
        if outbound.content.get("type") == "template":
            return client.send(contact, outbound.content)
        if not is_closed:
            try:
                return client.send(contact, outbound.content)
            except WindowClosed:
                self.window.close(org, contact, self.clock())
        raise self._reopen(org, contact, client)

    def reopening(self, org: str, contact: str) -> Content | None:
        """Return the organisation's template, to which the contact may reply.

        None if there is no template, or if it was returned for this contact within a day.
        """
        template = self._template(org)
        noting = ("SET", self._reopened(org, contact), "1", "NX", "EX", WINDOW_SECONDS)
        if template is None or write(self.redis, noting) in ([], [None]):
            return None
        return template

    def forget(self, org: str, contact: str) -> None:
        """Forget that the template was sent, and the contact's pause."""
        self.redis.delete(self._reopened(org, contact))
        number = self.section(org).get("phone_number_id")
        if number:
            self.pace.forget(org, number, contact)

    def asking(self, org: str, contact: str) -> tuple[Content | None, Effect]:
        """Return the same, and the effect that notes it as returned, for who stores both."""
        key = self._reopened(org, contact)
        template = None if self.redis.exists(key) else self._template(org)
        return template, ("SET", key, "1", "EX", WINDOW_SECONDS)

    def _template(self, org: str) -> Content | None:
        section = self.section(org)
        name = section.get("template_name")
        language = section.get("template_language") or TEMPLATE_LANGUAGE
        return read_template({"name": name}, language) if name else None

    def _reopen(self, org: str, contact: str, client: WhatsAppClient) -> Abandon:
        template = self.reopening(org, contact)
        if template is None:
            return Abandon("window_closed: the contact last wrote more than 24 hours ago")
        try:
            client.send(contact, template)
        except ProviderFailure:
            self.redis.delete(self._reopened(org, contact))
            raise
        return Abandon("window_closed: the template was sent in its place")

    def _reopened(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "reopened", self.window.names.of(org, contact))

    def _later_or_never(self, error: ProviderFailure, outbound: Outbound) -> Exception:
        age = self.clock() - outbound.put_at
        if can_retry(error) and age < MAX_AGE_SECONDS:
            return Postpone(min(LONGEST_PAUSE_SECONDS, max(1.0, age / 2)))
        logger.warning("a WhatsApp message cannot be sent", extra={"cause": error.type})
        return Abandon(f"{error.type}: {error.message}")
