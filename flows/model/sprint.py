"""A sprint: one message, start or wake-up, processed until every run waits or ends.

It provides what actions and routers need (session, services, variables) and collects events.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flowhook.timestamps import timestamp
from flows.expressions import INVALID, Scope, render, substitute
from flows.model.contact import Contact, Language
from flows.model.events import (
    Event,
    ExpressionFailed,
    MsgCreated,
    ResultCleared,
    ResultSet,
    SessionParked,
)
from flows.model.session import RECENT_MESSAGES, EngineServices, Run, Session

REPEAT_WINDOW = timedelta(hours=6)
REPEATS_ALLOWED = 4
SPACING_SECONDS = 2
MAX_EXPRESSION_SECONDS = 2.0  # for one sprint, well below the lease of the contact's turn

AnyEvent = TypeVar("AnyEvent", bound=Event)


class Sprint:
    """The state of one sprint; `run` is the current run, `node` the UUID of its current node."""

    def __init__(self, session: Session, services: EngineServices) -> None:
        self.session = session
        self.contact: Contact = session.contact
        self.services = services
        self.events: list[Event] = []
        self.visits: dict[tuple[int, str], int] = {}
        self.started_at = services.now()
        self.run: Run = _NOWHERE
        self.node = ""
        self.flow_name = ""
        self.flow_in_background = False
        self.localization: Mapping[str, Any] = {}
        self._contact_bindings: dict[str, Any] | None = None
        self._scope: Scope | None = None
        self._expression_seconds = 0.0
        if session.last_id == 0 and self.contact.inserted_at is None:
            self.contact.inserted_at = stamp(self.started_at)

    @property
    def language(self) -> Language | None:
        return self._language(self.contact.language)

    def _language(self, locale: str) -> Language | None:
        return next((one for one in self.services.languages if one.locale == locale), None)

    def stamp(self) -> str:
        """The current time in the format of results: UTC, microseconds, ending in Z."""
        return stamp(self.services.now())

    def emit(self, kind: type[AnyEvent], /, **values: Any) -> AnyEvent:
        event = kind(flow=self.run.flow, node=self.node, **values)
        self.events.append(event)
        return event

    # --- variables ----------------------------------------------------------------------

    def contact_bindings(self) -> dict[str, Any]:
        if self._contact_bindings is None:
            self._contact_bindings = self.contact.bindings(self.language, self.started_at)
        return self._contact_bindings

    def contact_changed(self) -> None:
        """Drop the contact's cached variables; called by every action that changes the contact."""
        self._contact_bindings = None
        self._scope = None

    def entered_run(self) -> None:
        self._scope = None

    @property
    def scope(self) -> Scope:
        if self._scope is None:
            run = self.run
            self._scope = Scope(
                contact=self.contact_bindings(),
                results=run.results,
                flow={"name": self.flow_name, "id": run.flow, "uuid": run.flow},
                globals=self.services.globals,
                timezone=self.services.timezone,
                now=self.started_at,
            )
        return self._scope

    def substitute(self, text: str) -> str:
        """Replace variables; `<%= %>` stays as it is."""
        return substitute(text, self.scope) if "@" in text else text

    def substitute_for(self, text: str, recipient: Contact) -> str:
        """Replace the variables of a broadcast: `@staff` is the recipient, `@flow` is empty."""
        staff = recipient.bindings(self._language(recipient.language), self.started_at)
        return substitute(text, replace(self.scope, flow={}, staff=staff))

    def render(self, text: str) -> str:
        """Replace variables and evaluate `<%= %>`; the result is trimmed, as in Glific."""
        if "@" not in text and "<%" not in text:
            return text.strip()
        if "<%" not in text:
            return render(text, self.scope, on_error=self._expression_failed).strip()
        if self._expression_seconds > MAX_EXPRESSION_SECONDS:
            self._expression_failed("the expressions of this message took too long together")
            return INVALID
        began = time.perf_counter()
        shown = render(text, self.scope, on_error=self._expression_failed).strip()
        self._expression_seconds += time.perf_counter() - began
        return shown

    def _expression_failed(self, reason: str) -> None:
        self.emit(ExpressionFailed, reason=reason)

    def localized(self, uuid: str, field: str) -> Any:
        """The translation of an object's field for the contact's language, or None."""
        block = self.localization.get(self.contact.language)
        entry = block.get(uuid) if isinstance(block, Mapping) else None
        return entry.get(field) if isinstance(entry, Mapping) else None

    # --- results ------------------------------------------------------------------------

    def set_result(self, name: str, value: Any) -> None:
        self.run.results[name] = value
        self.emit(ResultSet, name=name, value=value)

    def clear_result(self, name: str) -> None:
        if self.run.results.pop(name, None) is not None:
            self.emit(ResultCleared, name=name)

    # --- messages -----------------------------------------------------------------------

    def is_repeating(self, compared: str) -> bool:
        """Whether this node has sent the same text too often within the window."""
        oldest = stamp(self.services.now() - REPEAT_WINDOW)
        sent = self.run.sent
        same = [one for one in sent if one[0] == self.node and one[1] == compared]
        return sum(one[2] >= oldest for one in same) >= REPEATS_ALLOWED

    def send(self, compared: str, delay_seconds: float, **values: Any) -> None:
        """Create a message, due two seconds after the one before it."""
        run = self.run
        self.emit(
            MsgCreated,
            id=self.session.next_id(),
            contact=self.contact.id,
            delay_seconds=max(run.delay_seconds, delay_seconds),
            **values,
        )
        self.contact.count_message(self.stamp())
        self.contact_changed()
        run.delay_seconds += SPACING_SECONDS
        run.sent.insert(0, [self.node, compared, self.stamp()])
        del run.sent[RECENT_MESSAGES:]

    # --- waiting ------------------------------------------------------------------------

    def park(self, waiting: str, seconds: float = 0) -> None:
        """Make the run wait, with a timer if `seconds` is more than 0.

        `waiting` has the values of SessionParked; an action that pauses waits for time or result.
        """
        run = self.run
        run.waiting = waiting
        if seconds > 0:
            run.wakeup_at = self.services.now() + timedelta(seconds=seconds)
        if waiting in ("time", "result", "webhook"):
            run.in_background = self.flow_in_background
        self.emit(SessionParked, waiting=waiting, wakeup_at=run.wakeup_at)


def stamp(moment: datetime) -> str:
    return timestamp(moment, "microseconds")


_NOWHERE = Run(id=0, flow="", revision=0, node="")
