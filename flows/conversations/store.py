"""Conversations in Redis: a turn at a time for each contact, everything sealed.

A turn begins with a lock that ends by itself when its holder dies, and ends with one script
that stores session, transcript, answer and effects on others together, if the lock is still the
holder's and nothing was stored since. So a message is processed wholly or not at all, and a
process that slept through its lease changes nothing.
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

from flowhook.errors import Conflict, Internal, TooLarge
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flowhook.redis.leases import Leases, new_token
from flowhook.redis.script import Script
from flows.library.store import version_key

FOLDER = Path(__file__).parent / "lua"
BEGIN = Script(FOLDER / "begin.lua")
COMMIT = Script(FOLDER / "commit.lua")

LEASE_SECONDS = 10.0
PATIENCE_SECONDS = 60.0
TRANSCRIPT_ENTRIES = 200
MAX_STATE_BYTES = 4 * 1024 * 1024
ANSWERS_KEPT = 50
ANSWER_SECONDS = 86_400
LONGEST_PAUSE_SECONDS = 0.1
MAX_STARTS = 100  # that one turn takes from the queue

logger = logging.getLogger(__name__)


class TurnLost(Exception):
    """The lease ended before the turn did, and somebody else may have gone on."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A change outside the contact's own keys, stored with the turn: `kind` is add or remove (a
    member of a set), push (to a list), keep (a text for a week), count (`<change>|<field>` of a
    hash) or log (to a capped stream)."""

    key: str
    kind: str
    value: str | bytes


@dataclass(slots=True)
class TurnLock:
    """What a contact's turn began with. `digest` names the message, empty where it has no id.

    `starts` name the flows that others asked to start, the first of those queued; as many of them
    as are `begun` leave the queue with the turn. `replay` is the answer that a message of
    the same id got; there is no turn then.
    """

    org: str
    contact: str
    token: str
    digest: str = ""
    state: dict[str, Any] | None = None
    version: str = "0"
    flows_version: str = ""
    starts: list[str] = field(default_factory=list)
    begun: int = 0
    replay: dict[str, Any] | None = None

    @property
    def lock(self) -> str:
        """The key that makes the turn its holder's."""
        return conversation_key(self.org, self.contact, "lock")


