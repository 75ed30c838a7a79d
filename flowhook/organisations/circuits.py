"""A circuit for each account: a provider that is down is not asked again and again.

When an account's requests keep failing, its circuit opens: every process answers
`provider_unavailable` at once for a while. Then one request at a time is let through; the
first that is answered closes the circuit, and each that fails opens it for longer. Whether it
is open is read with the organisation, so a healthy call pays nothing; only failures are
written, and what Redis does not take then changes no call's outcome.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Any

import orjson

from flowhook.backoff import Backoff
from flowhook.errors import ProviderUnavailable
from flowhook.organisations.changes import CHANGED
from flowhook.organisations.organisation import Organisation
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.redis.leases import CALL_SECONDS

FAILURES = 5  # in a window, all processes together, and more than this process's answers
WINDOW_SECONDS = 30.0
BACKOFF = Backoff(first_seconds=5.0, factor=2, longest_seconds=60.0)
STALE_SECONDS = 3600
CLOCKS_APART_SECONDS = 60.0  # more is left of a pause only where the clock was set back
MAX_ACCOUNTS = 10_000


class Circuits:
    """The circuits of every organisation, as one process sees them."""

    def __init__(
        self,
        redis: Any,
        changed: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`changed` drops the process's copy of an organisation."""
        self.redis = redis
        self.changed = changed
        self.clock = clock
        self._windows: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def open(self, organisation: Organisation, base_url: str, api_key: str) -> AccountCircuit:
        """Return the circuit of the account that this key is."""
        return AccountCircuit(self, organisation, f"{base_url}\0{api_key}")

    def window(self, org: str, identity: str) -> list[float]:
        """[its beginning, answers, failures] of an account, in this process."""
        window = self._windows.get((org, identity))
        if window is None or self.clock() - window[0] > WINDOW_SECONDS:
            window = self._windows[org, identity] = [self.clock(), 0, 0]
            while len(self._windows) > MAX_ACCOUNTS:
                self._windows.popitem(last=False)
        return window


class AccountCircuit:
    """One account's circuit."""

    def __init__(self, circuits: Circuits, organisation: Organisation, identity: str) -> None:
        """`identity` tells the account from every other; it holds the key, so is never stored."""
        self.circuits = circuits
        self.organisation = organisation
        self.identity = identity
        self._state: dict[str, float] | None = None  # what this client was admitted under

    @cached_property
    def account(self) -> str:
        """The name that the account has in the store."""
        return hashlib.blake2b(self.identity.encode(), digest_size=8).hexdigest()

    def admit(self) -> None:
        known = self.organisation.circuits
        state = known.get(self.account) if known else None
        self._state = dict(state) if state else None
        if self._state is None:
            return
        left = self._state["until"] - self.circuits.clock()
        is_over = left <= 0 or left > self._state["pause"] + CLOCKS_APART_SECONDS
        if is_over and self._may_probe():
            return
        raise ProviderUnavailable(
            "the provider failed again and again, so it is not asked at the moment",
            fix="Wait as long as Retry-After says; a fallback_account in the OpenAI settings"
            " answers meanwhile.",
            retry_after_seconds=max(1.0, left),
        )

    def answered(self) -> None:
        if self._state is None:
            self.circuits.window(self.organisation.id, self.identity)[1] += 1
            return
        self._state = None
        with best_effort("a circuit that closes"):
            pipe = self.circuits.redis.pipeline(transaction=True)
            pipe.hdel(self._key("circuits"), self.account)
            pipe.delete(self._key("circuit", self.account), self._key("probe", self.account))
            pipe.execute()
            self._announce()

    def failed(self) -> None:
        with best_effort("a provider's failure"):
            if self._state is not None:
                self._open(BACKOFF.after(self._state["pause"]))
            else:
                self._count_failure()

    def _count_failure(self) -> None:
        window = self.circuits.window(self.organisation.id, self.identity)
        window[2] += 1
        key = self._key("circuit", self.account)
        pipe = self.circuits.redis.pipeline(transaction=True)
        pipe.incr(key)
        pipe.expire(key, round(WINDOW_SECONDS), nx=True)
        count = pipe.execute()[0]
        if count >= FAILURES and window[2] > window[1]:
            self._open(BACKOFF.first_seconds)

    def _open(self, pause: float) -> None:
        state = {"until": self.circuits.clock() + pause, "pause": pause}
        write(
            self.circuits.redis,
            ("HSET", self._key("circuits"), self.account, orjson.dumps(state)),
            ("EXPIRE", self._key("circuits"), STALE_SECONDS),
            ("DEL", self._key("probe", self.account)),
        )
        self._announce()

    def _may_probe(self) -> bool:
        key = self._key("probe", self.account)
        with best_effort("a probe of a provider"):
            return bool(self.circuits.redis.set(key, b"1", nx=True, ex=round(CALL_SECONDS)))
        return False

    def _announce(self) -> None:
        self.circuits.redis.publish(CHANGED, self.organisation.id)
        self.circuits.changed(self.organisation.id)

    def _key(self, *parts: str) -> str:
        return org_key(self.organisation.id, *parts)
