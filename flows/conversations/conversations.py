"""Conversations of contacts with flows, for the HTTP API, channels, wake-ups and jobs.

Every call is one turn of one contact: load the session, run the engine, and store everything at
once, including the messages to be sent. A turn whose process outlived its lease, or crashed, has
stored nothing and is processed again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import (
    Conflict,
    FlowhookError,
    Internal,
    InvalidInput,
    NotFound,
    RateLimited,
)
from flowhook.organisations.organisation import Organisation
from flowhook.redis.effects import Effect
from flows.channels.channel import Channel
from flows.channels.held_item import HeldItem
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.effects import Effects, TurnEffects
from flows.conversations.funnel import counts_of, funnel_effects, stands_of
from flows.conversations.hearing import end_what_is_over, hear
from flows.conversations.listing import Listed, list_anew
from flows.conversations.live_services import (
    CallFunction,
    LiveServices,
    RecordConsent,
    unrecorded,
    utc_now,
)
from flows.conversations.node_counts import counted, waits_of
from flows.conversations.old_outbox import OldOutbox
from flows.conversations.people import People
from flows.conversations.people_queue import PeopleQueue
from flows.conversations.roster import PAUSED, Place, is_paused, moving
from flows.conversations.store import (
    MAX_STARTS,
    ConversationStore,
    TurnLock,
    TurnLost,
    group_key,
)
from flows.conversations.transcript import answer_of, not_sent, status_of, transcript_of
from flows.conversations.turn import (
    API,
    NOTHING,
    ContactUpdate,
    Turn,
    answered_at,
    flow_to_start,
    learn,
    refuse_paused,
    valid_id,
)
from flows.conversations.wakeups import Wakeups
from flows.conversations.with_people import WithPeople
from flows.engine.engine import Engine
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.events import Event
from flows.model.session import Message, Session, WebhookAnswer, contact_of
from flows.sheets.access import OpenSheets, no_sheets

ATTEMPTS = 3
SAFELY_LATER = timedelta(seconds=30)  # any running turn has stored or failed by then

logger = logging.getLogger(__name__)

Json = dict[str, Any]

Step = Callable[[Turn], list[Event] | None]
"""Goes on with a session; None says that there was nothing to do."""


def anywhere(address: str) -> AbstractContextManager[None]:
    return nullcontext()


class Conversations:
    """`settings` gives an organisation, `functions` runs its webhook functions; `called_at` is what
    links in results are made from while a turn takes place that no HTTP call began."""

    def __init__(
        self,
        store: ConversationStore,
        flows: FlowStore,
        settings: Callable[[str], Organisation],
        functions: CallFunction,
        outgoing: AuthorHttpClient,
        open_sheets: OpenSheets = no_sheets,
        called_at: Callable[[str], AbstractContextManager[None]] = anywhere,
        now: Callable[[], datetime] = utc_now,
        record_consent: RecordConsent = unrecorded,
    ) -> None:
        self.store = store
        self.flows = flows
        self.settings = settings
        self.functions = functions
        self.outgoing = outgoing
        self.open_sheets = open_sheets
        self.called_at = called_at
        self.now = now
        self.record_consent = record_consent
        self.channels: dict[str, Channel] = {}
        self.people: PeopleQueue | None = None
        self.wakeups = Wakeups(store.redis)
        self.effects = Effects(store, self.channels, now)
        self.old_outbox = OldOutbox(store, self.channels, now)

    def add_channel(self, name: str, channel: Channel) -> None:
        """Bring messages by this channel to contacts whose ContactUpdate names it."""
        self.channels[name] = channel

    def add_people(self, people: People) -> PeopleQueue:
        """Pass flows' tickets, and what contacts write meanwhile, to these people."""
        note = self.tell_not_sent
        self.people = PeopleQueue(self.store, people, note, lambda: self.now().timestamp())
        return self.people

    # --- what may happen to a contact ---------------------------------------------------

    def receive(
        self,
        org: str,
        contact: str,
        message: Message,
        *,
        message_id: str = "",
        known: ContactUpdate = NOTHING,
        held: HeldItem | None = None,
    ) -> Json:
        """Process one message of the contact and answer as the conversation API does.

        The same `message_id` is processed once; a repeat gets the first one's answer. `held` is the
        message in the contact's inbox, which it leaves with the turn; what the turn says is sent
        at once then. Raises LeaseLost where it has left already.
        """

        def step(turn: Turn) -> list[Event]:
            learn(turn, known, self.now())
            return hear(turn, self._who_answers, message, self.now())

        return self.take_turn(org, contact, step, message_id=message_id, message=message, held=held)

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

        Raises NotFound for an unknown flow, InvalidInput for one that cannot run, Conflict while
        the conversation is paused.
        """

        def step(turn: Turn) -> list[Event]:
            refuse_paused(turn)
            learn(turn, known, self.now())
            uuid, is_draft = flow_to_start(turn.library, flow)
            return turn.engine.start(turn.session, uuid, results=results, draft=is_draft)

        return self.take_turn(org, contact, step, message_id=message_id)

    def resume(self, org: str, contact: str, flow: str, result: Mapping[str, Any]) -> Json:
        """Wake a flow parked at wait_for_result; raises Conflict if the contact has none, or while
        the conversation is paused."""

        def step(turn: Turn) -> list[Event]:
            refuse_paused(turn)
            return turn.engine.resume(turn.session, flow, result)

        return self.take_turn(org, contact, step)

    def finish_webhook(self, org: str, contact: str, call_id: int, answer: WebhookAnswer) -> Json:
        """Give a parked webhook node its answer; a late answer is ignored, and one that comes
        while the conversation is paused is kept until that ends."""

        def step(turn: Turn) -> list[Event] | None:
            if turn.is_paused:
                turn.held.append({"call_id": call_id, "answer": asdict(answer)})
                return []
            return turn.engine.finish_webhook(turn.session, call_id, answer) or None

        return self.take_turn(org, contact, step)

    def wake(self, org: str, contact: str) -> Json:
        """Go on with whatever of this contact is due: timers, and flows that another contact's flow
        started. The caller sends what the turn says. Raises Conflict while another turn is under
        way."""

        def step(turn: Turn) -> list[Event] | None:
            was_paused = turn.is_paused
            events = end_what_is_over(turn, self._who_answers, self.now())
            if turn.is_paused:
                self._look_again(turn)
                return None  # what is due is looked for when the pause ends
            events += self._begin_triggered(turn)
            due = turn.session.next_wakeup()
            if due is not None and due <= turn.services.now():
                events += turn.engine.wake(turn.session)
            elif due is not None:
                self.wakeups.add(org, contact, due)
            return events if events or turn.lock.begun or was_paused else None

        return self.take_turn(org, contact, step, is_woken=True)

    def send_out(self, org: str, contact: str) -> None:
        """Send the messages that are due to the contact, on every channel."""
        for channel in self.channels.values():
            channel.send_out(org, contact, partial(self.tell_not_sent, org, contact))

    def tell_not_sent(self, org: str, contact: str, reason: str) -> None:
        """Note in the conversation that a channel gave a message up."""
        self.store.note(org, contact, not_sent(reason, self.now()))

    # --- what is known of a contact -----------------------------------------------------

    def show(self, org: str, contact: str) -> Json:
        """The contact, state and transcript; raises NotFound for a contact who never wrote."""
        record = self.store.state(org, contact)
        if record is None:
            raise NotFound("there is no conversation with this contact")
        session = Session.from_dict(record["session"])
        due = session.next_wakeup()
        return {
            "contact": session.contact.as_dict(),
            **status_of(session),
            **({"status": PAUSED} if is_paused(self.store.place(org, contact)) else {}),
            **({"wakeup_at": due.isoformat()} if due else {}),
            "transcript": self.store.transcript(org, contact),
        }

    def forget(self, org: str, contact: str) -> None:
        """Remove everything stored about a contact; raises NotFound if there is nothing."""
        lock: TurnLock | None = None
        groups: list[str] = []
        is_known = True
        try:
            lock = self.store.begin(org, contact)
            is_known = lock.state is not None
        except Internal:  # no key decrypts it: any collection may have the contact
            groups = self.store.group_keys(org)
        except RateLimited:  # nobody new, and there is no room for one
            is_known = False
        self._remove(org, contact, lock, groups)
        if not is_known:
            raise NotFound("there is no conversation with this contact")

    def forget_idle(self, org: str, contact: str, before: int) -> bool:
        """Forget a contact unless something was said since `before`, in epoch milliseconds, or a
        message waits; returns whether. Raises Conflict while they have their turn."""
        lock: TurnLock | None = None
        with suppress(Internal):
            lock = self.store.begin(org, contact, patience_seconds=0.0)
        has_waiting = any(one.has_waiting(org, contact) for one in self.channels.values())
        is_idle = not has_waiting and self.store.last_said(org, contact) < before
        if is_idle:
            self._remove(org, contact, lock)
        elif lock is not None:
            self.store.release(lock)
        return is_idle

    def _remove(
        self, org: str, contact: str, lock: TurnLock | None, groups: Iterable[str] = ()
    ) -> None:
        """Remove what is stored of a contact, whose turn is locked if it can be read; also from
        collections of these keys."""
        left = self._belongings(lock) if lock is not None else []
        left += [("SREM", group, contact) for group in groups]
        left += self._unlisted(org, contact)
        for channel in self.channels.values():
            channel.forget(org, contact)  # who only wrote, and was never heard, is known there
        if self.people:
            self.people.queue.forget(org, contact)
        self.store.forget(org, contact, left)

    def _belongings(self, lock: TurnLock) -> list[Effect]:
        """How a contact leaves the collections and counts; none where another release wrote it."""
        try:
            session = Session.from_dict((lock.state or {})["session"])
        except (InvalidInput, KeyError):
            return []
        groups = (group_key(lock.org, group) for group in session.contact.groups)
        left: list[Effect] = [("SREM", group, lock.contact) for group in groups]
        return left + counted(lock.org, waits_of(session), None)

    def _unlisted(self, org: str, contact: str) -> list[Effect]:
        """How a contact leaves the roster, which is told even if the state cannot be decrypted."""
        stored = Place.read(self.store.place(org, contact))
        return moving(org, self.store.names.of(org, contact), stored, None)

    # --- a turn -------------------------------------------------------------------------

    def take_turn(
        self,
        org: str,
        contact: str,
        step: Step,
        *,
        message_id: str = "",
        message: Message | None = None,
        held: HeldItem | None = None,
        is_woken: bool = False,
    ) -> Json:
        """Run one turn: `step` goes on with the session, and what it leaves is stored.

        `is_woken`: for a wake-up, which does not wait for another turn.
        """
        patience_seconds = 0.0 if is_woken else None
        for _ in range(ATTEMPTS):
            lock = self.store.begin(org, contact, message_id, patience_seconds)
            if lock.replay is not None:
                return lock.replay
            try:
                if is_woken and lock.state is None:
                    return self._nobody(lock)
                if lock.has_old_outbox:
                    with self.store.keeping(lock):
                        self.old_outbox.empty(org, contact, patience_seconds)
                return self._process(lock, step, message, held, is_woken)
            except TurnLost:
                continue
            except BaseException:
                self.store.release(lock)
                raise
        raise Conflict("this contact's turn was lost again and again")

    def _nobody(self, lock: TurnLock) -> Json:
        """Drop the flows to be started for a contact who is not known."""
        self.store.redis.unlink(self.store.key(lock.org, lock.contact, "starts"))
        self.store.release(lock)
        return {"messages": [], "status": "completed"}

    def _process(
        self,
        lock: TurnLock,
        step: Step,
        message: Message | None,
        held: HeldItem | None,
        is_woken: bool,
    ) -> Json:
        """Run and store a turn. `held` or `is_woken`: the caller sends what it says."""
        turn = self._open(lock)
        before, stands = waits_of(turn.session), stands_of(turn.session)
        with self.called_at(turn.address):
            happened = step(turn)
        if happened is None:
            self.store.release(lock)
            return {"messages": [], **status_of(turn.session)}
        events = [*turn.carried, *happened]
        answer = answer_of(turn.session, events)
        if turn.is_paused:
            answer["status"] = PAUSED
        found = self.effects.of(turn, events, is_taken=held is not None)
        if self.people:
            found.effects += self.people.of(turn, events)
        found.effects += counted(lock.org, before, waits_of(turn.session), events)
        answered = answered_at(turn, before and before.place, self.now()) if message else None
        passed = counts_of(stands, events, answered)
        found.effects += funnel_effects(lock.org, passed, self.now())
        listed = list_anew(turn, self.store, events, message, self.now())
        found.effects += listed.effects
        self._wake_safely(turn, found)
        said = transcript_of(turn.session, happened, message, self.now(), turn.said_by)
        channel = self.channels.get(turn.channel) if held else None
        transcript = [*turn.notes, *said]
        taken = self._store(turn, found, transcript, answer, held, channel, listed)
        is_own = {lock.contact} if held or is_woken else set()
        waiting = found.started | (found.addressed - is_own)
        if len(lock.starts) > lock.begun:
            waiting.add(lock.contact)  # what was begun before the message has its turn behind it
        self._wake(lock.org, waiting)
        if self.people and turn.for_people:
            self.people.carry_out(lock.org, lock.contact)
        if channel:
            tell = partial(self.tell_not_sent, lock.org, lock.contact)
            channel.send_out(lock.org, lock.contact, tell, taken)
        return answer

    def _wake_safely(self, turn: Turn, found: TurnEffects) -> None:
        """Add the wake-ups without which a crash once the turn is stored would lose something."""
        due = turn.session.next_wakeup()
        if due is not None:
            self.wakeups.add(turn.org, turn.contact, due)
        if found.started:
            self.wakeups.add_all(turn.org, found.started, self.now() + SAFELY_LATER)

    def _store(
        self,
        turn: Turn,
        found: TurnEffects,
        transcript: list[Json],
        answer: Json,
        held: HeldItem | None,
        channel: Channel | None,
        listed: Listed,
    ) -> HeldItem | None:
        """Store the turn; returns what is first to be sent by `channel`, if that is to send now."""
        is_addressed = turn.contact in found.addressed
        taking = channel.outbox.taking(turn.org, turn.contact) if channel and is_addressed else None
        with_people = turn.with_people.as_dict()
        state = {
            "session": turn.session.as_dict(),
            "channel": turn.channel,
            "address": turn.address,
            **({"held": turn.held} if turn.held else {}),
            **({"with_people": with_people} if with_people else {}),
        }
        return self.store.commit(
            turn.lock,
            state,
            transcript=transcript,
            answer=answer,
            effects=found.effects,
            held=held,
            taking=taking,
            place=listed.place,
            row=listed.row,
        )

    def _open(self, lock: TurnLock) -> Turn:
        record = lock.state or {}
        stored = record.get("session")
        session = Session.from_dict(stored) if stored else Session(Contact(id=lock.contact))
        library = self.flows.library(lock.org, lock.flows_version)
        channels: dict[str, str] = {}

        def look_up(contact_id: str) -> Contact | None:
            found = self.store.state(lock.org, contact_id) if valid_id(contact_id) else None
            if found is None:
                return None
            channels[contact_id] = found["channel"]
            return contact_of(found["session"])

        organisation = self.settings(lock.org)
        services = LiveServices(
            organisation=organisation,
            store=self.flows,
            library=library,
            functions=self.functions,
            outgoing=self.outgoing,
            sheets=self.open_sheets(organisation),
            working=lambda: self.store.keeping(lock),
            look_up=look_up,
            now=self.now,
            consents=self.record_consent,
        )
        return Turn(
            lock=lock,
            session=session,
            channel=record.get("channel", API),
            address=record.get("address", ""),
            library=library,
            services=services,
            engine=Engine(services),
            channels=channels,
            before=Place.read(lock.place),
            is_paused=is_paused(lock.place),
            held=list(record.get("held", ())),
            with_people=WithPeople.read(record.get("with_people", {})),
        )

    @property
    def _who_answers(self) -> People | None:
        return self.people.people if self.people else None

    def _look_again(self, turn: Turn) -> None:
        """Have the contact woken when people no longer have the conversation, at the latest."""
        ends_at = turn.with_people.ends_at
        if ends_at is not None:
            self.wakeups.add(turn.org, turn.contact, datetime.fromtimestamp(ends_at, UTC))

    def _begin_triggered(self, turn: Turn) -> list[Event]:
        """Start what other contacts' flows asked for; what is queued behind has the next turn."""
        lock = turn.lock
        lock.begun = len(lock.starts)
        if lock.begun == MAX_STARTS:
            self.wakeups.add(lock.org, lock.contact, self.now())
        events: list[Event] = []
        for start in self.store.starts(lock):
            if start["unless_in_a_flow"] and turn.session.runs:
                continue
            try:
                events += turn.engine.start(turn.session, start["flow"], results=start["results"])
            except FlowhookError:
                continue  # the flow was deleted or made inactive since
        return events

    def _wake(self, org: str, contacts: Iterable[str]) -> None:
        """Everything is stored: have contacts woken. What fails here happens with a later wake-up
        or the sweep; the caller must not send the message again for it."""
        try:
            self.wakeups.add_all(org, contacts, self.now())
        except (RedisError, OSError) as error:
            what = {"organization_id": org, "cause": type(error).__name__}
            logger.warning("what a turn said goes out later", extra=what)
