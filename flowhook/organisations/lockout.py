"""Locks out who guesses: too many different wrong proofs from one address, for one identity.

The same wrong proof sent again, such as a revoked token still in a flow, is no guess. It is told
that it is wrong each time, up to a rate, and does not shut out the token that replaces it.

A proof that was right from the same address before is no guess and stays good, so a flood of
wrong proofs cannot shut out a caller that works. Anything else is refused during a lock-out,
right or wrong, so guessing stays slow however many processes answer.

One sender is an IPv4 address, or the /64 network within which an IPv6 subscriber has as many
addresses as they like.

Source: OWASP Authentication Cheat Sheet (account lock-out, device cookies).
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network
from pathlib import Path
from typing import Any

from flowhook.errors import RateLimited
from flowhook.redis.keys import guess_key, known_key
from flowhook.redis.script import Script

ATTEMPTS = 20  # different wrong proofs in a window before the lock
REPEATS = 90  # wrong proofs in a window, the same ones included, that are told so
WINDOW_SECONDS = 60
KNOWN_SECONDS = 7 * 24 * 3600
REMEMBER_SECONDS = 3600  # how long a process trusts its own memory of a known proof
MAX_REMEMBERED = 50_000

COUNT = Script(Path(__file__).with_name("wrong_proof.lua"))


class Lockout:
    """Counts wrong proofs in Redis; remembers right ones."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.redis = redis
        self.clock = clock
        self._remembered: OrderedDict[bytes, float] = OrderedDict()

    def admit(self, address: str, identity: str, proof: bytes) -> None:
        """Let a right proof in, unless its sender is locked out and it was never right before."""
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
        self.redis.set(known_key(name), b"1", ex=KNOWN_SECONDS)
        self._remembered[name] = now + REMEMBER_SECONDS
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def record_wrong(self, address: str, identity: str, proof: bytes) -> None:
        """Count a wrong proof; raise RateLimited from the one too many on."""
        key = guess_key(_name(address, identity))
        guess = _name(address, identity, proof)
        # One more than locks is remembered, so that the one too many is known as such.
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
    """A key's name that tells neither address nor proof."""
    parts = (_sender(address).encode(), identity.encode(errors="replace"), proof)
    return hashlib.blake2b(b"\0".join(parts), digest_size=16).digest()


@lru_cache(maxsize=4096)
def _sender(address: str) -> str:
    """What is counted as one: an IPv4 address as it is, of an IPv6 address its network."""
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(IPv6Network((whole, 64), strict=False))
