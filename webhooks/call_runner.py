"""Runs calls apart from their HTTP requests: in a worker, or beside a request with a deadline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flowhook.errors import NotFound
from flowhook.jobs.call import Call
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from webhooks.dispatcher import Dispatcher


class CallRunner:
    """Reads a call's organisation and function anew and dispatches it."""

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
        """Never raises."""
        with self.called_at(call.origin):
            try:
                organisation = self.find(call.organization_id)
                if not organisation.exists:
                    raise NotFound("the organisation is gone")
                function = self.dispatcher.find(call.function)
            except Exception as failure:
                return self.dispatcher.refuse(call, failure)
            return self.dispatcher.dispatch(call, function, organisation)
