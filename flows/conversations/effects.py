"""Collects a turn's effects outside its contact's session, to be stored with the turn."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flowhook.redis.effects import Effect
from flowhook.timestamps import timestamp
from flows.channels.channel import Channel
from flows.channels.outgoing_messages import messages_by_contact
from flows.conversations.store import ConversationStore, group_key, start_key
from flows.conversations.turn import Turn, channel_of, valid_id
from flows.model.events import ContactGroupsChanged, Event, MsgCreated, SessionTriggered

MAX_TRIGGERED = 10_000
MAX_STARTS_WAITING = 1_000  # flows to be started for one contact; the oldest are dropped
KEEP_START_SECONDS = 7 * 24 * 3600

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class TurnEffects:
    """The effects of a turn, and the contacts to wake once it is stored.

    `effects` are stored with the turn; contacts in `started` are to start a flow, and those in
    `addressed` have messages to be sent.
    """

    effects: list[Effect] = field(default_factory=list)
    started: set[str] = field(default_factory=set)
    addressed: set[str] = field(default_factory=set)


class Effects:
    """Turns events into effects; `channels` reach contacts outside the API's answers."""

    def __init__(
        self,
        store: ConversationStore,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.channels = channels
        self.now = now

    def of(self, turn: Turn, events: Sequence[Event], *, is_taken: bool = False) -> TurnEffects:
        """Return the effects of a turn's events.

        With `is_taken` the script that stores the effects also takes the contact's outbox.
        """
        found = TurnEffects()
        self._change_groups(found, turn, events)
        self._log_broadcasts(found, turn, events)
        self._send(found, turn, events, is_taken)
        self._trigger(found, turn.org, events)
        return found

    def _change_groups(self, found: TurnEffects, turn: Turn, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, ContactGroupsChanged):
                for command, groups in (("SADD", event.added), ("SREM", event.removed)):
                    found.effects += [
                        (command, group_key(turn.org, group), turn.contact) for group in groups
                    ]

    def _log_broadcasts(self, found: TurnEffects, turn: Turn, events: Sequence[Event]) -> None:
        """Add messages to other contacts to those contacts' transcripts."""
        for event in events:
            if isinstance(event, MsgCreated) and event.contact != turn.contact:
                at = timestamp(self.now(), "milliseconds")
                entry = {"at": at, "direction": "out", **event.as_message()}
                found.effects.append(self.store.logging(turn.org, event.contact, entry))

    def _send(
        self, found: TurnEffects, turn: Turn, events: Sequence[Event], is_taken: bool
    ) -> None:
        """Put messages into the outbox of each contact's channel.

        Contacts of the API have no outbox: its callers get the messages in the answer.
        """
        for contact, messages in messages_by_contact(events).items():
            channel = self.channels.get(channel_of(turn, contact))
            items = channel.items(turn.org, messages) if channel else ()
            if channel and items:
                channel.outbox.list_organisation(turn.org)
                found.effects += channel.outbox.filling(
                    turn.org, contact, items, is_taken=is_taken and contact == turn.contact
                )
                found.addressed.add(contact)

    def _trigger(self, found: TurnEffects, org: str, events: Sequence[Event]) -> None:
        """Store each flow to start once, and queue its name for each of the contacts."""
        room = MAX_TRIGGERED
        for event in events:
            if not isinstance(event, SessionTriggered):
                continue
            targets = self._targets(org, event)
            if len(targets) > room:
                what = {"organization_id": org, "contacts": len(targets) - room}
                logger.warning("a flow is not started for all of its contacts", extra=what)
            name, start = secrets.token_hex(16), self._sealed(org, event)
            found.effects.append(("SET", start_key(org, name), start, "EX", KEEP_START_SECONDS))
            for contact in targets[:room]:
                waiting = self.store.key(org, contact, "starts")
                found.effects.append(("RPUSH", waiting, name))
                found.effects.append(("LTRIM", waiting, -MAX_STARTS_WAITING, -1))
                found.started.add(contact)
            room -= len(targets[:room])

    def _sealed(self, org: str, event: SessionTriggered) -> bytes:
        start = {
            "flow": event.target_flow,
            "results": event.results,
            "unless_in_a_flow": event.skip_contacts_in_a_flow,
        }
        return self.store.seal(org, "", "start", start)

    def _targets(self, org: str, event: SessionTriggered) -> list[str]:
        members = [self.store.members(org, group) for group in event.groups]
        named = [*event.contacts, *(one for group in members for one in group)]
        return [one for one in dict.fromkeys(named) if valid_id(one)]
