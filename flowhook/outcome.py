"""The outcome of a webhook call, the same for HTTP, jobs, flows and a model that calls functions.

A call never raises: only this module turns an exception into an error answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, Internal, StoreFull
from flowhook.frames import drop_frames
from flowhook.redis.fullness import store_error

NOTHING: Mapping[str, Any] = MappingProxyType({})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The HTTP status and the JSON object of an answer, and the `error` of a failure.

    `main` is the key of the function's main result, empty if the function is unknown. `waits`: a
    person was asked, and has not answered yet.
    """

    status: int
    answer: Mapping[str, Any] = field(repr=False)
    main: str = ""
    error: FlowhookError | None = None
    waits: bool = False


def failed(
    failure: Exception, request_id: str, main: str = "", body: Mapping[str, Any] = NOTHING
) -> Outcome:
    """Build the outcome of a call that raised; `body` may ask for a `failure_status` of 200."""
    error = as_error(failure, request_id)
    status = 200 if str(body.get("failure_status", "")) == "200" else error.status
    return Outcome(status, error.answer(request_id, main), main, error)


def as_error(failure: Exception, request_id: str) -> FlowhookError:
    """Convert any exception to the error of the answer, and log an unexpected one.

    Neither the answer nor the log holds its text, which may contain a contact's words. The
    exception lets go of the frames it passed through, and so of the call's body.
    """
    error = _named(failure, request_id)
    drop_frames(failure)
    return error


def _named(failure: Exception, request_id: str) -> FlowhookError:
    if isinstance(failure, FlowhookError):
        return failure
    if isinstance(failure, RedisError):
        error = store_error(failure, "the service cannot reach its store")
        if not isinstance(error, StoreFull):  # which is logged once: flowhook/redis/fullness.py
            logger.warning("Redis is away", extra={"cause": type(failure).__name__})
        return error
    logger.error(
        "internal error", exc_info=_without_text(failure), extra={"request_id": request_id}
    )
    return Internal("something went wrong inside the service")


def _without_text(
    failure: Exception,
) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """Format the traceback with only the type of the exception."""
    bare = type(failure)
    return Exception, Exception(f"{bare.__module__}.{bare.__qualname__}"), failure.__traceback__
