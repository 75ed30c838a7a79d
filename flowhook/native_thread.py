"""Runs long computations off gevent's event loop, in native threads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from gevent import monkey
from gevent.threadpool import ThreadPool

AT_ONCE = 3

Value = TypeVar("Value")


def in_native_thread(compute: Callable[[], Value]) -> Value:
    """Run `compute` in a native thread under gevent, so that other greenlets go on, else in this
    one; returns and raises what it does. AT_ONCE run at a time.

    It must not wait, log or ask Redis: what gevent patched works only in the loop's own thread.
    """
    if not monkey.is_module_patched("threading"):
        return compute()
    outcome: list[Value] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(compute())
        except Exception as failure:  # gevent would print it
            failures.append(failure)

    _threads().apply(run)
    if failures:
        raise failures.pop()
    return outcome[0]


@functools.cache
def _threads() -> ThreadPool:
    return ThreadPool(AT_ONCE)
