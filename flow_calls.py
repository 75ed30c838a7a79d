"""Joins flows and webhook functions: how a flow's FUNCTION node calls the dispatcher in process.

The call takes the same road as one over HTTP (limits, log, usage), only without HTTP's repeats:
a node that a flow comes back to within a minute runs again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from redis.exceptions import RedisError

from errors import FlowhookError, Internal, Overloaded
from flows.lint import BUILDER_FIELDS, FunctionSpec
from flows.session import WebhookAnswer
from registry import Registry
from settings.organisation import Organisation
from webhooks.dispatcher import Dispatcher
from webhooks.fields import BUILDER_KEYS, CALL_KEYS
from webhooks.registry import WebhookFunction

COMMON_FIELDS = BUILDER_FIELDS | BUILDER_KEYS | CALL_KEYS

logger = logging.getLogger(__name__)


class FlowCalls:
    """`flows.live_services.CallFunction` through a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer:
        """The function's result; a failure raises a FlowhookError, which is recorded."""
        request_id = os.urandom(16).hex()
        try:
            function = self.dispatcher.find(name)
        except FlowhookError as error:
            self.dispatcher.reject(name, organisation.id, body, request_id, error)
            raise
        try:
            result = self.dispatcher.dispatch(function, organisation, body, request_id)
        except FlowhookError as error:
            if str(body.get("failure_status", "")) != "200":
                raise
            failed = {"success": False, "error": error.as_dict(), function.main: error.message}
            return WebhookAnswer(200, failed)
        except RedisError as error:
            raise Overloaded("the service cannot reach its store") from error
        except Exception as error:
            # What is unforeseen in a function takes the node's Failure branch, and is logged
            # without its text, which may hold a contact's words.
            what = {"function": name, "cause": type(error).__name__, "request_id": request_id}
            logger.error("internal error", extra=what)
            raise Internal("something went wrong inside the service") from error
        return WebhookAnswer(200, result)


def function_specs(functions: Registry[WebhookFunction]) -> dict[str, FunctionSpec]:
    """What the linter knows of every function."""
    return {
        function.name: FunctionSpec(
            fields=frozenset(function.fields.fields),
            required=frozenset(
                name for name, field in function.fields.fields.items() if field.required
            ),
            results=frozenset(function.result.fields),
        )
        for function in functions
    }
