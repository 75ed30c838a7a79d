"""Has Redis write its append-only file anew, so that it holds nothing of what was erased.

Orders are counted in one hash; a sweep has the servers do it at most once in five minutes, and
counts an order as carried out when all of them say that it succeeded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from flowhook.redis.servers import server_infos

REWRITE = "fh:file_rewrite"
LOOK = "fh:file_rewrite:look"
ORDERS, BEGUN, DONE, AT, REFUSED = "orders", "begun", "done", "at", "refused"
APART_SECONDS = 300.0
LOOK_SECONDS = 10
WITHIN_SECONDS = 3600.0  # in which an order is carried out

NO_FILE = "The store keeps no append-only file; its snapshots hold what was erased until the next."
FORBIDDEN = (
    "The Redis server does not let this service rewrite its append-only file (BGREWRITEAOF): its"
    " operator has to."
)

logger = logging.getLogger(__name__)


class FileRewrite:
    """`clock` tells epoch seconds."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock

    def order(self) -> tuple[float | None, str]:
        """Order a rewrite; returns by when it is done, in epoch seconds. None and the reason where
        the servers refuse it, or keep no such file."""
        if not self._keeps_file():
            return None, NO_FILE
        by = self.clock() + WITHIN_SECONDS
        self.redis.hincrby(REWRITE, ORDERS, 1)
        self.sweep()
        if self.redis.hget(REWRITE, REFUSED) == b"1":
            return None, FORBIDDEN
        return by, ""

    def sweep(self) -> None:
        """Go on with what was ordered; one process of all looks every ten seconds."""
        orders, done = map(_number, self.redis.hmget(REWRITE, ORDERS, DONE))
        if orders == done or not self.redis.set(LOOK, b"1", nx=True, ex=LOOK_SECONDS):
            return
        begun, at = map(_number, self.redis.hmget(REWRITE, BEGUN, AT))
        if begun > done:
            self._look(begun)
        elif self.clock() - at >= APART_SECONDS or at > self.clock():
            self._begin(orders)

    def _begin(self, orders: float) -> None:
        told: dict[str, Any] = {BEGUN: int(orders), AT: int(self.clock()), REFUSED: 0}
        try:
            self._rewrite()
        except ResponseError as error:
            if "in progress" in str(error):  # begun before what was erased went
                return
            logger.warning("the append-only file is not rewritten: the server refuses")
            told |= {DONE: int(orders), REFUSED: 1}
        except RedisError as error:  # one of several servers is away: the next look tries again
            logger.warning("the append-only file waits", extra={"cause": type(error).__name__})
            return
        self.redis.hset(REWRITE, mapping=told)

    def _rewrite(self) -> None:
        if isinstance(self.redis, Redis):
            self.redis.bgrewriteaof()
        else:
            self.redis.bgrewriteaof(target_nodes=self.redis.get_nodes())  # takes no flag for them

    def _look(self, begun: float) -> None:
        """Note that a rewrite succeeded; one that failed is begun again."""
        infos = server_infos(self.redis, "persistence")
        if any(info.get(one) for info in infos for one in WORKING):
            return
        if all(info.get("aof_last_bgrewrite_status", "ok") == "ok" for info in infos):
            self.redis.hset(REWRITE, DONE, int(begun))
        else:
            logger.warning("the append-only file could not be rewritten; it is tried again")
            self.redis.hdel(REWRITE, BEGUN)

    def _keeps_file(self) -> bool:
        try:
            infos = server_infos(self.redis, "persistence")
        except RedisError:  # a server that does not tell may keep one
            return True
        return any(info.get("aof_enabled", 0) for info in infos)


WORKING = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")


def _number(raw: bytes | None) -> float:
    return float(raw or 0)
