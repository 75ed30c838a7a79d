"""Webhook functions as tools that a model may call.

What the model sends is data from outside, so it takes the road of any caller's: the function's
own schema validates it, and the organisation is the one of the call, whatever the model writes.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.registry import Registry
from webhooks.dispatcher import flow_safe, validate
from webhooks.registry import Context, Result, Tool, WebhookFunction
from webhooks.tools.tool_schema import tool_schema

MAX_DESCRIPTION = 1_024


class WebhookTools:
    """The ToolSource of this service's own functions; every organisation may use them."""

    def __init__(self, functions: Registry[WebhookFunction]) -> None:
        self.functions = functions

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        function = self.functions.find(name)
        return _tool(function) if function else None

    def names(self, organisation: Organisation) -> Sequence[str]:
        return self.functions.names()


def _tool(function: WebhookFunction) -> Tool:
    def run(arguments: Mapping[str, Any], context: Context) -> Result:
        # Strict mode cannot leave a property out; it writes null.
        given = {name: value for name, value in arguments.items() if value is not None}
        result = function.call(validate(function, given), context)
        safe: Result = flow_safe({"success": True, **result})
        return safe

    page = inspect.cleandoc(function.page).partition("\n\nErrors:")[0]
    return Tool(function.name, page[:MAX_DESCRIPTION], tool_schema(function.fields), run)
