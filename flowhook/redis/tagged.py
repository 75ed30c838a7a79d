"""Sorted sets that count what is kept, whose members tell whose it is: "<bytes> ... <tag> <name>".

The scripts that keep something write them (keep.lua, keep_answer.lua); those of older releases read
the bytes and the name of such a member, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.redis.script import Script
from flowhook.turns import in_turns

AT_ONCE = 1000
FORGET = Script(Path(__file__).with_name("forget_member.lua"), gone="0")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A member of such a set."""

    raw: bytes
    size: int
    name: str


def tagged(redis: Any, index: str, tag: str) -> Iterator[tuple[Tagged, float]]:
    """The members with this tag, each with its score. The server looks at 1,000 at a time."""
    found = redis.zscan_iter(index, match=f"* {tag} *", count=AT_ONCE) if tag else ()
    for raw, score in in_turns(found):
        size, *_, name = raw.decode().split(" ")
        yield Tagged(raw, int(size), name), score


def forget(redis: Any, keys: list[str], member: Tagged) -> bool:
    """Remove what a member counts, the member, and its bytes; `keys` are those of the three. False
    where it was gone already."""
    return bool(FORGET.run(redis, keys, [member.raw]))
