"""A Lua script that runs in Redis: one round trip, nothing in between.

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
    """The script in a file."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text()
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def run(self, redis: Any, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it by its hash; in full only on a server that does not know it yet."""
        try:
            return redis.evalsha(self.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return redis.eval(self.text, len(keys), *keys, *arguments)

    def add_to(self, pipe: Any, keys: Sequence[str], arguments: Sequence[Argument]) -> None:
        """Add it to a pipeline, in full: a pipeline cannot try again when it is unknown.

        By the command's name, since redis-py's cluster pipelines have no method for it.
        """
        pipe.execute_command("EVAL", self.text, len(keys), *keys, *arguments)
