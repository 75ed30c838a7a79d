"""What a played flow gets of its organisation: all of it, with no effect on any contact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from flows.conversations.live_services import LiveServices
from flows.definition.definition import Flow
from flows.model.contact import Contact
from flows.model.session import Session


def nobody(_contact: str) -> None:
    """There is no other contact."""
    return


@dataclass
class PlayedServices(LiveServices):
    """The services of a flow that is played with a made-up contact.

    `pinned` are the revisions of flows, by UUID, that are played in the place of others. With
    `falls_back`, the newest draft stands for a flow that was never published.
    """

    working: Callable[[], AbstractContextManager[None]] = nullcontext
    look_up: Callable[[str], Contact | None] = nobody
    pinned: Mapping[str, int] = field(default_factory=dict)
    falls_back: bool = False

    def find_flow(
        self, uuid: str, *, revision: int | str | None = None, draft: bool = False
    ) -> Flow | None:
        if revision is None:
            revision = self.pinned.get(uuid)
        found = super().find_flow(uuid, revision=revision, draft=draft)
        if found is None and revision is None and self.falls_back:
            return super().find_flow(uuid, draft=True)
        return found


def own_timer(session: Session) -> datetime | None:
    """The time of the first timer, unless it is one of a wait for the contact's answer."""
    timed = [(run.wakeup_at, run.id, run.waiting) for run in session.runs if run.wakeup_at]
    due, _, waiting = min(timed, default=(None, 0, ""))
    return None if waiting == "message" else due
