"""Which conversations an organisation has: where each is, since when, and what was said last.

A contact's state holds a place, which tells in which indices the contact stands, and a sealed row
with what a list shows besides. Both are stored with the turn, and the indices change in the same
script: sorted sets of the contacts' names in keys, by when they came where they are, and a set for
each word of a contact's name, called by a keyed digest of the word. What changes is told by the
place stored before, so the indices are right even where a release that knows nothing of them wrote
a turn in between; such a place has an older version than its state, and is made anew when it is
read (roster_repair.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.effects import Effect
from flowhook.redis.keys import org_key
from flowhook.timestamps import timestamp_of
from flows.conversations.transcript import status_of
from flows.model.contact import Contact
from flows.model.events import Event, MsgCreated, SessionParked
from flows.model.session import Message, Run, Session

PAUSED = "paused"
STATUSES = ("waiting", "completed", "failed", PAUSED)
"""Each conversation has one of them, so their indices hold all conversations together."""

PURPOSE = "roster"
MAX_WORDS = 8  # of a name
MAX_WORD = 40
LAST_DIGITS = 10  # a number is found without its country's code, too
MAX_LAST_MESSAGE = 200
MAX_NAME = 200

_SILENT = ("\u200c", "\u200d")  # they join letters and change no word


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is; `since` in epoch milliseconds.

    `is_in`: the contact is in the flow, at this node; else it ended there. `words` are digests.
    """

    version: int
    flow: str
    node: str
    status: str
    since: int
    is_in: bool
    words: tuple[str, ...]

    def as_bytes(self) -> bytes:
        return orjson.dumps([getattr(self, name) for name in self.__slots__])

    @classmethod
    def read(cls, stored: bytes | None) -> Place | None:
        """None for a contact who has none yet."""
        if not stored:
            return None
        version, flow, node, status, since, is_in, words = orjson.loads(stored)
        return cls(version, flow, node, status, since, is_in, tuple(words))


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows of a contact besides the place."""

    contact: str
    name: str
    last_message: str

    def sealed(self, cipher: Cipher, org: str) -> bytes:
        return cipher.seal(org, PURPOSE, orjson.dumps([self.contact, self.name, self.last_message]))

    @classmethod
    def open(cls, cipher: Cipher, org: str, sealed: bytes | None) -> Row | None:
        """None where there is none, or no key opens it."""
        try:
            return cls(*orjson.loads(cipher.open(org, PURPOSE, sealed))) if sealed else None
        except CannotDecrypt:
            return None


def is_paused(stored: bytes | None) -> bool:
    """Whether a person has the conversation that is at this place, as it is stored."""
    place = Place.read(stored)
    return place is not None and place.status == PAUSED


def place_of(
    names: ContactNames,
    org: str,
    session: Session,
    version: int,
    before: Place | None,
    now: datetime,
    *,
    events: Iterable[Event] = (),
    is_paused: bool = False,
) -> Place:
    """Where the session is now: since the turn that brought it there, or let it wait there anew."""
    at = session.active_run() or next(iter(session.runs), None) or session.ending
    shown = status_of(session)
    flow, node = shown.get("flow", ""), shown.get("node", "")
    status = PAUSED if is_paused else session.status
    is_in = isinstance(at, Run)
    is_same = before is not None and (
        (before.flow, before.node, before.status, before.is_in) == (flow, node, status, is_in)
    )
    is_anew = any(
        isinstance(one, SessionParked) and (one.flow, one.node) == (flow, node) for one in events
    )
    since = before.since if before and is_same and not is_anew else round(now.timestamp() * 1000)
    words = tuple(sorted(names.digest_of(org, word) for word in words_of(session.contact)))
    return Place(version, flow, node, status, since, is_in, words)


def row_of(contact: Contact, last_message: str) -> Row:
    return Row(contact.id, contact.name[:MAX_NAME], last_message[:MAX_LAST_MESSAGE])


def last_message_of(
    message: Message | None, events: Iterable[Event], contact: str, before: Row | None
) -> str:
    """What the contact wrote last; what was said to them, as long as they wrote nothing."""
    if message is not None:
        return message.text.strip() or message.type
    if before is not None and before.last_message:
        return before.last_message
    said = [one for one in events if isinstance(one, MsgCreated) and one.contact == contact]
    return (said[-1].text or said[-1].kind) if said else ""


# --- words ------------------------------------------------------------------------------


def words_of(contact: Contact) -> set[str]:
    """What a contact is found by besides the id: the words of the name, and the phone number."""
    digits = digits_of(contact.phone) or digits_of(contact.id)
    numbers = {digits, digits[-LAST_DIGITS:]} - {contact.id, ""}
    return {*folded_words(contact.name)[:MAX_WORDS], *numbers}


def folded_words(text: str) -> list[str]:
    """The words of a text without case, marks between them and differences of writing.

    >>> folded_words("Asha-Devi  PATIL, (सीता)")
    ['asha', 'devi', 'patil', 'सीता']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    for mark in _SILENT:
        folded = folded.replace(mark, "")
    spaced = (one if unicodedata.category(one)[0] in "LMN" else " " for one in folded)
    return [word[:MAX_WORD] for word in "".join(spaced).split()]


