"""WhatsApp as a channel: takes over what Meta delivers, delivers what a sprint said.

It is joined to the routes (as their Receiver), to the contacts' wake-ups (`wake_inbox` and
`wake_outbox` have a worker call `drain_inbox` and `drain_outbox`; `sweep` runs every few seconds in
each) and to the conversations (`handle`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from flowhook.organisations.cipher import Cipher
from flowhook.providers.transport import Transport
from flowhook.providers.whatsapp import GRAPH_URL, PhoneNumber, WhatsAppClient
from flowhook.providers.whatsapp_errors import WINDOW_CLOSED
from flows.channels.contact_queue import Abandon, ContactQueue, Drained
from flows.channels.inbound import Inbound, Status
from flows.channels.inbox import KIND as INBOX
from flows.channels.inbox import Inbox
from flows.channels.mailbox import Wake
from flows.channels.outbox import KIND as OUTBOX
from flows.channels.outbox import Outbound, Outbox
from flows.channels.whatsapp.choices import Choices
from flows.channels.whatsapp.identities import Identities
from flows.channels.whatsapp.media import Keep, fetched
from flows.channels.whatsapp.pace import Pace
from flows.channels.whatsapp.render import render
from flows.channels.whatsapp.sending import TEMPLATE_LANGUAGE, Sender
from flows.channels.whatsapp.statuses import Statuses
from flows.channels.whatsapp.typing_indicator import typing_while
from flows.channels.whatsapp.window import Window

OUTBOX_SEEN_SECONDS = 24 * 3600  # within which a sprint may be put again after a crash

Section = Callable[[str], Mapping[str, Any]]
"""An organisation's id to its WhatsApp settings."""


class WhatsAppChannel:
    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        section: Section,
        transport: Transport,
        *,
        wake_inbox: Wake,
        wake_outbox: Wake,
        base_url: str = GRAPH_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.section = section
        self.transport = transport
        self.base_url = base_url
        self.window = Window(redis, clock)
        self.statuses = Statuses(redis)
        self.identities = Identities(redis)
        self.choices = Choices(redis, cipher)
        self.inbox = Inbox(ContactQueue(redis, cipher, INBOX, clock=clock), wake_inbox)
        sending = ContactQueue(redis, cipher, OUTBOX, seen_seconds=OUTBOX_SEEN_SECONDS, clock=clock)
        self.outbox = Outbox(sending, wake_outbox, clock)
        pace = Pace(redis, clock)
        self.sender = Sender(
            redis, self.open_client, section, self.window, self.choices, pace, clock
        )

    # --- in ---

    def accept(self, org: str, inbound: Inbound) -> None:
        """Keep a delivered message; durable when this returns. A repetition changes nothing."""
        inbound = self.identities.of_sender(org, inbound)
        if inbound.is_for_flows:
            self.window.opened(org, inbound.contact, inbound.sent_at)
        if self.inbox.accept(org, self.choices.resolve(org, inbound)) and inbound.is_for_flows:
            self.choices.forget(org, inbound.contact)

    def note(self, org: str, status: Status) -> None:
        """Keep a status. Where Meta tells only now that the window was closed, the
        organisation's template goes out after all; Meta may tell it again for days."""
        status = self.identities.of_recipient(org, status)
        is_news = self.statuses.note(org, status)
        if is_news and status.error_code == WINDOW_CLOSED and status.contact:
            self.window.close(org, status.contact, status.at or self.outbox.clock())
            reopening = self.sender.reopening(org, status.contact)
            if reopening:
                outbound = Outbound(reopening, self.outbox.clock())
                self.outbox.put(org, status.contact, f"reopen:{status.id}", [outbound])

    def drain_inbox(self, org: str, contact: str, handle: Callable[[Inbound], None]) -> Drained:
        """Give the contact's messages to `handle` in order, one at a time everywhere."""
        return self.inbox.drain(org, contact, handle)

    def fetch_media(self, org: str, inbound: Inbound, keep: Keep) -> Inbound:
        """The message with its file downloaded and kept, `url` being where; without one, itself."""
        return fetched(self.open_client(org), inbound, keep) if inbound.media else inbound

    def typing(self, org: str, message_id: str) -> AbstractContextManager[None]:
        """Shows the contact that an answer is being written, while the block runs."""
        return typing_while(self.open_client(org), message_id)

    # --- out ---

    def deliver(
        self,
        org: str,
        contact: str,
        key: str,
        messages: Iterable[tuple[Mapping[str, Any], float]],
    ) -> None:
        """Put a sprint's messages into the contact's outbox, each with its delay in seconds.

        A message has the conversation API's shape, with `template` and `interactive` beside it
        where the flow gave them. `key` names the sprint: putting it twice sends once.
        """
        now = self.outbox.clock()
        language = self.section(org).get("template_language") or TEMPLATE_LANGUAGE
        found: list[Outbound] = []
        for message, delay_seconds in messages:
            rendered = render(message, language)
            due = now + delay_seconds if delay_seconds > 0 else 0.0
            found += [Outbound(content, now, due) for content in rendered.contents]
            if rendered.numbered:
                interactive = message.get("interactive")
                named = interactive if isinstance(interactive, Mapping) else {}
                found[-1] = replace(
                    found[-1],
                    numbered=rendered.numbered,
                    kind=str(message.get("type")),
                    node=str(named.get("msgid") or ""),
                )
        self.outbox.put(org, contact, key, found)

    def drain_outbox(self, org: str, contact: str, tell: Callable[[str], None]) -> Drained:
        """Send what is due to the contact, in order; `tell` gets why one never will be."""

        def send(outbound: Outbound) -> None:
            try:
                self.sender.send(org, contact, outbound)
            except Abandon as end:
                tell(end.reason)
                raise

        return self.outbox.drain(org, contact, send)

    # --- both ---

    def sweep(self) -> int:
        """Wake all that nobody works on, in and out; how many there were."""
        return self.inbox.wake_due() + self.outbox.wake_due()

    def forget(self, org: str, contact: str) -> None:
        """Remove what the channel keeps of a contact."""
        self.inbox.lanes.forget(org, contact)
        self.outbox.lanes.forget(org, contact)
        self.window.forget(org, contact)
        self.choices.forget(org, contact)
        self.identities.forget(org, contact)

    def open_client(self, org: str) -> WhatsAppClient:
        """The organisation's client; MissingApiKey where its settings are incomplete."""
        return WhatsAppClient(PhoneNumber.read(self.section(org)), self.transport, self.base_url)
