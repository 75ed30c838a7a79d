"""Idempotency: a call runs once, and its repeats get the stored response.

Calls are the same by `Idempotency-Key` (for a day), or by organisation, function, contact, flow,
result name and body (for 60 s, while the organisation's settings are unchanged: a response from
before a change must not hide it). The first call claims the key with one SET NX GET; a repeat
finds the claim, waits, and reads the encrypted response stored under the key. A claim is valid
while its process lives. A repeat whose wait times out is told to retry later, since running the
call again would be paid for twice.

Successes and errors of the call itself (400) are stored. Any other failure may be temporary, so
it is stored only until the repeats that already wait have read it.

A signature of Glific's is accepted once, too. It names a call that has no other name; for another
call a mark is kept as long as the signature is valid.

Answers are bounded, each and by organisation: of one that is too large, or had to make room, only a
mark is kept, and a repeat is told that it was answered (409).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from redis.exceptions import RedisError

from flowhook.backoff import Backoff
from flowhook.errors import Conflict
from flowhook.jobs.answer_writer import Answer, AnswerWriter
from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.organisations.organisation import Organisation
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script
from flowhook.redis.tagged import Tagged, forget, tagged

KEYED_SECONDS = 86_400.0
ALIKE_SECONDS = 60.0
SIGNED_SECONDS = 600.0  # a signature is valid for 300 s before and after its time
CLAIM_SECONDS = 1800.0  # longer than any call, even the translation of a long entry
WAITERS_SECONDS = 3.0  # minimum time a response is stored, for repeats that wait
WAIT_SECONDS = 150.0
LONG_SECONDS = 30.0  # Retry-After for a call that takes longer than this
LOOKS = Backoff(first_seconds=0.01, factor=1.5, longest_seconds=0.1)
LIVENESS_SECONDS = 1.0
RUNNING, KEPT, FOR_WAITERS, MARK = b"R", b"K", b"P", b"M"

ANSWER_BYTES = 512 * 1024  # of one
ORGANISATION_BYTES = 16 * 1024 * 1024  # of an organisation's, with a key and without
MARKS = 50_000

COUNTS = ("kept", "bytes", "marks")

REPLACE = Script(Path(__file__).with_name("replace.lua"))


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The Redis key that identical calls share, and for how many `seconds` they do.

    With `keeps_failures` a failure that may be temporary is stored as long.
    """

    organization_id: str
    digest: str
    seconds: float
    keeps_failures: bool = False

    @property
    def key(self) -> str:
        return org_key(self.organization_id, "once", self.digest)

    def answer(self, value: bytes, seconds: float, tag: str = "") -> Answer:
        """Return what is written to keep the value for this time; `tag` is that of the contact
        whose call it answers."""
        counts = counted_at(self.organization_id, self.seconds)
        arguments = (
            seconds * 1000,  # not rounded: of two within a millisecond the older makes room
            self.digest,
            MARK,
            ANSWER_BYTES,
            ORGANISATION_BYTES,
            MARKS,
            round(max(self.seconds, WAITERS_SECONDS)) + 1,
            tag,
        )
        return Answer([self.key, *counts], value, arguments)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored HTTP response; `error` is the type of a failure."""

    status: int
    body: bytes
    error: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run the call, held by the first one; `settle` must follow. `tag` is that of the
    contact whose call it is."""

    name: IdempotencyKey
    value: bytes
    at: float
    signed: IdempotencyKey | None = None
    tag: str = ""


def counted_at(org: str, seconds: float) -> list[str]:
    """The keys of what is counted of an organisation's answers that are kept for this time."""
    return [org_key(org, "once", name, f"{seconds:.0f}") for name in COUNTS]


def name_signature(organisation: Organisation, shown: str, function: str = "") -> IdempotencyKey:
    """Build the key of a signature, which proves one call; with a function, of that call."""
    digest = _digest(b"signature", function, shown.encode())
    return IdempotencyKey(organisation.id, digest, SIGNED_SECONDS, keeps_failures=True)


def name_call(
    organisation: Organisation, function: str, key: str, content: bytes
) -> IdempotencyKey:
    """Build a call's idempotency key from its `key` or, without one, from its content."""
    if key:
        return IdempotencyKey(
            organisation.id, _digest(b"key", function, key.encode()), KEYED_SECONDS
        )
    settings = orjson.dumps(organisation.sections, option=orjson.OPT_SORT_KEYS)
    return IdempotencyKey(
        organisation.id, _digest(b"body", function, settings + content), ALIKE_SECONDS
    )


