"""Stores conversations in Redis, encrypted, with one turn at a time for each contact.

A turn begins with a lock that expires if its holder dies. It ends with one script that stores
session, transcript, answer, messages to send and effects on other contacts together, provided that
the lock is still held and no other turn was stored since. So a message is processed completely or
not at all, and a process that outlived its lease changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from flowhook.backoff import Backoff
from flowhook.errors import Conflict, Internal, RateLimited, TooLarge
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.effects import APPLY, WRITE, Effect, effect_arguments, effect_keys, write
from flowhook.redis.keys import org_key, scan_organisation
from flowhook.redis.leases import TURN_SECONDS, Leases, new_token
from flowhook.redis.script import Script
from flows.channels.contact_queue import QUEUE
from flows.channels.held_item import HeldItem, LeaseLost, Taking
from flows.library.libraries import version_key

FOLDER = Path(__file__).parent / "lua"
BEGIN = Script(FOLDER / "begin.lua")
COMMIT = Script(FOLDER / "commit.lua", APPLY, QUEUE, gone="{0}")
FORGET = Script(FOLDER / "forget.lua")

PATIENCE_SECONDS = 60.0
LOOKS = Backoff(first_seconds=0.005, factor=1.5, longest_seconds=0.1)
CONVERSATIONS_PART = 4  # an organisation's conversations may take a quarter of the store
TRANSCRIPT_ENTRIES = 200
TRANSCRIPT_BYTES = 1024 * 1024
MAX_STATE_BYTES = 4 * 1024 * 1024
ANSWERS_KEPT = 50
ANSWER_SECONDS = 86_400
MAX_STARTS = 100  # taken from the queue by one turn
FULL_SECONDS = 600  # Retry-After where there is no room
NO_QUEUE = ("",) * 4

logger = logging.getLogger(__name__)


def no_room() -> RateLimited:
    return RateLimited(
        "the organisation's conversations take all the room they may",
        fix=(
            "Forget contacts who are not needed (DELETE /conversations/<org>/<contact>), or have"
            " the operator give the store more memory."
        ),
        retry_after_seconds=FULL_SECONDS,
    )


class TurnLost(Exception):
    """The lease expired before the turn ended, and another process may have continued."""


@dataclass(slots=True)
class TurnLock:
    """The lock on a contact's turn, and the data read when it began.

    `key` is that of the lock. `digest` identifies the message, empty if it has no id. `starts`
    names the first of the flows that others queued; the first `begun` of them are removed from the
    queue with the turn. `place` and `row` are what the roster has of the contact. `replay` is the
    stored answer to a message with the same id; then there is no turn.
    """

    org: str
    contact: str
    key: str
    token: str
    digest: str = ""
    state: dict[str, Any] | None = None
    version: str = "0"
    flows_version: str = ""
    has_old_outbox: bool = False
    starts: list[str] = field(default_factory=list)
    begun: int = 0
    place: bytes = b""
    row: bytes = b""
    replay: dict[str, Any] | None = None


class ConversationStore:
    """Stores turns and transcripts, and removes the data of contacts."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        *,
        lease_seconds: float = TURN_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        most_bytes: Callable[[], int] = int,
        is_full: Callable[[], bool] = bool,
    ) -> None:
        """`most_bytes` tells how much the conversations of one organisation may take, 0: any;
        `is_full` whether the store takes no new contacts."""
        self.redis = redis
        self.most_bytes = most_bytes
        self.is_full = is_full
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.leases = Leases(redis, lease_seconds)
        self.patience_seconds = patience_seconds
        self.sleep = sleep

    def begin(
        self, org: str, contact: str, message_id: str = "", patience_seconds: float | None = None
    ) -> TurnLock:
        """Wait for the contact's turn and lock it.

        Raises Conflict if the lock is not free in time, Internal if stored data cannot be
        decrypted, RateLimited for a new contact where there is no room.
        """
        digest = hashlib.sha256(message_id.encode()).hexdigest()[:32] if message_id else ""
        lock = TurnLock(org, contact, self.key(org, contact, "lock"), new_token(), digest)
        patience = self.patience_seconds if patience_seconds is None else patience_seconds
        deadline = time.monotonic() + patience
        pause = LOOKS.first_seconds
        while True:
            found = self._begin(lock)
            if found[0] == b"answered":
                lock.replay = self.open(org, contact, "answer", found[1])
                if lock.replay is None:
                    raise Internal("the answer that this message got cannot be read")
                return lock
            if found[0] == b"full":
                raise no_room()
            if found[0] == b"ok":
                try:
                    return self._begun(lock, found)
                except Internal:
                    self.release(lock)
                    raise
            if time.monotonic() >= deadline:
                raise Conflict(
                    "another message of this contact is still being processed",
                    fix="Send the contact's messages one after another, or try again later.",
                )
            self.sleep(pause)
            pause = LOOKS.after(pause)

    def commit(
        self,
        lock: TurnLock,
        state: dict[str, Any],
        *,
        transcript: Sequence[dict[str, Any]] = (),
        answer: dict[str, Any] | None = None,
        effects: Sequence[Effect] = (),
        held: HeldItem | None = None,
        taking: Taking | None = None,
        place: bytes = b"",
        row: bytes = b"",
    ) -> HeldItem | None:
        """Store the turn and release its lock.

        `held` is the inbox item that the turn processes; it is removed with the turn. `taking`
        takes the outbox that the effects fill; returns the item at its head. Raises TurnLost if the
        lock was lost, LeaseLost if `held` was removed before, TooLarge if the state is too
        large to store, and RateLimited if the organisation's conversations are.
        """
        org, contact = lock.org, lock.contact
        sealed = self.seal(org, contact, "state", state)
        if len(sealed) > MAX_STATE_BYTES:
            raise TooLarge(
                "the conversation's results are too large to keep",
                fix="Let the flow keep less, or forget the contact: DELETE /conversations/...",
            )
        kept = self.seal(org, contact, "answer", answer) if lock.digest and answer else b""
        entry = self.seal(org, contact, "transcript", list(transcript)) if transcript else b""
        arguments: list[Any] = [
            lock.token,
            lock.version,
            sealed,
            entry,
            TRANSCRIPT_ENTRIES,
            lock.begun,
            lock.digest if kept else "",
            kept,
            ANSWERS_KEPT,
            ANSWER_SECONDS,
            *(held.arguments if held else NO_QUEUE),
            *(taking.arguments if taking else NO_QUEUE),
            TRANSCRIPT_BYTES,
            self.most_bytes(),
            place,
            row,
            *effect_arguments(effects),
        ]
        names = ("lock", "state", "transcript", "starts", "answers", "answered")
        keys = self.keys(org, contact, *names)
        for queue in (held, taking):
            keys += queue.keys if queue else keys[:1] * len(NO_QUEUE)
        keys += [bytes_key(org), *effect_keys(effects)]
        outcome, *rest = COMMIT.run(self.redis, keys, arguments)
        if outcome == 0:
            raise TurnLost
        if outcome == -2:
            raise no_room()
        if outcome < 0:
            raise LeaseLost
        head, *taken = rest
        if held:
            held.dropped(head or None)
        return taking.taken(taken[0] if taken else None) if taking else None

    def keeping(self, lock: TurnLock) -> AbstractContextManager[None]:
        """Renew the turn's lock while the block runs, however long that is."""
        return self.leases.keeping(lock.key, lock.token)

    def release(self, lock: TurnLock) -> None:
        """End a turn without storing anything."""
        self.leases.end(lock.key, lock.token)

    def starts(self, lock: TurnLock) -> list[dict[str, Any]]:
        """Return the queued flow starts that have not expired and can be decrypted."""
        keys = [start_key(lock.org, name) for name in lock.starts]
        found = self.redis.mget(keys) if keys else []
        opened = [self.open(lock.org, "", "start", sealed) for sealed in found if sealed]
        return [start for start in opened if start is not None]

    def state(self, org: str, contact: str) -> dict[str, Any] | None:
        """Return a contact's stored state without taking its turn; None if there is none.

        Raises Internal if it cannot be decrypted.
        """
        sealed = self.redis.hget(self.key(org, contact, "state"), "state")
        return self.open_state(org, contact, sealed)

    def place(self, org: str, contact: str) -> bytes | None:
        """Return a contact's place in the roster, as it is stored."""
        found: bytes | None = self.redis.hget(self.key(org, contact, "state"), "place")
        return found

    def exists(self, org: str, contact: str) -> bool:
        return bool(self.redis.exists(self.key(org, contact, "state")))

    def members(self, org: str, group: str) -> list[str]:
        """Return the contacts of a collection, sorted."""
        found = self.redis.smembers(group_key(org, group)) if group.isdigit() else ()
        return sorted(one.decode() for one in found)

    def group_keys(self, org: str) -> list[str]:
        """Return the keys of all collections; walks all keys of the store."""
        keys = (raw.decode() for raw in scan_organisation(self.redis, org))
        return [key for key in keys if key.startswith(group_key(org, ""))]

    def transcript(self, org: str, contact: str) -> list[dict[str, Any]]:
        """Return the last messages and notes, oldest first."""
        key = self.key(org, contact, "transcript")
        found = self.redis.xrevrange(key, count=TRANSCRIPT_ENTRIES)
        items: list[dict[str, Any]] = []
        for _, fields in reversed(found):
            items += self.open(org, contact, "transcript", fields[b"entry"]) or []
        return items

    def last_said(self, org: str, contact: str) -> int:
        """Return when something was said or noted last, in epoch milliseconds; 0 for never."""
        return time_of(self.redis.xrevrange(self.key(org, contact, "transcript"), count=1))

    def note(self, org: str, contact: str, item: dict[str, Any]) -> None:
        """Add an entry to the transcript of a known contact, outside any turn."""
        if self.exists(org, contact):
            write(self.redis, self.logging(org, contact, item))

    def logging(self, org: str, contact: str, item: dict[str, Any]) -> Effect:
        """Return the effect that adds an entry to a contact's transcript."""
        sealed = self.seal(org, contact, "transcript", [item])
        key = self.key(org, contact, "transcript")
        return ("XADD", key, "MAXLEN", "~", TRANSCRIPT_ENTRIES, "*", "entry", sealed)

    def forget(self, org: str, contact: str, effects: Sequence[Effect]) -> None:
        """Remove all data of a contact; a running turn is lost with its lock."""
        names = (
            "state",
            "transcript",
            "starts",
            "outbox",
            "delivery",
            "answers",
            "answered",
            "lock",
        )
        pipe = self.redis.pipeline(transaction=True)
        if effects:
            WRITE.add_to(pipe, effect_keys(effects), effect_arguments(effects))
        FORGET.add_to(pipe, [bytes_key(org), *self.keys(org, contact, *names)], [])
        pipe.execute()

    def key(self, org: str, contact: str, name: str) -> str:
        """Return the name of a key of a contact's."""
        return org_key(org, "contact", self.names.of(org, contact), name)

    def keys(self, org: str, contact: str, *names: str) -> list[str]:
        prefix = org_key(org, "contact", self.names.of(org, contact))
        return [f"{prefix}:{name}" for name in names]

    def seal(self, org: str, contact: str, what: str, value: Any) -> bytes:
        return self.cipher.seal(org, f"{what}:{contact}", orjson.dumps(value))

    def open(self, org: str, contact: str, what: str, sealed: bytes) -> Any:
        """Decrypt a value; logs an error and returns None if no key decrypts it."""
        try:
            return orjson.loads(self.cipher.open(org, f"{what}:{contact}", sealed))
        except CannotDecrypt:
            logger.error("no key opens a conversation", extra={"organization_id": org})
            return None

    def open_state(self, org: str, contact: str, sealed: bytes | None) -> dict[str, Any] | None:
        """Decrypt a contact's state; None if there is none.

        Raises Internal if it cannot be decrypted. The conversation does not start over, because its
        key may be restored.
        """
        if not sealed:
            return None
        opened: dict[str, Any] | None = self.open(org, contact, "state", sealed)
        if opened is None:
            raise Internal("this conversation cannot be read")
        return opened

    def _begin(self, lock: TurnLock) -> list[Any]:
        org, contact = lock.org, lock.contact
        names = ("lock", "state", "starts", "outbox", "answers")
        keys = [version_key(org), *self.keys(org, contact, *names), bytes_key(org)]
        arguments: list[str | int] = [
            lock.token,
            self.leases.milliseconds,
            lock.digest,
            MAX_STARTS,
            1 if self.is_full() else self.most_bytes(),
        ]
        found: list[Any] = BEGIN.run(self.redis, keys, arguments)
        return found

    def _begun(self, lock: TurnLock, found: list[Any]) -> TurnLock:
        _, state, version, flows_version, has_old_outbox, starts, lock.place, lock.row = found
        lock.starts = [name.decode() for name in starts]
        lock.version, lock.flows_version = version.decode(), flows_version.decode()
        lock.has_old_outbox = bool(has_old_outbox)
        lock.state = self.open_state(lock.org, lock.contact, state)
        return lock


def time_of(entries: Sequence[tuple[bytes, Any]]) -> int:
    """Return when the first of a stream's entries was added, in epoch milliseconds; 0 for none."""
    return int(entries[0][0].partition(b"-")[0]) if entries else 0


def bytes_key(org: str) -> str:
    """Return the key of the bytes that all conversations of an organisation take."""
    return org_key(org, "conversations", "bytes")


def group_key(org: str, group: str) -> str:
    """Return the key of a collection's set of contacts."""
    return org_key(org, "group", group)


def start_key(org: str, name: str) -> str:
    """Return the key of a flow start, stored once for all contacts who are to start it."""
    return org_key(org, "start", name)
