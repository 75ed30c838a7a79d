"""Enforce an organisation's limits on its calls, across processes and machines.

One script in Redis decides, in one round trip a call. Calls a minute: a sliding window over the
times of the last calls. Concurrent calls: leases, so that the places of a killed process become
free when they lapse. Tokens a month: a counter, to which a call's estimate is added before it and
corrected by what it used after it. Its first value is what the month used before, which costs that
one call two more round trips. An organisation without limits needs no round trip.

redis-py repeats a script whose answer was lost with a broken connection: a repeat is known by the
call's id, so that it reserves and settles once.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import BudgetExceeded, RateLimited
from flowhook.limits.month import Month
from flowhook.organisations.organisation import Organisation
from flowhook.redis.fullness import store_error
from flowhook.redis.keys import org_key
from flowhook.redis.leases import CALL_SECONDS
from flowhook.redis.script import Script
from flowhook.usage.counters import UsageCounters

KEEP_MONTH_SECONDS = 7 * 24 * 3600  # a finished month's counter, for calls that end in the next

FOLDER = Path(__file__).parent
RESERVE = Script(FOLDER / "reserve.lua")
SETTLE = Script(FOLDER / "settle.lua", gone="0")

logger = logging.getLogger(__name__)


class Reservation(AbstractContextManager[None]):
    """The reservation of one call; this base class enforces nothing."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def check(self) -> None:
        """Raise BudgetExceeded where the month's tokens were used up since the call began."""


FREE = Reservation()


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens that a call will use: it is refused where `needed` exceed what is left of the month;
    `likely` more are reserved where that many are left."""

    needed: int = 0
    likely: int = 0


class Limiter:
    """Makes reservations, which are entered before a call and left after it."""

    def __init__(
        self,
        redis: Any,
        clock: Callable[[], float] | None = None,
        lease_seconds: float = CALL_SECONDS,
    ) -> None:
        """`clock` (epoch seconds) replaces the Redis server's clock."""
        self.redis = redis
        self.clock = clock
        self.lease_seconds = lease_seconds
        self.usage = UsageCounters(redis)

    def place(
        self,
        organisation: Organisation,
        estimate: Callable[[], Estimate | None],
        used: Callable[[], int],
    ) -> Reservation:
        """Reserve one call; entering raises RateLimited, BudgetExceeded or Overloaded.

        `estimate` is called on entering (None: the call uses no tokens) and `used` on leaving, for
        the tokens in and out; both only where there is a budget.
        """
        limits = organisation.section("limits")
        if not limits:
            return FREE
        return LimitedReservation(self, organisation.id, limits, estimate, used)

    def reserve_nested(self, organisation: Organisation) -> Reservation:
        """Reserve a call made inside another, which counts as one more request and nothing else.

        It runs in the outer call's concurrent place and on its tokens: a second place could only be
        refused because the outer call, which waits for this one, holds the last.
        """
        limit = organisation.section("limits").get("requests_per_minute")
        if limit is None:
            return FREE
        limits = {"requests_per_minute": limit}
        return LimitedReservation(self, organisation.id, limits, lambda: None, int)

    def tokens_this_month(self, org: str) -> int:
        """The tokens that count against the budget: used, and reserved by running calls."""
        month = Month.at(self.now())
        counted = self.redis.get(_month_key(org, month))
        return self.used_before(org, month) if counted is None else int(counted)

    def used_before(self, org: str, month: Month) -> int:
        """The month's tokens of calls that have ended, of those without a budget too."""
        rows = self.usage.read(org, month.days(min(self.now(), month.end - 1)))
        return sum(row.count.input_tokens + row.count.output_tokens for row in rows)

    def forget_month(self, org: str) -> None:
        """Drop the month's counter, before a budget is set where none was: meanwhile nobody
        counted, so the next call begins it anew."""
        self.redis.delete(_month_key(org, Month.at(self.now())))

    def now(self) -> float:
        return self.clock() if self.clock else time.time()


