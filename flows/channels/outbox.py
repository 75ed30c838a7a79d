"""Messages that go out: durable, to each contact in order, each when it is due.

`put` is what the caller does after it stored the session: when it returns, the messages leave
whatever happens to the process. One that the provider takes back later goes on where it was;
a message is sent twice only if a crash fell between the sending and its record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flows.channels.contact_queue import ContactQueue, Drained, Postpone
from flows.channels.mailbox import Mailbox, Wake

KIND = "outbox"


@dataclass(frozen=True, slots=True)
class Outbound:
    """One content as the provider takes it; `put_at` and `not_before` in epoch seconds.

    `numbered` are the options a numbered text offers, `kind` and `node` whose options they are.
    """

    content: Mapping[str, Any]
    put_at: float
    not_before: float = 0.0
    numbered: tuple[str, ...] = ()
    kind: str = ""
    node: str = ""


class Outbox(Mailbox):
    """The outbox of every contact."""

    def __init__(
        self, lanes: ContactQueue, wake: Wake, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(lanes, wake)
        self.clock = clock

    def put(self, org: str, contact: str, key: str, outbound: Sequence[Outbound]) -> None:
        """Keep messages, in order, and have them sent. `key` names what they answer (such as
        the inbound message's id): what was put under it before is not put again."""
        for place, one in enumerate(outbound):
            self.lanes.push(org, contact, f"{contact}:{key}:{place}", asdict(one))
        if outbound:
            first = outbound[0].not_before
            self.wake_later(org, contact, max(0.0, first - self.clock()))

    def drain(self, org: str, contact: str, send: Callable[[Outbound], None]) -> Drained:
        """Send what is due; asks to be woken for the rest. `send` may raise Postpone or Abandon."""

        def deal(item: Mapping[str, Any]) -> None:
            outbound = Outbound(**{**item, "numbered": tuple(item["numbered"])})
            early = outbound.not_before - self.clock()
            if early > 0:
                raise Postpone(early)
            send(outbound)

        return self.drain_lane(org, contact, deal)
