"""Joins the inbox and conversations: tickets become items, and people's answers are said.

An item that is open and assigned gives its contact's conversation to people: its flow rests, and
what the contact writes is added to the item. A worker does that, so that it is done even if the
process dies which the person asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from answers.inbox.inbox import Inbox
from answers.inbox.item import (
    ASK_A_PERSON,
    OPEN,
    OPEN_TICKET,
    UNDELIVERED,
    InboxItem,
    NewItem,
)
from flowhook.errors import FlowhookError, NotFound
from flowhook.jobs.call import organisation_of_job
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY
from flowhook.jobs.services import JobServices
from flowhook.organisations.deletion import Deletion
from flowhook.organisations.inbox_schema import pause_message
from flowhook.organisations.organisation import Organisation
from flowhook.redis.effects import Effect
from flows.channels.dead_items import DeadItem
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.content_words import words_of
from flows.conversations.conversations import Conversations
from flows.conversations.handover import Answer, Handover
from flows.conversations.people import Said, Ticket, Undelivered
from flows.conversations.people_queue import PeopleQueue
from flows.model.contact import LANGUAGES
from service.contact_history import said as said_in_inbox
from service.whatsapp_bridge import WHATSAPP

CONVERSATION = "conversation"
WAY: Mapping[str, Any] = {"kind": CONVERSATION}
STEP = "handover"  # of the job queue's messages, each of which names an item as `<org>.<item>`
BUSY_SECONDS = 5.0
KEPT = "WhatsApp takes no words now: the contact gets the answer as soon as they write."
IN_TRANSCRIPT = "The contact gets the answer with their next message."


def join_inbox(
    inbox: Inbox,
    conversations: Conversations,
    whatsapp: WhatsAppChannel,
    jobs: JobServices,
    deletion: Deletion,
) -> PeopleQueue:
    """Let flows reach the inbox and the inbox contacts; returns the queue, for a worker's sweep."""
    queue = conversations.add_people(InboxPeople(inbox))
    deletion.add_indices(queue.queue.forget_organisation)

    def telling(org: str, dead: DeadItem) -> list[Effect]:
        return queue.undelivered(org, dead, WHATSAPP, words_of(dead.item.get("content", {})))

    whatsapp.outbox.dead_items.add_telling(telling)

    def flow_name(org: str, flow: str) -> str:
        entry = conversations.flows.library(org).entries.get(flow)
        return entry.draft.name if entry else ""

    inbox.intake.add_flow_names(flow_name)
    handover = Handover(conversations)
    inbox.add_delivery(CONVERSATION, ConversationAnswers(handover, conversations))
    holding = Holding(inbox, handover, jobs.queue)
    inbox.add_follower(holding.follow)
    jobs.add_task(STEP, holding.perform)
    return queue


class InboxPeople:
    """The People of conversations."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def open_ticket(self, org: str, ticket: Ticket) -> None:
        self._add(
            org,
            ticket.id,
            NewItem(
                OPEN_TICKET,
                ticket.body or ticket.topic,
                ticket.topic,
                contact=ticket.contact,
                name=ticket.name,
                flow=ticket.flow,
                language=ticket.language,
                way=WAY,
            ),
        )

    def show_undelivered(self, org: str, undelivered: Undelivered) -> None:
        words = undelivered.text or undelivered.reason
        new = NewItem(UNDELIVERED, words, undelivered.reason, contact=undelivered.contact, way=WAY)
        self._add(org, undelivered.id, new)

    def add_said(self, org: str, item: str, said_id: str, said: Said) -> None:
        self.inbox.store.add_said(org, item, replace(said_in_inbox(said), id=said_id))

    def is_with_person(self, org: str, item: str) -> bool:
        found = self.inbox.store.find(org, item)
        return found is not None and is_held(found)

    def waiting_item(self, org: str, contact: str) -> str | None:
        items = self.inbox.store.of_contact(org, contact, (OPEN,))
        return next((one.id for one in items if one.kind == ASK_A_PERSON), None)

    def waiting_words(self, organisation: Organisation, language: str) -> str:
        label = next((one.label for one in LANGUAGES if one.locale == language), language)
        return pause_message(organisation.section("inbox"), language, label)

    def _add(self, org: str, item_id: str, new: NewItem) -> None:
        self.inbox.intake.add(org, new, item_id)


class ConversationAnswers:
    """The AnswerDelivery of what conversations asked."""

    def __init__(self, handover: Handover, conversations: Conversations) -> None:
        self.handover = handover
        self.conversations = conversations

    def deliver(self, item: InboxItem) -> str:
        org, contact, state = item.org, item.asked.contact, item.state
        try:
            if self.handover.answer(org, contact, Answer(item.id, state.answer, state.by)):
                return ""
        except NotFound as gone:
            raise NotDelivered(gone.message, final=True) from gone
        stored = self.conversations.store.state(org, contact) or {}
        reason = KEPT
        if stored.get("channel") != WHATSAPP:
            reason = IN_TRANSCRIPT
        return reason

    def end(self, item: InboxItem) -> None:
        release(self.handover, item)


class Holding:
    """Gives a conversation to people while an item of its contact is open and assigned."""

    def __init__(self, inbox: Inbox, handover: Handover, queue: Queue) -> None:
        self.inbox = inbox
        self.handover = handover
        self.queue = queue

    def follow(self, item: InboxItem) -> None:
        """Have a worker look at an item that has changed."""
        is_delivered_so = item.way == CONVERSATION and item.state.status != OPEN
        if item.asked.contact and item.kind != UNDELIVERED and not is_delivered_so:
            self._send(f"{item.org}.{item.id}")

    def perform(self, name: str, suspect: str = "") -> None:
        """Give the conversation of an item's contact to people, or back."""
        org, item_id = organisation_of_job(name) or "", name.partition(".")[2]
        item = self.inbox.store.find(org, item_id)
        if item is None:
            return
        try:
            if is_held(item):
                state = item.state
                self.handover.take(org, item.asked.contact, item_id, state.assigned)
            else:
                release(self.handover, item)
        except NotFound:
            return  # no conversation of this service: nothing rests
        except (FlowhookError, *AWAY):  # the contact's turn is taken, or the store away
            self._send(name, BUSY_SECONDS)

    def _send(self, name: str, delay_seconds: float = 0.0) -> None:
        try:
            self.queue.send(name, STEP, delay_seconds)
        except AWAY:
            return  # the contact's next message looks, if it is over


def is_held(item: InboxItem) -> bool:
    """Whether an item gives its contact's conversation to people."""
    return item.state.status == OPEN and bool(item.state.assigned)


def release(handover: Handover, item: InboxItem) -> None:
    state = item.state
    by = state.ended_by or state.by or state.assigned
    handover.give_back(item.org, item.asked.contact, item.id, by)
