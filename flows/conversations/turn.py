"""The working state of a contact's turn, and a caller's update of the contact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flowhook.errors import Conflict, NotFound
from flowhook.timestamps import timestamp
from flows.conversations.funnel import Answered
from flows.conversations.live_services import LiveServices
from flows.conversations.roster import Place
from flows.conversations.store import TurnLock
from flows.conversations.with_people import WithPeople
from flows.engine.engine import Engine
from flows.library.library import Library
from flows.model.events import Event, MsgCreated
from flows.model.session import Session, WebhookAnswer
from flows.model.sprint import stamp
from flows.model.text import clean

API = "api"
PAUSE, UNPAUSE, RESTART, MOVE = "paused", "unpaused", "restarted", "moved"
"""Types of notes: what people did."""
CONTACT_PATTERN = re.compile(r"[A-Za-z0-9_.@:+-]{1,160}")


@dataclass(frozen=True, slots=True)
class ContactUpdate:
    """A caller's data about a contact; absent values stay unchanged.

    `fields` maps keys to texts, `nickname` is used if no name is known, `language` is a locale,
    `channel` is the contact's channel from now on, and `address` is the service's address in this
    call, used for links in later results.
    """

    name: str | None = None
    phone: str | None = None
    nickname: str | None = None
    language: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    address: str | None = None


NOTHING = ContactUpdate()


@dataclass(slots=True)
class Turn:
    """The working state of one turn; `channels` are those of other contacts it looked up.

    While it `is_paused` no flow runs, and `held` keeps the answers that came for webhook nodes.
    `notes` go into the transcript, and `said_by` is who says what the turn says, if no flow does.
    `with_people` is what people have of the conversation, and `for_people` what they are told of
    this turn, as items of their queue; `carried` are words of theirs that were kept until now, and
    that the transcript has.
    """

    lock: TurnLock
    session: Session
    channel: str
    address: str
    library: Library
    services: LiveServices
    engine: Engine
    channels: dict[str, str] = field(default_factory=dict)
    before: Place | None = None
    is_paused: bool = False
    held: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    said_by: str = ""
    with_people: WithPeople = field(default_factory=WithPeople)
    for_people: list[Mapping[str, Any]] = field(default_factory=list)
    carried: list[Event] = field(default_factory=list)

    @property
    def org(self) -> str:
        return self.lock.org

    @property
    def contact(self) -> str:
        return self.lock.contact


def channel_of(turn: Turn, contact: str) -> str:
    """Return a contact's channel; API for another contact that the turn did not look up."""
    return turn.channel if contact == turn.contact else turn.channels.get(contact, API)


def answered_at(turn: Turn, place: tuple[str, str] | None, now: datetime) -> Answered | None:
    """The contact's answer to the node where they waited, and how long it took; None if they did
    not wait, or nobody knows since when."""
    before = turn.before
    if place is None or before is None or (before.flow, before.node) != place:
        return None
    return Answered(place, now.timestamp() - before.since / 1000)


def learn(turn: Turn, known: ContactUpdate, now: datetime) -> None:
    """Update the contact with the caller's data."""
    contact = turn.session.contact
    contact.name = known.name if known.name is not None else contact.name
    contact.name = contact.name or known.nickname or ""
    contact.phone = known.phone if known.phone is not None else contact.phone
    if known.language is not None:
        contact.set_language(known.language)
    at = timestamp(now, "microseconds")
    for key, value in known.fields.items():
        contact.set_field(key, key, value, at)
    turn.channel = known.channel or turn.channel
    turn.address = known.address or turn.address


def go_on(turn: Turn) -> list[Event]:
    """End a pause: flows get the answers that came for their webhook nodes meanwhile."""
    turn.is_paused = False
    held, turn.held = turn.held, []
    events: list[Event] = []
    for one in held:
        answer = WebhookAnswer(**one["answer"])
        events += turn.engine.finish_webhook(turn.session, one["call_id"], answer)
    return events


def note_act(turn: Turn, kind: str, by: str) -> None:
    """Note in the transcript what somebody did."""
    at = timestamp(turn.services.now(), "milliseconds")
    turn.notes.append({"at": at, "direction": "note", "type": kind, "by": by})


def words_to(turn: Turn, text: str) -> MsgCreated:
    """A message to the turn's contact that no flow says."""
    session = turn.session
    session.contact.count_message(stamp(turn.services.now()))
    number = session.next_id()
    return MsgCreated(flow="", node="", id=number, contact=turn.contact, kind="text", text=text)


def refuse_paused(turn: Turn) -> None:
    """Raise Conflict where a person has the conversation."""
    if turn.is_paused:
        raise Conflict(
            "this conversation is paused: no flow runs in it",
            fix="End the pause first: POST /conversations/<org>/<contact>/unpause.",
        )


def flow_to_start(library: Library, flow: str) -> tuple[str, bool]:
    """Return the UUID of a flow given by UUID or keyword, and whether it runs as a draft.

    Raises NotFound if no flow matches.
    """
    uuid = flow if flow in library.entries else None
    uuid = uuid or library.keywords.get(clean(flow)) or library.draft_keywords.get(clean(flow))
    if uuid is None:
        raise NotFound(
            "no flow has this UUID or keyword", fix="GET /flows/<org> lists flows and keywords."
        )
    return uuid, library.entries[uuid].published is None


def valid_id(contact: str) -> bool:
    """Return whether an id is 1 to 160 of A-Z a-z 0-9 and _ . @ : + -, as Redis keys require."""
    return bool(CONTACT_PATTERN.fullmatch(contact))
