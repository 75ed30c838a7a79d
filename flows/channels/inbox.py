"""Messages that came in and wait for their flow: durable, in order, each once.

`accept` is what a channel calls before it answers its provider: when it returns, the message
is in Redis and survives every process. `drain` is what a worker calls for a contact; `wake`
asks for that. A sweep (`wake_due`) repeats wake-ups that were lost with a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flows.channels.contact_queue import Drained
from flows.channels.inbound import Inbound, Status
from flows.channels.mailbox import Mailbox

KIND = "inbox"


class Receiver(Protocol):
    """Where a channel hands over what its provider delivered."""

    def accept(self, org: str, inbound: Inbound) -> None:
        """Take a message over for good before returning; a repeated one changes nothing."""

    def note(self, org: str, status: Status) -> None:
        """Take note of what became of a message of ours."""


class Inbox(Mailbox):
    """The inbox of every contact."""

    def accept(self, org: str, inbound: Inbound) -> bool:
        """Keep a message and have it worked on; False for one that was accepted before.

        Raises Overloaded where the contact's lane is full: the provider delivers again.
        """
        is_new = self.lanes.push(org, inbound.contact, inbound.id, inbound.as_dict())
        if is_new:
            self.wake_later(org, inbound.contact, 0.0)
        return is_new

    def drain(self, org: str, contact: str, handle: Callable[[Inbound], None]) -> Drained:
        """Work on the contact's messages in order, one at a time across all processes.

        `handle` may see a message twice when a process died over it: `Inbound.id` tells.
        Where messages are left for later, their wake-up is asked for.
        """

        def deal(item: Mapping[str, Any]) -> None:
            handle(Inbound.from_dict(item))

        return self.drain_lane(org, contact, deal)
