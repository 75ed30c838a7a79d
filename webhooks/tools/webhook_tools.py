"""Webhook functions as tools that a model may call.

The model's arguments are untrusted input and are treated like any caller's: validated by
the function's own schema, subject to the organisation's limits and recorded. Organisation, account
and contact are always those of the call, never taken from the arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from webhooks.context import Context, Tool
from webhooks.dispatcher import Dispatcher
from webhooks.fields import own_keys
from webhooks.registry import WebhookFunction
from webhooks.tools.tool_schema import tool_schema

MAX_DESCRIPTION = 1_024


class WebhookTools:
    """The ToolSource of this service's own functions; every organisation may use them."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        function = self.dispatcher.functions.find(name)
        return self._tool(function) if function else None

    def names(self, organisation: Organisation) -> Sequence[str]:
        return self.dispatcher.functions.names()

    def _tool(self, function: WebhookFunction) -> Tool:
        def run(arguments: Mapping[str, Any], context: Context) -> Outcome:
            # Strict mode cannot omit a property; it writes null.
            given = {name: value for name, value in arguments.items() if value is not None}
            return self.dispatcher.dispatch_nested(
                function, own_keys(function.fields, given), context
            )

        page = inspect.cleandoc(function.page).partition("\n\nErrors:")[0]
        return Tool(function.name, page[:MAX_DESCRIPTION], tool_schema(function.fields), run)
