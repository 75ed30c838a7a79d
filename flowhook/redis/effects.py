"""Redis commands that run atomically with a script."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flowhook.redis.script import Argument, Script

APPLY = Path(__file__).with_name("effects.lua")
"""The Lua function `apply`, for scripts that carry out effects."""

WRITE = Script(Path(__file__).with_name("write.lua"), APPLY, gone="{}")

Effect = tuple[Argument, ...]
"""A command of Redis: its name, one key, and its arguments."""


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
