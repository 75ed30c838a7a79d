"""Redis commands that run atomically with a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flowhook.batches import batches
from flowhook.redis.script import Argument, Script

APPLY = Path(__file__).with_name("effects.lua")
"""The Lua function `apply`, for scripts that carry out effects."""

WRITE = Script(Path(__file__).with_name("write.lua"), APPLY, gone="{}")

Effect = tuple[Argument, ...]
"""A command of Redis: its name, one key, and its arguments."""

COUNTED_AT_ONCE = 500  # numbers; Lua passes a command some thousands of arguments


def counting(key: str, changes: Mapping[str, int], seconds: int = 0) -> list[Effect]:
    """Effects that add to numbers of a hash, which lives `seconds` from when it was made (0: for
    good)."""
    effects: list[Effect] = []
    for some in batches(changes.items(), COUNTED_AT_ONCE):
        arguments: list[Argument] = [part for pair in some for part in pair]
        effects.append(("COUNT", key, seconds, *arguments))
    return effects


def effect_keys(effects: Iterable[Effect]) -> list[str]:
    """Return the keys to append to a script's keys."""
    return [str(effect[1]) for effect in effects]


def effect_arguments(effects: Iterable[Effect]) -> list[Argument]:
    """Return the arguments to append to a script's arguments."""
    found: list[Argument] = []
    for name, _, *arguments in effects:
        found += [name, len(arguments), *arguments]
    return found


def write(redis: Any, *effects: Effect) -> list[Any]:
    """Carry out commands at once, on keys of one organisation; returns their replies.

    Where the organisation was deleted, nothing is written, and the list is empty.
    """
    replies: list[Any] = WRITE.run(redis, effect_keys(effects), effect_arguments(effects))
    return replies
