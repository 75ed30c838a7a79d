"""Join WhatsApp and conversations: deliveries go to the flows, their messages go out.

Wake-ups of the channel are wake-ups of the contact, so a worker's waker works on a contact's inbox,
runs what is due, and sends what waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flowhook.config import Config
from flowhook.errors import FlowhookError, InvalidInput, RateLimited, TooLarge
from flowhook.media.store import extension_of
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.cipher import Cipher
from flows.channels.contact_queue import Wake
from flows.channels.held_item import Abandon, HeldItem, Postpone
from flows.channels.inbound import Inbound
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.conversations.conversations import Conversations
from flows.conversations.turn import ContactUpdate
from flows.conversations.wakeups import Wakeups
from service.provider_clients import choose_transport

WHATSAPP = "whatsapp"
NO_ROOM_SECONDS = 60.0

KeepMedia = Callable[[str, bytes, str, str], str]
"""(organisation, content, extension, contact) to the address under which it is now served."""

logger = logging.getLogger(__name__)


def open_whatsapp(
    config: Config, redis: Any, cipher: Cipher, settings: SettingsCache
) -> WhatsAppChannel:
    """The WhatsApp channel over the service's parts, waking through the contacts' wake-ups."""
    return WhatsAppChannel(
        redis,
        cipher,
        lambda org: settings.get(org).section("whatsapp"),
        choose_transport(),
        wake=waking(Wakeups(redis)),
        base_url=config.whatsapp_base_url,
    )


def waking(wakeups: Wakeups) -> Wake:
    def wake(org: str, contact: str, seconds: float) -> None:
        wakeups.add(org, contact, datetime.now(UTC) + timedelta(seconds=seconds))

    return wake


class WhatsAppBridge:
    """The WakeSource of contacts on WhatsApp."""

    def __init__(
        self, channel: WhatsAppChannel, conversations: Conversations, keep_media: KeepMedia
    ) -> None:
        self.channel = channel
        self.conversations = conversations
        self.keep_media = keep_media

    def take_in(self, org: str, contact: str) -> bool:
        turns: list[str] = []

        def handle(inbound: Inbound, held: HeldItem) -> None:
            self._handle(org, inbound, held)
            if held.is_dropped:
                turns.append(inbound.id)

        self.channel.drain_inbox(org, contact, handle)
        return bool(turns)

    def sweep(self) -> None:
        self.channel.sweep()

    def _handle(self, org: str, inbound: Inbound, held: HeldItem) -> None:
        """One message into the contact's conversation; reactions and the like change nothing."""
        if not inbound.is_for_flows:
            return
        try:
            self._converse(org, inbound, held)
        except (InvalidInput, TooLarge) as error:  # nor would it be taken the next time
            raise Abandon(error.type) from error
        except RateLimited as error:  # there is no room for the contact: the message waits for some
            raise Postpone(error.retry_after_seconds or NO_ROOM_SECONDS) from error

    def _converse(self, org: str, inbound: Inbound, held: HeldItem) -> None:
        with self.channel.typing(org, inbound.id):
            message = self._with_media(org, inbound).as_message()
            self.conversations.receive(
                org,
                inbound.contact,
                message,
                # Who took it before may have stored its turn without taking it out: processes of
                # the release before this one do so in two steps. To go with the old outbox.
                message_id=inbound.id if held.tries > 1 else "",
                known=ContactUpdate(
                    nickname=inbound.name or None,
                    phone=inbound.phone or None,
                    channel=WHATSAPP,
                ),
                held=held,
            )

    def _with_media(self, org: str, inbound: Inbound) -> Inbound:
        """The message with its file kept here. One that cannot be had comes without it."""

        def keep(content: bytes, media_type: str) -> str:
            return self.keep_media(org, content, extension_of(media_type), inbound.contact)

        try:
            return self.channel.fetch_media(org, inbound, keep)
        except FlowhookError as error:
            if error.retryable:
                raise
            what = {"organization_id": org, "cause": error.type}
            logger.warning("a contact's file could not be kept", extra=what)
            return inbound