class ConversationStore:
    """Turns, transcripts and the forgetting of contacts."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        *,
        lease_seconds: float = LEASE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.leases = Leases(redis, lease_seconds)
        self.patience_seconds = patience_seconds
        self.sleep = sleep

    def begin(
        self, org: str, contact: str, message_id: str = "", patience_seconds: float | None = None
    ) -> TurnLock:
        """Wait for the contact's turn; Conflict when it does not come in time."""
        digest = hashlib.sha256(message_id.encode()).hexdigest()[:32] if message_id else ""
        turn = TurnLock(org, contact, new_token(), digest)
        patience = self.patience_seconds if patience_seconds is None else patience_seconds
        deadline = time.monotonic() + patience
        pause = 0.005
        while True:
            found = self._begin(turn)
            if found[0] == b"answered":
                turn.replay = self.open(org, contact, "answer", found[1])
                if turn.replay is None:
                    raise Internal("the answer that this message got cannot be read")
                return turn
            if found[0] == b"ok":
                try:
                    return self._begun(turn, found)
                except Internal:
                    self.release(turn)
                    raise
            if time.monotonic() >= deadline:
                raise Conflict(
                    "another message of this contact is still being processed",
                    fix="Send the contact's messages one after another, or try again later.",
                )
            self.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)

    def commit(
        self,
        turn: TurnLock,
        state: dict[str, Any],
        *,
        transcript: Sequence[dict[str, Any]] = (),
        answer: dict[str, Any] | None = None,
        effects: Sequence[Effect] = (),
    ) -> None:
        """Store the turn and end it; TurnLost where it is not ours any more."""
        org, contact = turn.org, turn.contact
        sealed = self.seal(org, contact, "state", state)
        if len(sealed) > MAX_STATE_BYTES:
            raise TooLarge(
                "the conversation's results are too large to keep",
                fix="Let the flow keep less, or forget the contact: DELETE /conversations/...",
            )
        kept = self.seal(org, contact, "answer", answer) if turn.digest and answer else b""
        entry = self.seal(org, contact, "transcript", list(transcript)) if transcript else b""
        arguments: list[Any] = [
            turn.token,
            turn.version,
            sealed,
            entry,
            TRANSCRIPT_ENTRIES,
            turn.begun,
            turn.digest if kept else "",
            kept,
            ANSWERS_KEPT,
            ANSWER_SECONDS,
        ]
        for effect in effects:
            arguments += [effect.kind, effect.value]
        names = ("lock", "state", "transcript", "starts", "answers", "answered")
        keys = [conversation_key(org, contact, name) for name in names]
        keys += [effect.key for effect in effects]
        if COMMIT.run(self.redis, keys, arguments) != 1:
            raise TurnLost

    def keeping(self, turn: TurnLock) -> AbstractContextManager[None]:
        """Keep a turn for as long as the block takes, however long that is."""
        return self.leases.keeping(turn.lock, turn.token)

    def release(self, turn: TurnLock) -> None:
        """End a turn without storing anything."""
        self.leases.end(turn.lock, turn.token)

    def starts(self, turn: TurnLock) -> list[dict[str, Any]]:
        """What is to be started, as far as it is still kept and a key opens it."""
        keys = [start_key(turn.org, name) for name in turn.starts]
        found = self.redis.mget(keys) if keys else []
        opened = [self.open(turn.org, "", "start", sealed) for sealed in found if sealed]
        return [start for start in opened if start is not None]

    def state(self, org: str, contact: str) -> dict[str, Any] | None:
        """What is stored of a contact, read without its turn."""
        sealed = self.redis.hget(conversation_key(org, contact, "state"), "state")
        return self._open_state(org, contact, sealed)

    def exists(self, org: str, contact: str) -> bool:
        return bool(self.redis.exists(conversation_key(org, contact, "state")))

    def members(self, org: str, group: str) -> list[str]:
        """The contacts of a collection."""
        found = self.redis.smembers(group_key(org, group)) if group.isdigit() else ()
        return sorted(one.decode() for one in found)

    def transcript(self, org: str, contact: str) -> list[dict[str, Any]]:
        """The last messages and notes, oldest first."""
        key = conversation_key(org, contact, "transcript")
        found = self.redis.xrevrange(key, count=TRANSCRIPT_ENTRIES)
        items: list[dict[str, Any]] = []
        for _, fields in reversed(found):
            items += self.open(org, contact, "transcript", fields[b"entry"]) or []
        return items

    def note(self, org: str, contact: str, item: dict[str, Any]) -> None:
        """Add an entry to the transcript of a known contact, outside any turn."""
        if self.exists(org, contact):
            entry = {"entry": self.seal(org, contact, "transcript", [item])}
            key = conversation_key(org, contact, "transcript")
            self.redis.xadd(key, entry, maxlen=TRANSCRIPT_ENTRIES, approximate=True)

    def forget(self, org: str, contact: str, effects: Sequence[Effect]) -> None:
        """Remove all that is kept of a contact; a turn under way is lost with its lock."""
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
        for effect in effects:
            if effect.kind == "count":
                change, _, field = str(effect.value).partition("|")
                pipe.hincrby(effect.key, field, int(change))
            else:
                pipe.srem(effect.key, effect.value)
        pipe.unlink(*(conversation_key(org, contact, name) for name in names))
        pipe.execute()

    def seal(self, org: str, contact: str, what: str, value: Any) -> bytes:
        return self.cipher.seal(org, f"{what}:{contact}", orjson.dumps(value))

    def open(self, org: str, contact: str, what: str, sealed: bytes) -> Any:
        """What was sealed; None (and an error in the log) where no key opens it."""
        try:
            return orjson.loads(self.cipher.open(org, f"{what}:{contact}", sealed))
        except CannotDecrypt:
            logger.error("no key opens a conversation", extra={"organization_id": org})
            return None

    def _open_state(self, org: str, contact: str, sealed: bytes | None) -> dict[str, Any] | None:
        """A conversation that cannot be read is not begun anew: its key may come back."""
        if not sealed:
            return None
        opened: dict[str, Any] | None = self.open(org, contact, "state", sealed)
        if opened is None:
            raise Internal("this conversation cannot be read")
        return opened

    def _begin(self, turn: TurnLock) -> list[Any]:
        org, contact = turn.org, turn.contact
        keys = [
            conversation_key(org, contact, "lock"),
            conversation_key(org, contact, "state"),
            version_key(org),
            conversation_key(org, contact, "starts"),
            conversation_key(org, contact, "answers"),
        ]
        lease = self.leases.milliseconds
        arguments: list[str | int] = [turn.token, lease, turn.digest, MAX_STARTS]
        found: list[Any] = BEGIN.run(self.redis, keys, arguments)
        return found

    def _begun(self, turn: TurnLock, found: list[Any]) -> TurnLock:
        _, state, version, flows_version, starts = found
        turn.starts = [name.decode() for name in starts]
        turn.version, turn.flows_version = version.decode(), flows_version.decode()
        turn.state = self._open_state(turn.org, turn.contact, state)
        return turn


def conversation_key(org: str, contact: str, name: str) -> str:
    return org_key(org, "contact", contact, name)


def group_key(org: str, group: str) -> str:
    """The contacts of a collection."""
    return org_key(org, "group", group)


def start_key(org: str, name: str) -> str:
    """A flow to be started, once for all contacts who are to start it."""
    return org_key(org, "start", name)
