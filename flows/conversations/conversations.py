"""Contacts talk to flows here: the one door for the HTTP API, channels, wake-ups and jobs.

Every call is one turn of one contact: load the session, let the engine go on, store everything
at once, and only then deliver. A turn that was lost (its process slept through the lease) or
broken off by a crash has stored nothing and is processed again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import Conflict, FlowhookError, Internal, InvalidInput, NotFound
from flowhook.organisations.organisation import Organisation
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.effects import Effects
from flows.conversations.live_services import CallFunction, LiveServices, utc_now
from flows.conversations.node_counts import counted, place_of
from flows.conversations.outbox import Channel, Outbox
from flows.conversations.store import (
    MAX_STARTS,
    ConversationStore,
    Effect,
    TurnLock,
    TurnLost,
    conversation_key,
    group_key,
)
from flows.conversations.transcript import answer_of, not_sent, standing_of, transcript_of
from flows.conversations.turn import (
    API,
    NOTHING,
    ContactUpdate,
    Turn,
    flow_to_start,
    learn,
    valid_id,
)
from flows.conversations.wakeups import Wakeups
from flows.engine.engine import Engine
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.events import Event
from flows.model.session import Message, Session, WebhookAnswer

ATTEMPTS = 3
SAFELY_LATER = timedelta(seconds=30)  # after any turn that is under way has stored or lost

logger = logging.getLogger(__name__)

Json = dict[str, Any]

Step = Callable[[Turn], list[Event] | None]
"""Goes on with a session; None says that there was nothing to do."""


def anywhere(address: str) -> AbstractContextManager[None]:
    return nullcontext()


class Conversations:
    """`settings` gives an organisation, `functions` runs its webhook functions, `channels`
    deliver messages outside the API's answers; `called_at` is what links in results are made from
    while a turn takes place that no HTTP call began."""

    def __init__(
        self,
        store: ConversationStore,
        flows: FlowStore,
        settings: Callable[[str], Organisation],
        functions: CallFunction,
        outgoing: AuthorHttpClient,
        channels: Mapping[str, Channel] | None = None,
        called_at: Callable[[str], AbstractContextManager[None]] = anywhere,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store = store
        self.flows = flows
        self.settings = settings
        self.functions = functions
        self.outgoing = outgoing
        self.called_at = called_at
        self.now = now
        self.wakeups = Wakeups(store.redis)
        self.outbox = Outbox(store, self.wakeups, dict(channels or {}), now)
        self.effects = Effects(store, self.outbox, now)

    def add_channel(self, name: str, channel: Channel) -> None:
        """Deliver the messages of conversations on channel `name` through it."""
        self.outbox.channels[name] = channel

    # --- what may happen to a contact ---------------------------------------------------

    def receive(
        self,
        org: str,
        contact: str,
        message: Message,
        *,
        message_id: str = "",
        known: ContactUpdate = NOTHING,
    ) -> Json:
        """One message of the contact, answered as the conversation API does. The same
        `message_id` is processed once; a repeat gets the first one's answer."""

        def step(sitting: Turn) -> list[Event]:
            learn(sitting, known, self.now())
            return sitting.engine.receive(sitting.session, message)

        return self._take_turn(org, contact, step, message_id=message_id, message=message)

    def start(
        self,
        org: str,
        contact: str,
        flow: str,
        *,
        results: Mapping[str, Any] | None = None,
        message_id: str = "",
        known: ContactUpdate = NOTHING,
    ) -> Json:
        """Start a flow, given by UUID or keyword. One that was never published runs as a draft.

        Raises NotFound for an unknown flow, InvalidInput for one that cannot run.
        """

        def step(sitting: Turn) -> list[Event]:
            learn(sitting, known, self.now())
            uuid, is_draft = flow_to_start(sitting.library, flow)
            return sitting.engine.start(sitting.session, uuid, results=results, draft=is_draft)

        return self._take_turn(org, contact, step, message_id=message_id)

    def resume(self, org: str, contact: str, flow: str, result: Mapping[str, Any]) -> Json:
        """Wake a flow parked at wait_for_result; Conflict when the contact waits in no such."""

        def step(sitting: Turn) -> list[Event]:
            return sitting.engine.resume(sitting.session, flow, result)

        return self._take_turn(org, contact, step)

    def finish_webhook(self, org: str, contact: str, call_id: int, answer: WebhookAnswer) -> Json:
        """Give a parked webhook node its answer; a late one changes nothing."""

        def step(sitting: Turn) -> list[Event] | None:
            return sitting.engine.finish_webhook(sitting.session, call_id, answer) or None

        return self._take_turn(org, contact, step)

    def wake(self, org: str, contact: str) -> Json:
        """Go on with whatever of this contact is due: timers, flows that another contact's flow
        started, messages to deliver. Conflict while another turn is under way."""

        def step(sitting: Turn) -> list[Event] | None:
            events = self._begin_triggered(sitting)
            due = sitting.session.next_wakeup()
            if due is not None and due <= sitting.services.now():
                events += sitting.engine.wake(sitting.session)
            elif due is not None:
                self.wakeups.add(org, contact, due)
            return events if events or sitting.turn.begun else None

        if not self.store.exists(org, contact):
            self.store.redis.unlink(conversation_key(org, contact, "starts"))
            return {"messages": [], "status": "completed"}
        answer = self._take_turn(org, contact, step, patience_seconds=0)
        self.outbox.deliver(org, contact)
        return answer

    def tell_not_sent(self, org: str, contact: str, reason: str) -> None:
        """A channel gave a message up: the conversation says so to its author."""
        self.store.note(org, contact, not_sent(reason, self.now()))

    # --- what is known of a contact -----------------------------------------------------

    def show(self, org: str, contact: str) -> Json:
        """Contact, standing and transcript; NotFound for a contact who never wrote."""
        record = self.store.state(org, contact)
        if record is None:
            raise NotFound("there is no conversation with this contact")
        session = Session.from_dict(record["session"])
        due = session.next_wakeup()
        return {
            "contact": session.contact.as_dict(),
            **standing_of(session),
            **({"wakeup_at": due.isoformat()} if due else {}),
            "transcript": self.store.transcript(org, contact),
        }

    def forget(self, org: str, contact: str) -> None:
        """Remove everything kept of a contact; NotFound where there is nothing."""
        for channel in self.outbox.channels.values():
            channel.forget(org, contact)  # who only wrote, and was never heard, is known there
        left: list[Effect] = []
        try:
            turn = self.store.begin(org, contact)
        except Internal:
            pass  # no key opens it: what it belonged to stays unknown
        else:
            if turn.state is None:
                self.store.release(turn)
                raise NotFound("there is no conversation with this contact")
            left = self._belongings(turn)
        self.store.forget(org, contact, left)

    def _belongings(self, turn: TurnLock) -> list[Effect]:
        """How a contact leaves the collections and counts; none where another release wrote it."""
        try:
            session = Session.from_dict((turn.state or {})["session"])
        except InvalidInput:
            return []
        groups = (group_key(turn.org, group) for group in session.contact.groups)
        left = [Effect(group, "remove", turn.contact) for group in groups]
        return left + counted(turn.org, place_of(session), None)

    # --- a turn -------------------------------------------------------------------------

    def _take_turn(
        self,
        org: str,
        contact: str,
        step: Step,
        *,
        message_id: str = "",
        message: Message | None = None,
        patience_seconds: float | None = None,
    ) -> Json:
        for _ in range(ATTEMPTS):
            turn = self.store.begin(org, contact, message_id, patience_seconds)
            if turn.replay is not None:
                return turn.replay
            try:
                return self._sit(turn, step, message)
            except TurnLost:
                continue
            except BaseException:
                self.store.release(turn)
                raise
        raise Conflict("this contact's turn was lost again and again")

    def _sit(self, turn: TurnLock, step: Step, message: Message | None) -> Json:
        sitting = self._open(turn)
        before = place_of(sitting.session)
        with self.called_at(sitting.address):
            events = step(sitting)
        if events is None:
            self.store.release(turn)
            return {"messages": [], **standing_of(sitting.session)}
        session, now = sitting.session, self.now()
        answer = answer_of(session, events)
        due = session.next_wakeup()
        if due is not None:
            self.wakeups.add(turn.org, turn.contact, due)
        effects, others = self.effects.of(sitting, events)
        effects += counted(turn.org, before, place_of(session), events)
        if others:
            self.wakeups.add_all(turn.org, others, now + SAFELY_LATER)
        self.store.commit(
            turn,
            {
                "session": session.as_dict(),
                "channel": sitting.channel,
                "address": sitting.address,
            },
            transcript=transcript_of(session, events, message, now),
            answer=answer,
            effects=effects,
        )
        self._after(sitting, others, now)
        return answer

    def _open(self, turn: TurnLock) -> Turn:
        record = turn.state or {}
        stored = record.get("session")
        session = Session.from_dict(stored) if stored else Session(Contact(id=turn.contact))
        library = self.flows.library(turn.org, turn.flows_version)
        channels: dict[str, str] = {}

        def look_up(contact_id: str) -> Contact | None:
            found = self.store.state(turn.org, contact_id) if valid_id(contact_id) else None
            if found is None:
                return None
            channels[contact_id] = found["channel"]
            return Contact.from_dict(found["session"]["contact"])

        services = LiveServices(
            organisation=self.settings(turn.org),
            store=self.flows,
            library=library,
            functions=self.functions,
            outgoing=self.outgoing,
            working=lambda: self.store.keeping(turn),
            look_up=look_up,
            clock=self.now,
        )
        return Turn(
            turn=turn,
            session=session,
            channel=record.get("channel", API),
            address=record.get("address", ""),
            library=library,
            services=services,
            engine=Engine(services),
            channels=channels,
        )

    def _begin_triggered(self, sitting: Turn) -> list[Event]:
        """Start what other contacts' flows asked for; what is queued behind has the next turn."""
        turn = sitting.turn
        turn.begun = len(turn.starts)
        if turn.begun == MAX_STARTS:
            self.wakeups.add(turn.org, turn.contact, self.now())
        events: list[Event] = []
        for start in self.store.starts(turn):
            if start["unless_in_a_flow"] and sitting.session.runs:
                continue
            try:
                events += sitting.engine.start(
                    sitting.session, start["flow"], results=start["results"]
                )
            except FlowhookError:
                continue  # the flow is gone, or inactive, since it was asked for
        return events

    def _after(self, sitting: Turn, others: set[str], now: datetime) -> None:
        """Everything is stored: deliver, and let others be woken at once. What fails here happens
        with the later wake-ups; the caller must not send the message again for it."""
        turn = sitting.turn
        strangers = others - {turn.contact}
        try:
            if strangers:
                self.wakeups.add_all(turn.org, strangers, now)
            if turn.contact in others:
                self.outbox.deliver(turn.org, turn.contact)
        except (RedisError, OSError) as error:
            what = {"organization_id": turn.org, "cause": type(error).__name__}
            logger.warning("what a turn said goes out later", extra=what)
