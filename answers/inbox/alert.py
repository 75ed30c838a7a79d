"""The alert `inbox`: something waits for a person, told outside the quiet hours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from answers.inbox.store import InboxStore
from flowhook.alerts.alerts import is_told
from flowhook.alerts.conditions import Alert, Condition
from flowhook.organisations.inbox_schema import is_quiet
from flowhook.organisations.organisation import Organisation

EVENT = "inbox"


def inbox_condition(store: InboxStore, clock: Callable[[], float] = time.time) -> Condition:
    """What waits, if anything does; what was told stays as it is in quiet hours."""

    def found(organisation: Organisation) -> Iterator[Alert]:
        now = datetime.fromtimestamp(clock(), organisation.timezone)
        waiting = store.count(organisation.id)
        if is_quiet(organisation.section("inbox"), now):
            waiting = max(1, waiting) if is_told(store.redis, organisation.id, EVENT) else 0
        if waiting:
            questions = "1 question waits" if waiting == 1 else f"{waiting:,} questions wait"
            yield Alert(EVENT, f"{questions} for a person", "Answer what waits on the page Inbox.")

    return found
