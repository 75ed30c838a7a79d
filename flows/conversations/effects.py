"""What a turn does outside its contact's own session, as effects to be stored with it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from flowhook.timestamps import timestamp
from flows.conversations.outbox import Outbox
from flows.conversations.store import (
    ConversationStore,
    Effect,
    conversation_key,
    group_key,
    start_key,
)
from flows.conversations.turn import API, Turn, channel_of, valid_id
from flows.model.events import ContactGroupsChanged, Event, MsgCreated, SessionTriggered

MAX_TRIGGERED = 10_000

logger = logging.getLogger(__name__)


class Effects:
    def __init__(
        self, store: ConversationStore, outbox: Outbox, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.outbox = outbox
        self.now = now

    def of(self, sitting: Turn, events: Sequence[Event]) -> tuple[list[Effect], set[str]]:
        """The effects, and the contacts who have to be looked at once they are stored."""
        started, contacts = self.triggered(sitting, events)
        effects = [*self.own(sitting, events), *started]
        return effects, contacts | self.queued_for(sitting, events)

    def own(self, sitting: Turn, events: Sequence[Event]) -> list[Effect]:
        org, contact = sitting.turn.org, sitting.turn.contact
        effects: list[Effect] = []
        for event in events:
            if isinstance(event, ContactGroupsChanged):
                effects += [Effect(group_key(org, one), "add", contact) for one in event.added]
                effects += [Effect(group_key(org, one), "remove", contact) for one in event.removed]
            elif isinstance(event, MsgCreated):
                effects += self._message_effects(sitting, event)
        return effects

    def _message_effects(self, sitting: Turn, event: MsgCreated) -> Iterable[Effect]:
        org = sitting.turn.org
        if event.contact != sitting.turn.contact:
            at = timestamp(self.now(), "milliseconds")
            entry = [{"at": at, "direction": "out", **event.as_message()}]
            sealed = self.store.seal(org, event.contact, "transcript", entry)
            yield Effect(conversation_key(org, event.contact, "transcript"), "log", sealed)
        channel = channel_of(sitting, event)
        if channel != API:
            yield self.outbox.effect(org, channel, event)

    def queued_for(self, sitting: Turn, events: Sequence[Event]) -> set[str]:
        """Contacts whose outbox this turn fills."""
        created = (event for event in events if isinstance(event, MsgCreated))
        return {event.contact for event in created if channel_of(sitting, event) != API}

    def triggered(self, sitting: Turn, events: Sequence[Event]) -> tuple[list[Effect], set[str]]:
        """The flows to start for other contacts: each is kept once, and its name put into the queue
        of every contact; and who these are."""
        effects: list[Effect] = []
        contacts: set[str] = set()
        org, room = sitting.turn.org, MAX_TRIGGERED
        for event in events:
            if not isinstance(event, SessionTriggered):
                continue
            targets = self._targets(org, event)
            if len(targets) > room:
                what = {"organization_id": org, "contacts": len(targets) - room}
                logger.warning("a flow is not started for all of its contacts", extra=what)
            name = secrets.token_hex(16)
            effects.append(Effect(start_key(org, name), "keep", self._sealed(org, event)))
            for contact in targets[:room]:
                effects.append(Effect(conversation_key(org, contact, "starts"), "push", name))
                contacts.add(contact)
            room -= len(targets[:room])
        return effects, contacts

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
