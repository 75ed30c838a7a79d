"""Threads: an organisation's conversations with models, kept for 24 hours after the last turn.

A thread is a list in Redis with one encrypted element for each turn (question and answer), so two
calls that append at the same time both keep their turn whole. Its id is random; key and ciphertext
are bound to it and to the organisation, so an id of another organisation and an expired one begin a
new thread. An author may name a thread instead, for example by the contact's id; where the builder
names the contact, each contact has a thread of that name.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script
from flowhook.turns import in_turns
from flowhook.whole_words import cut
from webhooks.context_size import context_tokens, estimate_tokens

THREAD_SECONDS = 24 * 60 * 60
MAX_TURNS = 20
MAX_THREAD_TOKENS = 8_000
MAX_TURN_CHARACTERS = 4_000  # of a question or an answer
MAX_ORGANISATION_BYTES = 32 * 1024 * 1024
COUNTS = ("index", "sizes", "bytes", "contacts")
AT_ONCE = 1000

APPEND = Script(Path(__file__).with_name("append_turn.lua"), gone="0")
FORGET = Script(Path(__file__).with_name("forget_thread.lua"), gone="0")

THREAD_ID = re.compile(r"thread_[A-Za-z0-9_-]{32}")
OWN_NAME = re.compile(r"[A-Za-z0-9+][A-Za-z0-9_.:@+-]{0,199}")
NO_NAMES = frozenset(
    {"null", "none", "nil", "undefined", "nan"}
)  # values that builders send for an unset variable

Turn = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: its id, and its last turns when it was opened."""

    id: str
    turns: Sequence[Turn]

    def messages(self, model: str) -> list[dict[str, Any]]:
        """Return the last turns as chat messages, in order, within half of the model's context."""
        budget = min(MAX_THREAD_TOKENS, context_tokens(model) // 2)
        return [
            {"role": role, "content": text}
            for turn in within_budget(self.turns, budget)
            for role, text in zip(("user", "assistant"), turn, strict=True)
        ]


class Threads:
    """Opens threads and adds turns to them."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.clock = clock

    def open(self, organization_id: str, thread_id: str | None, contact: str = "") -> Thread:
        """Open the thread with its last turns, or a new one if there is none of this id."""
        thread_id = (thread_id or "").strip()
        place = _place(thread_id, contact)
        turns: list[Turn] = []
        if place:
            turns = self._turns(organization_id, place)
        if not place or (THREAD_ID.fullmatch(thread_id) and not turns):
            return Thread(f"thread_{secrets.token_urlsafe(24)}", [])
        return Thread(thread_id, turns)

    def append(
        self, organization_id: str, thread_id: str, asked: str, answered: str, contact: str = ""
    ) -> None:
        """Add a turn, drop the oldest, and keep the thread for 24 hours more.

        Threads that were used longest ago make room where the organisation's take too much.
        """
        turn = orjson.dumps([cut(text, MAX_TURN_CHARACTERS) for text in (asked, answered)])
        place = _place(thread_id, contact)
        keys = _keys(organization_id, place)
        sealed = self.cipher.seal(organization_id, f"thread:{place}", turn)
        now = round(self.clock(), 3)
        arguments: list[Argument] = [
            sealed,
            place,
            now,
            THREAD_SECONDS,
            MAX_TURNS,
            MAX_ORGANISATION_BYTES,
            self.names.tag_of(organization_id, contact),
        ]
        APPEND.run(self.redis, keys, arguments)

    def forget(self, organization_id: str, thread_id: str, contact: str = "") -> None:
        """Drop a thread with all its turns, if there is one."""
        place = _place(thread_id, contact)
        if place:
            FORGET.run(self.redis, _keys(organization_id, place), [place])

    def of_contact(self, organization_id: str, contact: str) -> Iterator[list[dict[str, str]]]:
        """The turns of each of a contact's threads, each as `{"question", "answer"}`."""
        for place in self._places(organization_id, contact):
            turns = self._turns(organization_id, place)
            if turns:
                yield [{"question": asked, "answer": answered} for asked, answered in turns]

    def erase(self, organization_id: str, contact: str) -> int:
        """Drop a contact's threads; returns how many there were."""
        places = self._places(organization_id, contact)
        return sum(
            FORGET.run(self.redis, _keys(organization_id, place), [place]) for place in places
        )

    def _places(self, organization_id: str, contact: str) -> list[str]:
        """The storage ids of a contact's threads, found among those of all."""
        tag = self.names.tag_of(organization_id, contact).encode()
        key = org_key(organization_id, "threads", "contacts")
        found = in_turns(self.redis.hscan_iter(key, count=AT_ONCE))
        return [place.decode() for place, held in found if tag and held == tag]

    def _turns(self, organization_id: str, place: str) -> list[Turn]:
        stored = self.redis.lrange(org_key(organization_id, "thread", place), -MAX_TURNS, -1)
        found = (self._read(organization_id, place, sealed) for sealed in stored)
        return [turn for turn in found if turn]

    def _read(self, organization_id: str, place: str, sealed: bytes) -> Turn | None:
        """Decrypt a turn; None if its key was removed from ENCRYPTION_KEYS."""
        try:
            plain = self.cipher.open(organization_id, f"thread:{place}", sealed)
        except CannotDecrypt:
            return None
        asked, answered = orjson.loads(plain)
        return asked, answered


def names_thread(thread_id: str) -> bool:
    """Tell whether a text is the id or the name of a thread, not a variable or another value."""
    return bool(_place(thread_id, ""))


def _keys(organization_id: str, place: str) -> list[str]:
    """The thread, and what counts all threads."""
    parts = (("thread", place), *(("threads", part) for part in COUNTS))
    return [org_key(organization_id, *part) for part in parts]


def _place(thread_id: str, contact: str) -> str:
    """Return the storage id of a thread: a generated id unchanged, an author's name hashed with
    the contact, empty for anything else."""
    if THREAD_ID.fullmatch(thread_id):
        return thread_id
    if not OWN_NAME.fullmatch(thread_id) or thread_id.lower() in NO_NAMES:
        return ""
    named = "\0".join((contact, thread_id))
    return f"named_{hashlib.sha256(named.encode()).hexdigest()}"


def within_budget(turns: Sequence[Turn], tokens: int) -> list[Turn]:
    """Return the last turns that have at most `tokens` in total, in order."""
    left, kept = tokens, len(turns)
    for asked, answered in reversed(turns):
        left -= estimate_tokens(asked) + estimate_tokens(answered)
        if left < 0:
            break
        kept -= 1
    return list(turns[kept:])
