"""A Lua script that Redis runs atomically, in one round trip.

All keys of one run must share a hash tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

Argument = str | int | float | bytes


class Script:
    """The script in a file, behind the `libraries` of Lua functions that it calls."""

    def __init__(self, path: Path, *libraries: Path) -> None:
        self.text = "\n".join(part.read_text() for part in (*libraries, path))
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def run(self, redis: Any, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run the script by its hash, and by its text on a server that does not know it yet."""
        try:
            return redis.evalsha(self.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return redis.eval(self.text, len(keys), *keys, *arguments)

    def add_to(self, pipe: Any, keys: Sequence[str], arguments: Sequence[Argument]) -> None:
        """Add the script's text to a pipeline, which could not try again where the hash is unknown.

        Called as a plain command, since redis-py's cluster pipelines have no method for it.
        """
        pipe.execute_command("EVAL", self.text, len(keys), *keys, *arguments)
