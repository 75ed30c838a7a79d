"""Frees what a handled exception holds: the frames it passed through, with all their variables."""

from __future__ import annotations


def drop_frames(failure: BaseException) -> None:
    """Drop the frames that an exception and its causes hold, and the causes.

    To be called where an exception is handled and not raised again. A frame with a variable that
    holds an exception which passed through it is a cycle: marshmallow and urllib3 leave one at each
    failure. Only the garbage collector would free it, with the request's whole body.
    """
    pending: list[BaseException | None] = [failure]
    while pending:
        one = pending.pop()
        if one is not None:
            pending += (one.__cause__, one.__context__)
            one.__traceback__ = one.__cause__ = one.__context__ = None
