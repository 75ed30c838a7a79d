"""What conversations ask of a channel that brings their messages to contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from flows.channels.contact_queue import ContactQueue, Item


class Channel(Protocol):
    """A way to reach contacts outside the API's answers.

    A turn's messages go into `outbox` with the turn itself, and the channel sends them from there.
    """

    outbox: ContactQueue

    def items(
        self, org: str, messages: Iterable[tuple[Mapping[str, Any], float]]
    ) -> Sequence[Item]:
        """Messages as the outbox keeps them, each with its delay in seconds.

        A message has the conversation API's shape, with the flow's `template` and `interactive`
        content beside it where there are any.
        """

    def forget(self, org: str, contact: str) -> None:
        """Remove what the channel keeps of a contact."""
