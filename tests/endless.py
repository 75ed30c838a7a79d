"""Ends what a hostile text would keep busy for minutes, so that its test fails instead."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends(seconds: float = 20.0) -> Iterator[None]:
    """Fail unless the block is over within seconds of CPU that linear time stays far below."""

    def stop(_signal: int, _frame: object) -> None:
        raise AssertionError(f"not over after {seconds:g} s of CPU")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
