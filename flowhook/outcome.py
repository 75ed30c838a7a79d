"""How a webhook call came out: the same for HTTP, jobs, flows and a model that calls functions.

A call never raises: what goes wrong on its way becomes an error here, and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, Internal, Overloaded

NOTHING: Mapping[str, Any] = MappingProxyType({})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The HTTP status and the JSON object of an answer, and the `error` of a failure.

    `main` is the key of the function's main result, empty where no function is known.
    """

    status: int
    answer: Mapping[str, Any] = field(repr=False)
    main: str = ""
    error: FlowhookError | None = None


def failed(
    failure: Exception, request_id: str, main: str = "", body: Mapping[str, Any] = NOTHING
) -> Outcome:
    """The outcome of a call that raised; `body` may ask for its `failure_status` of 200."""
    error = as_error(failure, request_id)
    status = 200 if str(body.get("failure_status", "")) == "200" else error.status
    return Outcome(status, error.answer(request_id, main), main, error)


def as_error(failure: Exception, request_id: str) -> FlowhookError:
    """Any exception as the error it is answered with; what is unforeseen is logged.

    Of that neither the answer nor the log holds the text, which may be a contact's words.
    """
    if isinstance(failure, FlowhookError):
        return failure
    if isinstance(failure, RedisError):
        logger.warning("Redis is away", extra={"cause": type(failure).__name__})
        return Overloaded("the service cannot reach its store")
    logger.error(
        "internal error", exc_info=_without_text(failure), extra={"request_id": request_id}
    )
    return Internal("something went wrong inside the service")


def _without_text(
    failure: Exception,
) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """The traceback with the exception's type only."""
    bare = type(failure)
    return Exception, Exception(f"{bare.__module__}.{bare.__qualname__}"), failure.__traceback__
