"""The append-only file is written anew once for several orders, and again where that failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from redis.exceptions import NoPermissionError, ResponseError

from flowhook.redis import file_rewrite as module
from flowhook.redis.file_rewrite import (
    APART_SECONDS,
    FORBIDDEN,
    LOOK,
    NO_FILE,
    REWRITE,
    FileRewrite,
)
from tests.waiting import wait_for


class Rewrites(FileRewrite):
    """Counts what is begun."""

    def __init__(self, store: Any) -> None:
        super().__init__(store, lambda: self.now)
        self.now = time.time()
        self.begun = 0
        self.failure: Callable[[], Exception] | None = None

    def _rewrite(self) -> None:
        self.begun += 1
        if self.failure is not None:
            raise self.failure()
        super()._rewrite()

    def look(self, seconds: float = 0.0) -> None:
        """The next sweep, so much later."""
        self.now += seconds
        self.redis.delete(LOOK)
        self.sweep()

    def is_done(self) -> bool:
        self.look()
        orders, done = self.redis.hmget(REWRITE, "orders", "done")
        return bool(orders == done)


@pytest.fixture
def rewrites(real_redis: redis.Redis) -> Rewrites:
    return Rewrites(real_redis)


def test_orders_within_five_minutes_share_a_rewrite(rewrites: Rewrites) -> None:
    by, note = rewrites.order()
    assert (by, note) == (rewrites.now + 3600, "")
    wait_for(rewrites.is_done, "the first rewrite")
    for _ in range(3):
        assert rewrites.order()[1] == ""
        rewrites.look()
    assert rewrites.begun == 1
    rewrites.look(APART_SECONDS)
    assert rewrites.begun == 2
    wait_for(rewrites.is_done, "the second")
    rewrites.look(APART_SECONDS)
    assert rewrites.begun == 2


def test_who_may_not_is_told(rewrites: Rewrites) -> None:
    rewrites.failure = lambda: NoPermissionError("no permission to run bgrewriteaof")
    assert rewrites.order() == (None, FORBIDDEN)
    assert rewrites.order() == (None, FORBIDDEN)
    assert rewrites.begun == 1
    rewrites.failure = None
    rewrites.redis.delete(LOOK)
    rewrites.now += APART_SECONDS
    assert rewrites.order()[1] == ""


def test_a_server_that_is_away_is_asked_again(rewrites: Rewrites) -> None:
    rewrites.failure = redis.ConnectionError
    rewrites.order()
    rewrites.failure = None
    rewrites.look()
    assert rewrites.begun == 2
    wait_for(rewrites.is_done, "the rewrite")


def test_one_that_is_in_progress_does_not_count(rewrites: Rewrites) -> None:
    message = "Background append only file rewriting already in progress"
    rewrites.failure = lambda: ResponseError(message)
    assert rewrites.order()[1] == ""
    rewrites.failure = None
    rewrites.look()
    assert rewrites.begun == 2
    wait_for(rewrites.is_done, "the rewrite")


def test_one_that_failed_is_begun_again(
    rewrites: Rewrites, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrites.order()
    told = {"aof_last_bgrewrite_status": "err"}
    with monkeypatch.context() as failed:
        failed.setattr(module, "server_infos", lambda *_: [{}, told])
        rewrites.look()
        assert not rewrites.is_done()
    rewrites.look(APART_SECONDS)
    assert rewrites.begun == 2
    wait_for(rewrites.is_done, "the second rewrite")


@pytest.mark.parametrize(("enabled", "note"), [((0, 0), NO_FILE), ((0, 1), ""), (None, "")])
def test_whether_there_is_a_file_is_told(
    rewrites: Rewrites,
    monkeypatch: pytest.MonkeyPatch,
    enabled: tuple[int, ...] | None,
    note: str,
) -> None:
    """Of a server that does not tell, it is taken to be there."""

    def infos(*_: object) -> list[dict[str, Any]]:
        if enabled is None:
            raise NoPermissionError("no permission to run info")
        return [{"aof_enabled": one} for one in enabled]

    monkeypatch.setattr(module, "server_infos", infos)
    assert rewrites.order()[1] == note
    assert rewrites.begun == (0 if note else 1)


def test_every_server_of_a_cluster_writes_its_file_anew(
    cluster_redis: redis.RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the tests keep none: asked for one, each makes it."""
    monkeypatch.setattr(Rewrites, "_keeps_file", lambda self: True)

    def done() -> list[int]:
        infos = (cluster_redis.info("persistence", target_nodes=[one]) for one in nodes)
        return [info["aof_rewrites"] for info in infos]

    nodes = cluster_redis.get_nodes()
    before = done()
    rewrites = Rewrites(cluster_redis)
    assert rewrites.order()[1] == ""
    wait_for(rewrites.is_done, "the rewrite")
    assert done() == [one + 1 for one in before]