class LimitedReservation(Reservation):
    """The reservation of one call of an organisation with limits."""

    def __init__(
        self,
        limiter: Limiter,
        org: str,
        limits: Mapping[str, Any],
        estimate: Callable[[], Estimate | None],
        used: Callable[[], int],
    ) -> None:
        self.limiter = limiter
        self.org = org
        self.limits = limits
        self.budget: int | None = limits.get("monthly_tokens")
        self.estimate = estimate
        self.used = used
        self.reserved = 0
        self.id = os.urandom(8).hex()
        self.month = Month.at(limiter.now())

    def __enter__(self) -> None:
        try:
            outcome, number = self._reserve()
        except RedisError as error:
            raise store_error(
                error, "the service cannot reach its store to check limits"
            ) from error
        if outcome != b"ok":
            raise self._refusal(outcome.decode(), int(number))
        self.reserved = int(number)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Settle the reservation. The answer is paid for, so an unavailable Redis is no error: the
        lease lapses by itself, and the reserved tokens count as used."""
        if self.budget is None and "concurrent_calls" not in self.limits:
            return
        owed = 0 if self.budget is None else self.used() - self.reserved
        call = f"{self.id}|{self.reserved}"
        try:
            SETTLE.run(self.limiter.redis, self._keys()[1:3], [call, owed])
        except RedisError as failure:
            logger.warning(
                "a call could not be settled",
                extra={"organization_id": self.org, "cause": type(failure).__name__},
            )

    def check(self) -> None:
        if self.budget is None:
            return
        counted = int(self.limiter.redis.get(self._keys()[2]) or 0)
        if counted - self.reserved + self.used() >= self.budget:
            raise BudgetExceeded(
                f"this call used up the month's {self.budget} tokens before it was done",
                retry_after_seconds=self._seconds_left(),
            )

    def _reserve(self) -> tuple[bytes, bytes]:
        """Run the script; where the month's counter is absent, once more with its first value."""
        arguments = self._arguments()
        answer: tuple[bytes, bytes] = RESERVE.run(self.limiter.redis, self._keys(), arguments)
        if answer[0] != b"seed":
            return answer
        before = self.limiter.used_before(self.org, self.month)
        seeded: tuple[bytes, bytes] = RESERVE.run(
            self.limiter.redis, self._keys(), [*arguments, before, self.month.start * 1_000_000]
        )
        return seeded

    def _keys(self) -> list[str]:
        return [
            org_key(self.org, "limits", "requests"),
            org_key(self.org, "limits", "calls"),
            _month_key(self.org, self.month),
            org_key(self.org, "limits", "reserved", self.id),
        ]

    def _arguments(self) -> list[str | int]:
        limits, limiter = self.limits, self.limiter
        estimate = self.estimate() if self.budget is not None else None
        if estimate is None:
            self.budget, estimate = None, Estimate()
        return [
            "" if limiter.clock is None else round(limiter.clock() * 1_000_000),
            limits.get("requests_per_minute", ""),
            limits.get("concurrent_calls", ""),
            "" if self.budget is None else self.budget,
            self.id,
            round(limiter.lease_seconds * 1_000_000),
            estimate.needed,
            estimate.likely,
            self._seconds_left() + KEEP_MONTH_SECONDS,
        ]

    def _refusal(self, limit: str, microseconds: int) -> RateLimited:
        wait = math.ceil(microseconds / 1_000_000)
        if limit == "requests":
            return RateLimited(
                f"more than {self.limits['requests_per_minute']} calls in a minute",
                retry_after_seconds=wait,
            )
        if limit == "calls":
            return RateLimited(
                f"{self.limits['concurrent_calls']} calls are already being answered",
                retry_after_seconds=wait,
            )
        if wait:
            return BudgetExceeded(
                "calls being answered hold the rest of the month's tokens",
                fix="Try again when they are done, or raise monthly_tokens in the limits.",
                retry_after_seconds=wait,
            )
        return BudgetExceeded(
            f"what is left of the month's {self.budget} tokens is too little for this call",
            retry_after_seconds=self._seconds_left(),
        )

    def _seconds_left(self) -> int:
        return max(1, math.ceil(self.month.end - self.limiter.now()))


def _month_key(org: str, month: Month) -> str:
    return org_key(org, "limits", "tokens", month.name)
