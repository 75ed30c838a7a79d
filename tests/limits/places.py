"""Taking places, and what the limiter left in Redis."""

from __future__ import annotations

import pytest

from errors import RateLimited
from limits.limiter import Estimate, Limiter, Place
from settings.organisation import Organisation
from storage.connect import Client
from storage.keys import org_key


def place(
    limiter: Limiter, acme: Organisation, needed: int = 0, used: int = 0, **more: int
) -> Place:
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
