"""Carries what turns tell people to them, durably and in order.

A turn stores it in a queue of its contact, in the script that stores the turn; it is carried out
after that, or by a worker's sweep if the process died. What people cannot have, since they have no
room for it, is noted in the contact's conversation.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, RateLimited, StoreFull
from flowhook.redis.effects import Effect
from flows.channels.contact_queue import ContactQueue
from flows.channels.dead_items import DeadItem
from flows.channels.held_item import Abandon, HeldItem, Item, Postpone
from flows.conversations.people import People, Ticket, Undelivered
from flows.conversations.store import ConversationStore
from flows.conversations.turn import Turn
from flows.model.contact import Contact
from flows.model.events import Event, TicketOpened

PEOPLE = "people"
FULL_SECONDS = 60.0
OPENED, SAID, UNDELIVERED = "opened", "said", "undelivered"

logger = logging.getLogger(__name__)


class PeopleQueue:
    """The queue to `people`; `note` tells a contact's conversation what they did not get."""

    def __init__(
        self,
        store: ConversationStore,
        people: People,
        note: Callable[[str, str, str], None],
        clock: Callable[[], float],
    ) -> None:
        self.store = store
        self.people = people
        self.note = note
        self.queue = ContactQueue(store.redis, store.cipher, PEOPLE, clock=clock)

    def telling(self, org: str, contact: str, items: Sequence[Item]) -> list[Effect]:
        """The effects that queue items of the functions below."""
        if not items:
            return []
        self.queue.list_organisation(org)
        effects = self.queue.filling(org, contact, items)
        return [*effects, self.queue.bounding(org, contact)]

    def of(self, turn: Turn, events: Iterable[Event]) -> list[Effect]:
        """The effects that tell people of a turn: the tickets it opened, and what was said."""
        tickets = [one for one in events if isinstance(one, TicketOpened)]
        turn.for_people += [opened(turn.session.contact, one) for one in tickets]
        return self.telling(turn.org, turn.contact, turn.for_people)

    def undelivered(self, org: str, dead: DeadItem, channel: str, text: str) -> list[Effect]:
        """The effects that tell of a message that a channel gave up."""
        told = {"contact": dead.contact, "channel": channel, "text": text, "reason": dead.reason}
        item = {"what": UNDELIVERED, "id": secrets.token_urlsafe(16), "at": dead.at, **told}
        return self.telling(org, dead.contact, [item])

    def carry_out(self, org: str, contact: str) -> None:
        """Tell people what a stored turn has queued; what fails here is left to the sweep."""
        try:
            self.queue.drain(org, contact, self._tell)
        except (RedisError, OSError) as error:
            what = {"organization_id": org, "cause": type(error).__name__}
            logger.warning("people are told of a conversation later", extra=what)

    def sweep(self) -> None:
        """Tell what processes left that died."""
        for org, contact in self.queue.due():
            self.carry_out(org, contact)

    def _tell(self, held: HeldItem) -> None:
        org, item = held.org, dict(held.item)
        what = item.pop("what")
        try:
            if what == SAID:
                self.people.add_said(org, item["item"], item["id"], item["said"])
            elif what == OPENED:
                self.people.open_ticket(org, Ticket(**item))
            elif what == UNDELIVERED:
                self.people.show_undelivered(org, Undelivered(**item))
        except (RateLimited, StoreFull) as full:
            raise Postpone(full.retry_after_seconds or FULL_SECONDS) from full
        except FlowhookError as error:
            self.note(org, held.contact, f"{error.type}: {error.message}")
            raise Abandon(error.type) from error


def opened(contact: Contact, event: TicketOpened) -> Item:
    """The item of the queue that opens a ticket."""
    return {
        "what": OPENED,
        "id": secrets.token_urlsafe(16),
        "contact": contact.id,
        "name": contact.name,
        "language": contact.language,
        "flow": event.flow,
        "node": event.node,
        "topic": event.topic,
        "body": event.body,
        "assignee": event.assignee,
    }


def said(item: str, entry: Mapping[str, Any]) -> Item:
    """The item of the queue that adds what a contact wrote to an item of people's."""
    return {"what": SAID, "id": secrets.token_hex(8), "item": item, "said": dict(entry)}
