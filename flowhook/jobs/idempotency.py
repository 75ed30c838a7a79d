"""Repeats: the same call runs once, and who sends it again gets the first's answer.

A call is the same by its `Idempotency-Key` (for a day), or by organisation, function, contact,
flow, result name and body (for 60 s, as long as the organisation's settings stay the same: what
was switched off or set anew must not be hidden by an answer from before). The first claims it
with one SET NX GET; a repeat sees the claim, waits, and reads the answer that the first leaves
there, sealed. A claim counts for as long as its process lives; who has waited long enough is told
to ask again, since to run the call once more would be to pay for it twice.

Successes and errors of the call itself (400) are kept. Any other failure may be gone the next
time, so it is kept only for the moment that those who wait already need to read it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from redis.exceptions import RedisError

from flowhook.backoff import Backoff
from flowhook.errors import Conflict
from flowhook.jobs.answer_writer import AnswerWriter
from flowhook.jobs.liveness import Liveness
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.redis.keys import org_key
from flowhook.redis.script import Script

KEYED_SECONDS = 86_400.0
ALIKE_SECONDS = 60.0
CLAIM_SECONDS = 1800.0  # longer than any call, the translation of a long entry included
WAITERS_SECONDS = 3.0  # how long an answer stays at the least, for those who wait for it
WAIT_SECONDS = 150.0
LONG_SECONDS = 30.0  # until one asks again about a call that takes longer than that
LOOKS = Backoff(first_seconds=0.01, factor=1.5, longest_seconds=0.1)
LIVENESS_SECONDS = 1.0
RUNNING, KEPT, FOR_WAITERS = b"R", b"K", b"P"

REPLACE = Script(Path(__file__).with_name("replace.lua"))


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What makes calls the same, as a key's name; `seconds` is how long they stay the same."""

    organization_id: str
    digest: str
    seconds: float

    @property
    def key(self) -> str:
        return org_key(self.organization_id, "once", self.digest)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An HTTP answer as it is kept; `error` is the type of a failure."""

    status: int
    body: bytes
    error: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """This call is the first; `settle` must follow."""

    name: IdempotencyKey
    value: bytes
    at: float


def name_call(
    organisation: Organisation, function: str, key: str, content: bytes
) -> IdempotencyKey:
    """What makes a call the same as another: its `key`, or without one its content."""
    if key:
        return IdempotencyKey(
            organisation.id, _digest(b"key", function, key.encode()), KEYED_SECONDS
        )
    settings = orjson.dumps(organisation.sections, option=orjson.OPT_SORT_KEYS)
    return IdempotencyKey(
        organisation.id, _digest(b"body", function, settings + content), ALIKE_SECONDS
    )


class IdempotencyStore:
    """`begin` is either the first's answer or the right to be the first."""

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
        self.liveness = liveness
        self.writer = writer
        self.clock = clock
        self.sleep = sleep

    def begin(self, name: IdempotencyKey) -> Claim | StoredResponse:
        """Claim the call; where it was claimed before, wait for its answer."""
        mine = RUNNING + self.liveness.holder().encode()
        first = Claim(name, mine, self.clock())
        found = self.redis.set(name.key, mine, nx=True, get=True, px=_ms(CLAIM_SECONDS))
        if found is None:
            return first
        if found[:1] == FOR_WAITERS and self._replace(name, found, mine):
            return first
        return self._wait(first, found)

    def settle(self, first: Claim, answered: StoredResponse, stays: bool) -> None:
        """Leave the answer for repeats, or only for those who wait for it already.

        An answer that stays is written behind the call's back. One that does not is written
        now, so that whoever asks anew is not taken for one who waited.
        """
        name = first.name
        plain = b"%d %b %b" % (answered.status, answered.error.encode(), answered.body)
        sealed = self.cipher.seal(name.organization_id, _purpose(name), plain)
        if stays:
            left = name.seconds - (self.clock() - first.at)
            self.writer.write(name.key, KEPT + sealed, _ms(max(left, WAITERS_SECONDS)))
            return
        try:
            self.redis.set(name.key, FOR_WAITERS + sealed, px=_ms(WAITERS_SECONDS))
        except RedisError:
            self.writer.write(name.key, FOR_WAITERS + sealed, _ms(WAITERS_SECONDS))

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
