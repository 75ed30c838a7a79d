"""What a turn does outside its contact's own session, as effects to be stored with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from flows.conversation_store import ConversationStore, Effect, conversation_key, group_key
from flows.events import ContactGroupsChanged, Event, MsgCreated, SessionTriggered
from flows.outbox import Outbox
from flows.sitting import API, Sitting, channel_of, valid_id
from timestamps import timestamp

MAX_TRIGGERED = 10_000


class Effects:
    def __init__(
        self, store: ConversationStore, outbox: Outbox, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.outbox = outbox
        self.now = now

    def of(self, sitting: Sitting, events: Sequence[Event]) -> tuple[list[Effect], set[str]]:
        """The effects, and the contacts who have to be looked at once they are stored."""
        started = self.triggered(sitting, events)
        effects = [*self.own(sitting, events), *(effect for effect, _ in started)]
        return effects, {one for _, one in started} | self.queued_for(sitting, events)

    def own(self, sitting: Sitting, events: Sequence[Event]) -> list[Effect]:
        org, contact = sitting.turn.org, sitting.turn.contact
        effects: list[Effect] = []
        for event in events:
            if isinstance(event, ContactGroupsChanged):
                effects += [Effect(group_key(org, one), "add", contact) for one in event.added]
                effects += [Effect(group_key(org, one), "remove", contact) for one in event.removed]
            elif isinstance(event, MsgCreated):
                effects += self._message_effects(sitting, event)
        return effects

    def _message_effects(self, sitting: Sitting, event: MsgCreated) -> Iterable[Effect]:
        org = sitting.turn.org
        if event.contact != sitting.turn.contact:
            at = timestamp(self.now(), "milliseconds")
            entry = [{"at": at, "direction": "out", **event.as_message()}]
            sealed = self.store.seal(org, event.contact, "transcript", entry)
            yield Effect(conversation_key(org, event.contact, "transcript"), "log", sealed)
        channel = channel_of(sitting, event)
        if channel != API:
            yield self.outbox.effect(org, channel, event)

    def queued_for(self, sitting: Sitting, events: Sequence[Event]) -> set[str]:
        """Contacts whose outbox this turn fills."""
        created = (event for event in events if isinstance(event, MsgCreated))
        return {event.contact for event in created if channel_of(sitting, event) != API}

    def triggered(self, sitting: Sitting, events: Sequence[Event]) -> list[tuple[Effect, str]]:
        """The flows to start for other contacts, each in that contact's own queue."""
        found: list[tuple[Effect, str]] = []
        org = sitting.turn.org
        for event in events:
            if not isinstance(event, SessionTriggered):
                continue
            start = {
                "flow": event.target_flow,
                "results": event.results,
                "unless_in_a_flow": event.skip_contacts_in_a_flow,
            }
            sealed = self.store.seal(org, "", "start", start)
            for contact in self._targets(org, event):
                key = conversation_key(org, contact, "starts")
                found.append((Effect(key, "push", sealed), contact))
        return found[:MAX_TRIGGERED]

    def _targets(self, org: str, event: SessionTriggered) -> list[str]:
        members = [self.store.members(org, group) for group in event.groups]
        named = [*event.contacts, *(one for group in members for one in group)]
        return [one for one in dict.fromkeys(named) if valid_id(one)]
