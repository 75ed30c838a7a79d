"""Pools of connections to Redis that give up all idle ones when one turns out dead."""

from __future__ import annotations

from typing import Any

from redis import ConnectionPool
from redis.connection import ConnectionInterface
from redis.sentinel import SentinelConnectionPool


class _GivesUpIdle:
    """Adds to a pool: a connection that comes back broken takes the idle ones with it.

    A firewall that forgot its table, or a machine that lost its power, ends connections without a
    word. Each would cost a call of its own a second of waiting, and those in the pool may be
    hundreds.
    """

    _lock: Any
    _available_connections: list[Any]
    _created_connections: int

    def release(self, connection: ConnectionInterface) -> None:
        if not connection.is_connected:
            self._give_up_idle()
        super().release(connection)  # type: ignore[misc]

    def _give_up_idle(self) -> None:
        with self._lock:
            idle, self._available_connections = self._available_connections, []
            self._created_connections -= len(idle)
        for each in idle:
            each.disconnect()


class Pool(_GivesUpIdle, ConnectionPool):
    """The pool of one server."""


class SentinelPool(_GivesUpIdle, SentinelConnectionPool):
    """The pool of the primary that Sentinels name."""
