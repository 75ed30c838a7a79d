"""Lock out an address after too many different invalid credentials for one identity.

The same invalid credential sent again, such as a revoked token that a flow still uses, is not a
guess: it is answered 401 each time, up to a rate, and does not lock out the token that replaces it.

A credential that was valid from the same address before stays valid during a lock-out, so a flood
of invalid ones cannot lock out a working caller. Everything else is refused then, valid or not, so
guessing stays slow however many processes answer.

An address is an IPv4 address or an IPv6 /64 network, within which a subscriber has as many
addresses as they like.

Source: OWASP Authentication Cheat Sheet (account lock-out, device cookies).
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowhook.errors import RateLimited
from flowhook.redis.best_effort import best_effort
from flowhook.redis.keys import guess_key, known_key
from flowhook.redis.script import Script
from flowhook.sender import sender

ATTEMPTS = 20  # different invalid credentials in a window before the lock
REPEATS = 90  # invalid credentials in a window, repeated ones included, that are answered 401
WINDOW_SECONDS = 60
KNOWN_SECONDS = 7 * 24 * 3600
REMEMBER_SECONDS = 3600  # how long a process remembers a valid credential
MAX_REMEMBERED = 50_000

COUNT = Script(Path(__file__).with_name("wrong_proof.lua"))


class Lockout:
    """Counts invalid credentials in Redis; remembers valid ones."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.redis = redis
        self.clock = clock
        self._remembered: OrderedDict[bytes, float] = OrderedDict()

    def admit(self, address: str, identity: str, proof: bytes) -> None:
        """Admit a valid credential; raises RateLimited for a new one during a lock-out."""
        name = _name(address, identity, proof)
        now = self.clock()
        if self._remembered.get(name, 0.0) > now:
            return
        pipe = self.redis.pipeline(transaction=False)
        pipe.exists(known_key(name))
        pipe.hlen(guess_key(_name(address, identity)))
        known, fields = pipe.execute()
        if not known and fields - 1 >= ATTEMPTS:
            raise _locked(self.redis.ttl(guess_key(_name(address, identity))))
        with best_effort("that a credential was valid"):  # it is, though the store may be full
            self.redis.set(known_key(name), b"1", ex=KNOWN_SECONDS)
        self._remembered[name] = now + REMEMBER_SECONDS
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def record_wrong(self, address: str, identity: str, proof: bytes) -> None:
        """Count an invalid credential; raises RateLimited once the limit is exceeded."""
        key = guess_key(_name(address, identity))
        guess = _name(address, identity, proof)
        # Store limit + 1, so that the first excess attempt is detectable.
        tries, guesses, ttl = COUNT.run(self.redis, [key], [guess, ATTEMPTS + 1, WINDOW_SECONDS])
        if guesses > ATTEMPTS or tries > REPEATS:
            raise _locked(ttl)


def _locked(ttl: int) -> RateLimited:
    return RateLimited(
        "too many wrong proofs from this address",
        fix="Check the token, and wait as long as Retry-After says before trying another.",
        retry_after_seconds=max(1, ttl),
    )


def _name(address: str, identity: str, proof: bytes = b"") -> bytes:
    """A digest for a key's name, which reveals neither address nor credential."""
    parts = (sender(address).encode(), identity.encode(errors="replace"), proof)
    return hashlib.blake2b(b"\0".join(parts), digest_size=16).digest()
