"""Compares the indices of the roster with the states that they are of."""

from __future__ import annotations

from typing import Any

from flows.conversations.roster import Place, indices_of, word_key
from flows.conversations.roster_repair import state_key
from tests.flows.room import ORG

STATES = f"fh:{{{ORG}}}:contact:*:state"


def indices(redis: Any) -> dict[str, dict[str, int]]:
    """What the roster's keys hold: contacts with their times, 0 in a word's set."""
    found: dict[str, dict[str, int]] = {}
    for raw in redis.scan_iter(match=f"fh:{{{ORG}}}:roster:*"):
        key = raw.decode()
        is_set = ":roster:word:" in key
        held = (
            [(m, 0) for m in redis.smembers(key)]
            if is_set
            else redis.zrange(key, 0, -1, withscores=True)
        )
        found[key] = {member.decode(): int(score) for member, score in held}
    return found


def expected(redis: Any) -> dict[str, dict[str, int]]:
    """What they should hold by the places in the states, which must be as new as these."""
    found: dict[str, dict[str, int]] = {}
    for raw in redis.scan_iter(match=STATES):
        member = raw.decode().split(":")[3]
        version, stored = redis.hmget(state_key(ORG, member), "version", "place")
        place = Place.read(stored)
        assert place is not None
        assert place.version == int(version)
        for key in indices_of(ORG, place):
            found.setdefault(key, {})[member] = place.since
        for word in place.words:
            found.setdefault(word_key(ORG, word), {})[member] = 0
    return found