class IdempotencyStore:
    """Runs identical calls once: `begin` returns a claim or the stored response."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        liveness: Liveness,
        writer: AnswerWriter,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.liveness = liveness
        self.writer = writer
        self.clock = clock
        self.sleep = sleep

    def begin(
        self, name: IdempotencyKey, signed: IdempotencyKey | None = None, contact: str = ""
    ) -> Claim | StoredResponse:
        """Claim this contact's call or, if it is claimed already, wait for its response.

        `signed` is the signature of a call that has another name; one that was shown before
        claims nothing. Raises Conflict where the response is not kept, or does not come.
        """
        mine = RUNNING + self.liveness.holder().encode()
        tag = self.names.tag_of(name.organization_id, contact)
        first = Claim(name, mine, self.clock(), signed, tag)
        if signed is None:
            found = self.redis.set(name.key, mine, nx=True, get=True, px=_ms(CLAIM_SECONDS))
        else:
            shown, found = self._claim_signed(first, signed)
            if shown is not None and found is None:
                self.redis.delete(name.key)
                return self._answered(signed, shown)
        if found is None:
            return first
        if found[:1] == FOR_WAITERS and self._replace(name, found, mine):
            return first
        return self._wait(first, found)

    def _claim_signed(
        self, first: Claim, signed: IdempotencyKey
    ) -> tuple[bytes | None, bytes | None]:
        """Claim signature and call in one round trip; returns what was there in their places."""
        pipe = self.redis.pipeline(transaction=False)
        pipe.set(signed.key, MARK, nx=True, get=True, px=_ms(signed.seconds))
        pipe.set(first.name.key, first.value, nx=True, get=True, px=_ms(CLAIM_SECONDS))
        shown, found = pipe.execute()
        return shown, found

    def _answered(self, signed: IdempotencyKey, shown: bytes) -> StoredResponse:
        """Return the failure of the call that a signature proved. Raises Conflict otherwise."""
        if shown[:1] == KEPT:
            answered = self._read(signed, shown)
            if answered is not None:
                return answered
        raise Conflict(
            "this signature was already used for a call",
            fix="Sign each call anew, when it is sent.",
        )

    def settle(self, first: Claim, answered: StoredResponse, stays: bool) -> None:
        """Store the response for repeats of the call, or only for those that already wait.

        A response for all repeats is written asynchronously. Any other is written at once, so
        that a later call is not mistaken for one that waited.
        """
        name = first.name
        plain = b"%d %b %b" % (answered.status, answered.error.encode(), answered.body)
        sealed = self.cipher.seal(name.organization_id, _purpose(name), plain)
        if stays or name.keeps_failures:
            left = name.seconds - (self.clock() - first.at)
            self.writer.write(name.answer(KEPT + sealed, max(left, WAITERS_SECONDS), first.tag))
            return
        if first.signed is not None:
            self._keep_failure(first.signed, plain, first.tag)
        value = FOR_WAITERS + sealed if len(sealed) < ANSWER_BYTES else MARK
        try:
            self.redis.set(name.key, value, px=_ms(WAITERS_SECONDS))
        except RedisError:
            self.writer.write(name.answer(value, WAITERS_SECONDS, first.tag))

    def of_contact(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        """The answers that are kept for repeats of a contact's calls, each as
        `{"status", "answer"}`."""
        for name, _, _ in self._kept(org, contact):
            found = self.redis.get(name.key)
            kept = self._read(name, found) if found and found[:1] in (KEPT, FOR_WAITERS) else None
            if kept is not None:
                yield {"status": kept.status, "answer": orjson.loads(kept.body)}

    def erase(self, org: str, contact: str) -> int:
        """Remove the answers that are kept for repeats of a contact's calls; returns how many."""
        return sum(
            forget(self.redis, [name.key, index, total], member)
            for name, member, (index, total, _) in self._kept(org, contact)
        )

    def _kept(self, org: str, contact: str) -> Iterator[tuple[IdempotencyKey, Tagged, list[str]]]:
        """A contact's answers, each with its member of the index and the keys of what counts it."""
        tag = self.names.tag_of(org, contact)
        for seconds in (KEYED_SECONDS, ALIKE_SECONDS, SIGNED_SECONDS):
            counts = counted_at(org, seconds)
            for member, _ in tagged(self.redis, counts[0], tag):
                yield IdempotencyKey(org, member.name, seconds), member, counts

    def _keep_failure(self, signed: IdempotencyKey, plain: bytes, tag: str) -> None:
        """Give a temporary failure to whoever repeats the signed call; a new one may run."""
        sealed = self.cipher.seal(signed.organization_id, _purpose(signed), plain)
        if len(sealed) < ANSWER_BYTES:
            self.writer.write(signed.answer(KEPT + sealed, signed.seconds, tag))

    def _wait(self, first: Claim, found: bytes | None) -> Claim | StoredResponse:
        deadline = self.clock() + WAIT_SECONDS
        pause, look = LOOKS.first_seconds, self.clock() + LIVENESS_SECONDS
        while self.clock() < deadline:
            answered = self._read(first.name, found)
            if answered is not None:
                return answered
            dead = False
            if found is not None and self.clock() >= look:
                dead = not self.liveness.lives(found[1:].decode(errors="replace"))
                look = self.clock() + LIVENESS_SECONDS
            if (found is None or dead) and self._replace(first.name, found or b"", first.value):
                return first
            self.sleep(pause)
            pause = LOOKS.after(pause)
            found = self.redis.get(first.name.key)
        raise Conflict(
            "the same call is still being answered",
            fix="Send it again later; whoever repeats it gets its answer.",
            retry_after_seconds=LONG_SECONDS,
        )

    def _read(self, name: IdempotencyKey, found: bytes | None) -> StoredResponse | None:
        if found is None or found[:1] == RUNNING:
            return None
        if found[:1] == MARK:
            raise Conflict(
                "the same call was answered before, and its answer is not kept any more",
                fix=(
                    "Look at what it did before you send it again: with another Idempotency-Key,"
                    " or a minute later where it has none."
                ),
            )
        try:
            plain = self.cipher.open(name.organization_id, _purpose(name), found[1:])
        except CannotDecrypt:
            return None
        status, error, body = plain.split(b" ", 2)
        return StoredResponse(int(status), body, error.decode())

    def _replace(self, name: IdempotencyKey, seen: bytes, mine: bytes) -> bool:
        return bool(REPLACE.run(self.redis, [name.key], [seen, mine, _ms(CLAIM_SECONDS)]))


def _purpose(name: IdempotencyKey) -> str:
    return f"answer {name.digest}"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _digest(kind: bytes, function: str, content: bytes) -> str:
    whole = hashlib.blake2b(digest_size=16, key=kind)
    whole.update(function.encode() + b"\0")
    whole.update(content)
    return whole.hexdigest()
