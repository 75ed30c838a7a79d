"""Changes of what stands beside the sections in an organisation's settings hash.

Each is one transaction, which decides by the hash and writes only where that stands yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from redis.exceptions import WatchError

from flowhook.errors import NotFound
from flowhook.organisations.settings_fields import Stored
from flowhook.redis.keys import gone_key, org_key

Answer = TypeVar("Answer")
Write = Callable[[Any], object]
"""Adds commands to a transaction."""
Decision = tuple[Answer, Write | None]
"""What a change answers, and what it writes; None where nothing changes."""


def settings_key(org: str) -> str:
    """The organisation's settings hash."""
    return org_key(org, "settings")


def change_settings(
    redis: Any, org: str, decide: Callable[[Stored, Any], Decision[Answer]]
) -> tuple[Answer, bool]:
    """Read, decide and write in one transaction; again where somebody else wrote meanwhile.

    `decide` gets the settings hash and the watching pipeline, by which it may read and watch more
    keys of the organisation. Returns its answer, and whether anything was written. Raises NotFound
    for a deleted organisation.
    """
    key = settings_key(org)
    while True:
        with redis.pipeline(transaction=True) as pipe:
            pipe.watch(key, gone_key(org))
            if pipe.exists(gone_key(org)):
                raise NotFound("this organisation was deleted")
            answer, write = decide(pipe.hgetall(key), pipe)
            if write is None:
                return answer, False
            pipe.multi()
            write(pipe)
            try:
                pipe.execute()
            except WatchError:
                continue
            return answer, True
