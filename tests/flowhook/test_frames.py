"""A handled exception lets go of the frames it came through, with its causes."""

from __future__ import annotations

import gc
import weakref

from flowhook.frames import drop_frames


class Body:
    """Stands for what a request's frame holds."""


def fail(body: Body) -> None:
    """Leave a cycle at each of two exceptions: a frame's variable holds what it raises."""
    cause = ValueError("first")
    try:
        raise cause
    except ValueError:
        failure = LookupError("second")
        raise failure from cause


def test_frames_of_an_exception_and_its_causes_are_freed_at_once() -> None:
    body = Body()
    alive = weakref.ref(body)
    gc.disable()
    try:
        try:
            fail(body)
        except LookupError as failure:
            drop_frames(failure)
            handled: Exception = failure
        del body
        assert alive() is None
        assert (str(handled), handled.__cause__, handled.__context__) == ("second", None, None)
    finally:
        gc.enable()
