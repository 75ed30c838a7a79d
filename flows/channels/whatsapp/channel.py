"""WhatsApp as a channel: stores what Meta delivers, and sends a turn's messages.

It is joined to the routes (as their Receiver), to the conversations (as their Channel) and to the
contacts' wake-ups: `wake` has a worker call `drain_inbox` and `send_out`, and each worker calls
`sweep` every few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.providers.transport import Transport
from flowhook.providers.whatsapp import GRAPH_URL, PhoneNumber, WhatsAppClient
from flowhook.providers.whatsapp_errors import WINDOW_CLOSED
from flows.channels.contact_queue import (
    INBOX,
    OUTBOX,
    ContactQueue,
    Drained,
    Forgotten,
    Wake,
)
from flows.channels.held_item import Abandon, HeldItem, Item, Postpone
from flows.channels.inbound import Inbound, Status
from flows.channels.outbound import Outbound
from flows.channels.whatsapp.choices import Choices
from flows.channels.whatsapp.identities import Identities
from flows.channels.whatsapp.media import Keep, fetched
from flows.channels.whatsapp.pace import Pace
from flows.channels.whatsapp.render import render
from flows.channels.whatsapp.sending import TEMPLATE_LANGUAGE, Sender
from flows.channels.whatsapp.statuses import Statuses
from flows.channels.whatsapp.typing_indicator import typing_while
from flows.channels.whatsapp.window import Window

OUTBOX_SEEN_SECONDS = 24 * 3600  # within which the same may be pushed again after a crash

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
        wake: Wake,
        base_url: str = GRAPH_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.section = section
        self.transport = transport
        self.base_url = base_url
        names = ContactNames(redis, cipher)
        self.window = Window(redis, names, clock)
        self.statuses = Statuses(redis)
        self.identities = Identities(redis, names)
        self.choices = Choices(redis, cipher)
        self.inbox = ContactQueue(redis, cipher, INBOX, wake, clock=clock)
        self.outbox = ContactQueue(
            redis, cipher, OUTBOX, wake, seen_seconds=OUTBOX_SEEN_SECONDS, clock=clock
        )
        pace = Pace(redis, names, clock)
        self.sender = Sender(
            redis, self.open_client, section, self.window, self.choices, pace, clock
        )

    # --- in ---

    def accept(self, org: str, inbound: Inbound) -> None:
        """Keep a delivered message and have it worked on; durable when this returns.

        A repetition changes nothing. Raises Overloaded where the contact's inbox is full: the
        provider delivers again.
        """
        inbound = self.identities.of_sender(org, inbound)
        contact, effects = inbound.contact, []
        if inbound.is_for_flows:
            effects = self.window.opening(org, contact, inbound.sent_at)
            effects.append(self.choices.forgetting(org, contact))
        item = self.choices.resolve(org, inbound).as_dict()
        if self.inbox.push(org, contact, inbound.id, item, effects):
            self.inbox.wake_later(org, contact)

    def note(self, org: str, status: Status) -> None:
        """Keep a status. Where Meta tells only now that the window was closed, the
        organisation's template goes out after all; Meta may tell it again for days."""
        status = self.identities.of_recipient(org, status)
        is_news = self.statuses.note(org, status)
        if is_news and status.error_code == WINDOW_CLOSED and status.contact:
            now = self.outbox.clock()
            self.window.close(org, status.contact, status.at or now)
            reopening = self.sender.reopening(org, status.contact)
            if reopening:
                item_id = f"{status.contact}:reopen:{status.id}:0"
                item = Outbound(reopening, now).as_item()
                self.outbox.push(org, status.contact, item_id, item)
                self.outbox.wake_later(org, status.contact)

    def drain_inbox(
        self, org: str, contact: str, handle: Callable[[Inbound, HeldItem], None]
    ) -> Drained:
        """Give the contact's messages to `handle` in order, one at a time everywhere.

        `handle` may see a message twice when a process died over it.
        """
        return self.inbox.drain(
            org, contact, lambda held: handle(Inbound.from_dict(held.item), held)
        )

    def fetch_media(self, org: str, inbound: Inbound, keep: Keep) -> Inbound:
        """The message with its file downloaded and kept, `url` being where; without one, itself."""
        return fetched(self.open_client(org), inbound, keep) if inbound.media else inbound

    def typing(self, org: str, message_id: str) -> AbstractContextManager[None]:
        """Shows the contact that an answer is being written, while the block runs."""
        return typing_while(self.open_client(org), message_id)

    # --- out ---

    def items(self, org: str, messages: Iterable[tuple[Mapping[str, Any], float]]) -> list[Item]:
        """A turn's messages rendered for the outbox, each with its delay in seconds."""
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
        return [outbound.as_item() for outbound in found]

    def send_out(
        self, org: str, contact: str, tell: Callable[[str], None], taken: HeldItem | None = None
    ) -> Drained:
        """Send what is due to the contact, in order, from the item `taken` on; `tell` gets why one
        never will be."""

        def send(held: HeldItem) -> None:
            outbound = Outbound.from_item(held.item)
            early = outbound.not_before - self.outbox.clock()
            if early > 0:
                raise Postpone(early)
            try:
                self.sender.send(org, contact, outbound)
            except Abandon as end:
                tell(end.reason)
                raise

        return self.outbox.drain(org, contact, send, taken)

    def is_open(self, org: str, contact: str) -> bool:
        """Whether the contact wrote within 24 hours; where that is not known, Meta tells."""
        return not self.window.is_closed(org, contact)

    def ask_to_write(self, org: str, contact: str, reason: str) -> None:
        """Send the organisation's template, to which the contact may reply, once for each `reason`
        and day; nothing where there is no template."""
        template, asked = self.sender.asking(org, contact)
        if template is not None:
            item = Outbound(template, self.outbox.clock()).as_item()
            self.outbox.push(org, contact, f"{contact}:ask:{reason}", item, [asked])
            self.outbox.wake_later(org, contact)

    # --- both ---

    def sweep(self) -> int:
        """Wake all that nobody works on, in and out; how many there were."""
        return self.inbox.sweep() + self.outbox.sweep()

    def has_waiting(self, org: str, contact: str) -> bool:
        """Whether a message of the contact, or to them, waits."""
        return bool(self.inbox.waiting(org, contact) or self.outbox.waiting(org, contact))

    def forget(self, org: str, contact: str) -> Forgotten:
        """Remove what the channel keeps of a contact."""
        received, sent = self.inbox.forget(org, contact), self.outbox.forget(org, contact)
        self.window.forget(org, contact)
        self.choices.forget(org, contact)
        self.identities.forget(org, contact)
        self.sender.forget(org, contact)
        return Forgotten(received.waiting + sent.waiting, received.dead + sent.dead)

    def open_client(self, org: str) -> WhatsAppClient:
        """Open the organisation's client; raises MissingApiKey if its settings are incomplete."""
        return WhatsAppClient(PhoneNumber.read(self.section(org)), self.transport, self.base_url)
