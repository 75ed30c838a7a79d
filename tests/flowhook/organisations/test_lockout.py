"""Guessers are locked out; whoever proved right from the same address before is not."""

from __future__ import annotations

from contextlib import suppress

import pytest
import redis

from flowhook.errors import RateLimited
from flowhook.organisations.lockout import (
    ATTEMPTS,
    REMEMBER_SECONDS,
    REPEATS,
    WINDOW_SECONDS,
    Lockout,
)
from flowhook.redis.connect import Client
from tests.flowhook.organisations.everything import everything_in


@pytest.fixture
def lockout(any_redis: Client) -> Lockout:
    return Lockout(any_redis)


def guess(lockout: Lockout, times: int, address: str = "192.0.2.1", identity: str = "acme") -> None:
    for number in range(times):
        lockout.record_wrong(address, identity, b"guess %d" % number)


def repeat(lockout: Lockout, times: int) -> None:
    """The same wrong proof, again and again."""
    for _ in range(times):
        lockout.record_wrong("192.0.2.1", "acme", b"revoked")


def test_one_guess_too_many_is_refused_with_a_time_to_wait(lockout: Lockout) -> None:
    guess(lockout, ATTEMPTS)
    with pytest.raises(RateLimited) as caught:
        lockout.record_wrong("192.0.2.1", "acme", b"another")
    assert caught.value.retry_after_seconds is not None
    assert 1 <= caught.value.retry_after_seconds <= WINDOW_SECONDS


def test_during_a_lock_a_new_right_proof_is_refused_too(lockout: Lockout) -> None:
    guess(lockout, ATTEMPTS)
    with pytest.raises(RateLimited):
        lockout.admit("192.0.2.1", "acme", b"right")


def test_the_same_wrong_proof_again_is_no_guess_and_refuses_no_right_one(lockout: Lockout) -> None:
    repeat(lockout, REPEATS - ATTEMPTS)
    lockout.admit("192.0.2.1", "acme", b"right")
    guess(lockout, ATTEMPTS - 1)
    with pytest.raises(RateLimited):
        lockout.record_wrong("192.0.2.1", "acme", b"one too many")


def test_repeats_are_told_so_up_to_a_rate(lockout: Lockout) -> None:
    repeat(lockout, REPEATS)
    with pytest.raises(RateLimited):
        repeat(lockout, 1)
    lockout.admit("192.0.2.1", "acme", b"right")


def test_a_flood_of_guesses_fills_no_memory(lockout: Lockout, any_redis: Client) -> None:
    for number in range(3 * ATTEMPTS):
        with suppress(RateLimited):
            lockout.record_wrong("192.0.2.1", "acme", b"guess %d" % number)
    [key] = list(any_redis.scan_iter(match="fh:guess:*"))
    assert any_redis.hlen(key) <= ATTEMPTS + 2


def test_a_proof_known_from_this_address_stays_good_in_every_process(
    lockout: Lockout, any_redis: Client
) -> None:
    lockout.admit("192.0.2.1", "acme", b"right")
    guess(lockout, ATTEMPTS)
    lockout.admit("192.0.2.1", "acme", b"right")
    Lockout(any_redis).admit("192.0.2.1", "acme", b"right")
    with pytest.raises(RateLimited):
        Lockout(any_redis).admit("192.0.2.1", "acme", b"another")


def test_other_addresses_and_identities_are_not_locked(lockout: Lockout) -> None:
    guess(lockout, ATTEMPTS)
    lockout.admit("192.0.2.2", "acme", b"right")
    lockout.admit("192.0.2.1", "other", b"right")


def test_an_ipv6_subscriber_is_one_sender_whatever_the_address(lockout: Lockout) -> None:
    for number in range(ATTEMPTS):
        lockout.record_wrong(f"2001:db8:1:2:{number:x}::1", "acme", b"guess %d" % number)
    with pytest.raises(RateLimited):
        lockout.admit("2001:db8:1:2:ffff::7", "acme", b"right")
    lockout.admit("2001:db8:1:3::1", "acme", b"right")


def test_an_ipv4_address_is_one_sender_in_either_spelling(lockout: Lockout) -> None:
    guess(lockout, ATTEMPTS, "::ffff:192.0.2.1")
    with pytest.raises(RateLimited):
        lockout.admit("192.0.2.1", "acme", b"right")


def test_the_lock_ends(any_redis: Client) -> None:
    lockout = Lockout(any_redis)
    guess(lockout, ATTEMPTS)
    [key] = list(any_redis.scan_iter(match="fh:guess:*"))
    assert 0 < any_redis.ttl(key) <= WINDOW_SECONDS
    any_redis.delete(key)  # what the expiry does
    lockout.admit("192.0.2.1", "acme", b"right")


def test_a_known_proof_costs_no_redis_until_it_is_remembered_no_more(
    fake_redis: redis.Redis,
) -> None:
    now = [0.0]
    lockout = Lockout(fake_redis, clock=lambda: now[0])
    lockout.admit("192.0.2.1", "acme", b"right")
    fake_redis.flushall()
    lockout.admit("192.0.2.1", "acme", b"right")
    assert fake_redis.keys() == []
    now[0] += REMEMBER_SECONDS
    lockout.admit("192.0.2.1", "acme", b"right")
    assert len(fake_redis.keys()) == 1


def test_neither_address_nor_proof_is_stored(lockout: Lockout, any_redis: Client) -> None:
    lockout.admit("192.0.2.1", "acme", b"the right proof")
    guess(lockout, 1)
    stored = everything_in(any_redis)
    assert stored
    for word in (b"192.0.2.1", b"right proof"):
        assert word not in stored


def test_identities_of_any_text_are_counted(lockout: Lockout) -> None:
    guess(lockout, 1, identity="\udcff{}* \0")
