"""The working state of a contact's turn, and what its caller knows of the contact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flowhook.errors import NotFound
from flowhook.timestamps import timestamp
from flows.conversations.live_services import LiveServices
from flows.conversations.store import TurnLock
from flows.engine.engine import Engine
from flows.library.library import Library
from flows.model.session import Session
from flows.model.text import clean

API = "api"
CONTACT_PATTERN = re.compile(r"[A-Za-z0-9_.@:+-]{1,160}")


@dataclass(frozen=True, slots=True)
class ContactUpdate:
    """What a caller knows of a contact; what is absent stays as it is. `fields` maps keys to
    texts, `nickname` is used where no name is known, `language` is a locale, `channel` names
    where the contact is reached from now on, and `address` is where the service was called, for
    links in what comes later."""

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
    """Working state of one turn; `channels` are those of other contacts who were looked up."""

    lock: TurnLock
    session: Session
    channel: str
    address: str
    library: Library
    services: LiveServices
    engine: Engine
    channels: dict[str, str] = field(default_factory=dict)

    @property
    def org(self) -> str:
        return self.lock.org

    @property
    def contact(self) -> str:
        return self.lock.contact


def channel_of(turn: Turn, contact: str) -> str:
    """The channel by which a contact is reached, as far as the turn knows it."""
    return turn.channel if contact == turn.contact else turn.channels.get(contact, API)


def learn(turn: Turn, known: ContactUpdate, now: datetime) -> None:
    """Update the contact by what the caller knows."""
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


def flow_to_start(library: Library, flow: str) -> tuple[str, bool]:
    """The flow that a UUID or keyword names, and whether it runs as a draft."""
    uuid = flow if flow in library.entries else None
    uuid = uuid or library.keywords.get(clean(flow)) or library.draft_keywords.get(clean(flow))
    if uuid is None:
        raise NotFound(
            "no flow has this UUID or keyword", fix="GET /flows/<org> lists flows and keywords."
        )
    return uuid, library.entries[uuid].published is None


def valid_id(contact: str) -> bool:
    """1 to 160 of A-Z a-z 0-9 and _ . @ : + -, so that it may stand in a key."""
    return bool(CONTACT_PATTERN.fullmatch(contact))