def digits_of(text: str) -> str:
    """The digits of a phone number, or "" for what is none.

    >>> digits_of("+91 98765-43210"), digits_of("asha7")
    ('919876543210', '')
    """
    digits = re.sub(r"[\s()+.-]", "", text)
    return digits if len(digits) >= 6 and digits.isascii() and digits.isdigit() else ""


# --- indices ----------------------------------------------------------------------------


def status_key(org: str, status: str) -> str:
    return org_key(org, "roster", "status", status)


def flow_key(org: str, flow: str) -> str:
    return org_key(org, "roster", "flow", flow)


def node_key(org: str, flow: str, node: str) -> str:
    return org_key(org, "roster", "node", flow, node)


def word_key(org: str, word: str) -> str:
    """The set of the contacts whose name has the word of this digest."""
    return org_key(org, "roster", "word", word)


def indices_of(org: str, place: Place | None) -> list[str]:
    """The keys of the sorted sets that hold a contact at this place."""
    if place is None:
        return []
    keys = [status_key(org, place.status)]
    if place.flow:
        keys.append(flow_key(org, place.flow))
    if place.is_in:
        keys.append(node_key(org, place.flow, place.node))
    return keys


def moving(
    org: str, member: str, before: Place | None, after: Place | None, *, is_whole: bool = False
) -> list[Effect]:
    """Effects that move a contact between indices; `member` is its part of keys' names.

    `is_whole`: it may be missing where it stood before.
    """
    old, new = indices_of(org, before), indices_of(org, after)
    effects: list[Effect] = [("ZREM", key, member) for key in old if key not in new]
    if before is None or after is None or before.since != after.since:
        old = []
    since = after.since if after else 0
    effects += [("ZADD", key, since, member) for key in new if is_whole or key not in old]
    return effects + _renaming(org, member, before, after, is_whole)


def _renaming(
    org: str, member: str, before: Place | None, after: Place | None, is_whole: bool
) -> list[Effect]:
    old: Sequence[str] = before.words if before else ()
    new: Sequence[str] = after.words if after else ()
    gone = [("SREM", word_key(org, word), member) for word in old if word not in new]
    come = [("SADD", word_key(org, word), member) for word in new if is_whole or word not in old]
    return [*gone, *come]


def shown(place: Place, row: Row) -> dict[str, Any]:
    """A conversation as a list has it."""
    return {
        "contact": row.contact,
        "name": row.name,
        "flow": place.flow,
        "node": place.node,
        "status": place.status,
        "since": timestamp_of(place.since),
        "last_message": row.last_message,
    }
