"""A Lua script that Redis runs atomically, in one round trip.

All keys of one run must share a hash tag. A script on an organisation's keys first looks whether
the organisation was deleted, and then does nothing: what was in flight leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError, ResponseError

from flowhook.errors import NotFound

Argument = str | int | float | bytes

GUARD = Path(__file__).with_name("gone.lua")
GONE = "GONE"
ERROR = f"redis.error_reply('{GONE} the organisation was deleted')"
NOTHING = "0"


class Script:
    """The script in a file, behind the `libraries` of Lua functions that it calls.

    `gone` is the Lua expression that it answers for a deleted organisation; by default `run` raises
    NotFound then, and in a pipeline it answers 0. With None it runs nevertheless.
    """

    def __init__(self, path: Path, *libraries: Path, gone: str | None = "") -> None:
        parts = [part.read_text() for part in (GUARD, *libraries, path)]
        self.text = _guarded(parts, ERROR if gone == "" else gone)
        self.piped = _guarded(parts, NOTHING if gone == "" else gone)
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def run(self, redis: Any, keys: Sequence[str | bytes], arguments: Sequence[Argument]) -> Any:
        """Run the script by its hash, and by its text on a server that does not know it yet.

        Raises NotFound for a deleted organisation, unless the script has an answer of its own.
        """
        try:
            return self._run(redis, keys, arguments)
        except ResponseError as error:
            if GONE not in str(error):
                raise
            raise NotFound("this organisation was deleted") from None

    def _run(self, redis: Any, keys: Sequence[str | bytes], arguments: Sequence[Argument]) -> Any:
        try:
            return redis.evalsha(self.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return redis.eval(self.text, len(keys), *keys, *arguments)

    def add_to(self, pipe: Any, keys: Sequence[str | bytes], arguments: Sequence[Argument]) -> None:
        """Add the script's text to a pipeline, which could not try again where the hash is unknown.

        Called as a plain command, since redis-py's cluster pipelines have no method for it.
        """
        pipe.execute_command("EVAL", self.piped, len(keys), *keys, *arguments)


def _guarded(parts: Sequence[str], gone: str | None) -> str:
    guard = [] if gone is None else [f"if is_gone() then return {gone} end"]
    return "\n".join([*parts[:-1], *guard, parts[-1]])
