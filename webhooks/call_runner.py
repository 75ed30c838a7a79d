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
    """Reads the current organisation and function of a call and dispatches it."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        find: Callable[[str], Organisation],
        called_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """Create a runner; `called_at` sets the address for links in results during a call."""
        self.dispatcher = dispatcher
        self.find = find
        self.called_at = called_at

    def run(self, call: Call) -> Outcome:
        """Run a call; never raises."""
        with self.called_at(call.origin):
            try:
                organisation = self.find(call.organization_id)
                if not organisation.exists:
                    raise NotFound("the organisation is gone")
                function = self.dispatcher.find(call.function)
            except Exception as failure:
                return self.dispatcher.refuse(call, failure)
            return self.dispatcher.dispatch(call, function, organisation)
