"""A call run apart from its HTTP request: in a worker, or beside a request with a deadline."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import BudgetExceeded, FlowhookError, Internal, NotFound, Overloaded
from flowhook.jobs.call import Call, Outcome
from flowhook.organisations.organisation import Organisation
from webhooks.dispatcher import Dispatcher

# Failures that lie outside the call: the same call may succeed a while later.
PASSING = frozenset(
    {
        "provider_unavailable",
        "provider_error",
        "provider_timeout",
        "provider_rate_limited",
        "rate_limited",
        "overloaded",
    }
)

logger = logging.getLogger(__name__)


class CallRunner:
    """Runs a Call and never raises."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        find: Callable[[str], Organisation],
        called_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """`called_at` is what links in results are made from while the call runs."""
        self.dispatcher = dispatcher
        self.find = find
        self.called_at = called_at

    def run(self, call: Call) -> Outcome:
        try:
            with self.called_at(call.origin):
                return self._run(call)
        except FlowhookError as error:
            return self._failed(call, error)
        except RedisError:
            return self._failed(call, Overloaded("the service cannot reach its store"))
        except Exception as failure:
            bare = type(failure)
            where = failure.__traceback__
            unnamed = Exception(f"{bare.__module__}.{bare.__qualname__}")
            logger.error(
                "internal error",
                exc_info=(Exception, unnamed, where),
                extra={"request_id": call.request_id},
            )
            return self._failed(call, Internal("something went wrong inside the service"))

    def _run(self, call: Call) -> Outcome:
        organisation = self.find(call.organization_id)
        if not organisation.exists:
            raise NotFound("the organisation is gone")
        function = self.dispatcher.find(call.function)
        answer = self.dispatcher.dispatch(
            function, organisation, call.body, call.request_id, call.token_id
        )
        return Outcome(200, answer, function.main)

    def _failed(self, call: Call, error: FlowhookError) -> Outcome:
        function = self.dispatcher.functions.find(call.function)
        main = function.main if function else "message"
        answer = failure_body(error, call.request_id, main)
        can_wait = error.type in PASSING and not isinstance(error, BudgetExceeded)
        return Outcome(
            error.status, answer, main, error.type, can_wait, error.retry_after_seconds, error
        )


def failure_body(error: FlowhookError, request_id: str, main: str) -> dict[str, Any]:
    """The one error shape, with the message under the function's main result key too."""
    return {
        "success": False,
        "error": error.as_dict(),
        "request_id": request_id,
        main: error.message,
    }
