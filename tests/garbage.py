"""What a failure leaves behind: cycles that only the garbage collector frees, and large bodies."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

from tests.waiting import wait_for

TEXTS = frozenset((str, bytes, bytearray))
LARGE_BYTES = 65_537  # more than the buffer of a connection to Redis
FIRST_LOOK = 5


def assert_keeps_nothing(fail: Callable[[], object], times: int = 30) -> None:
    """Fail often; neither frames and exceptions nor large bodies may be left, even as garbage.

    Nothing is freed by the collector meanwhile. It fails once before, for what is made once in a
    process, and there is a look after some tries: what keeps bodies would fill the memory. That
    look is at what was made since, for walking through all that a test process holds takes a
    second; the last one is at everything.
    """
    fail()
    gc.collect()
    before = large_bytes()
    gc.freeze()  # what was there before becomes no garbage, and need not be walked through
    with Collected() as garbage:
        for done in range(1, times + 1):
            fail()
            if done in (FIRST_LOOK, times):
                holders = garbage.holders()
                assert not holders, f"garbage: {dict(holders)}"
                # A fake's thread may have the last one in its hands yet.
                if done < times:
                    wait_for(lambda: large_bytes_unfrozen() <= before, "the bodies to be gone")
                else:
                    wait_for(lambda: large_bytes() <= before, "the bodies to be gone")
                gc.freeze()


class Collected:
    """While it is entered, the collector frees nothing; it only names what it would free."""

    def __enter__(self) -> Collected:
        self.was_enabled = gc.isenabled()
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        return self

    def __exit__(self, *_exception: object) -> None:
        gc.set_debug(0)
        gc.garbage.clear()
        if self.was_enabled:
            gc.enable()
        gc.collect()

    def holders(self) -> Counter[str]:
        """The exceptions and the frames, with their files and lines, that are garbage."""
        gc.collect()
        return Counter(name for each in gc.garbage if (name := _name(each)))


def large_bytes() -> int:
    """How many bytes the texts and bodies of at least LARGE_BYTES take that anything holds.

    What is frozen may hold some, too, and is frozen no longer.
    """
    gc.unfreeze()
    return large_bytes_unfrozen()


def large_bytes_unfrozen() -> int:
    """The same of what is not frozen."""
    held = gc.get_referents(*gc.get_objects())
    large = {
        id(each): len(each) for each in held if type(each) in TEXTS and len(each) >= LARGE_BYTES
    }
    return sum(large.values())


def _name(each: Any) -> str:
    """Name a frame, or an exception that holds frames; empty for anything else."""
    if isinstance(each, FrameType):
        return f"{each.f_code.co_filename}:{each.f_lineno} {each.f_code.co_name}"
    holds = isinstance(each, BaseException) and (each.__traceback__ or each.__context__)
    return type(each).__qualname__ if holds else ""
