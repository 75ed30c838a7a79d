"""Taking places, and what the limiter left in Redis."""

from __future__ import annotations

import pytest

from flowhook.errors import RateLimited
from flowhook.limits.limiter import Estimate, Limiter, Reservation
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key


def place(
    limiter: Limiter, acme: Organisation, needed: int = 0, used: int = 0, **more: int
) -> Reservation:
    return limiter.place(acme, lambda: Estimate(needed, **more), lambda: used)


def pass_through(limiter: Limiter, acme: Organisation, **more: int) -> None:
    with place(limiter, acme, **more):
        pass


def refusal(limiter: Limiter, acme: Organisation, **more: int) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        pass_through(limiter, acme, **more)
    return caught.value


def tokens(redis: Client, month: str = "2026-11") -> int:
    return int(redis.get(org_key("acme", "limits", "tokens", month)) or 0)
