"""Work on organisations that one process of all does once a minute, or more seldom."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from redis.exceptions import RedisError

from flowhook.redis.leases import PROCESS_SECONDS, Leases

LOOK_SECONDS = 60

Look = Callable[[str], None]
"""Looks at one organisation."""

logger = logging.getLogger(__name__)


class MinuteSweep(ABC):
    """Subclasses say which organisations to look at, and how.

    `LOOK_KEY` marks for `LOOK_SECONDS` that somebody looked; `RUN_KEY` is held while somebody
    looks, however long that takes. `WHAT` names what is looked at in the log.
    """

    WHAT: ClassVar[str]
    LOOK_KEY: ClassVar[str]
    RUN_KEY: ClassVar[str]
    LOOK_SECONDS: ClassVar[int] = LOOK_SECONDS

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.leases = Leases(redis, PROCESS_SECONDS)

    @abstractmethod
    def wanting(self) -> Iterator[tuple[str, Look]]:
        """The organisations that have something to look at, each with what looks."""

    def sweep(self) -> None:
        """Look on a thread of its own, unless somebody did a short while ago."""
        if self.redis.set(self.LOOK_KEY, b"1", nx=True, ex=self.LOOK_SECONDS):
            threading.Thread(target=self.look, name=self.WHAT, daemon=True).start()

    def look(self) -> None:
        """Look at every organisation that wants it, unless somebody still does."""
        try:
            with self.leases.holding(self.RUN_KEY) as token:
                for org, look in self.wanting() if token else ():
                    self._look_at(org, look)
        except (RedisError, OSError) as error:
            what = {"what": self.WHAT, "cause": type(error).__name__}
            logger.warning("what is done each minute waits", extra=what)

    def _look_at(self, org: str, look: Look) -> None:
        """What is wrong with an organisation keeps nobody else from being looked at."""
        try:
            look(org)
        except (RedisError, OSError):
            raise
        except Exception:
            what = {"what": self.WHAT, "organization_id": org}
            logger.exception("what is done each minute failed", extra=what)
