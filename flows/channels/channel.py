"""The interface of channels that deliver messages to contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from flows.channels.contact_queue import ContactQueue, HeldItem, Item


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

    def send_out(
        self, org: str, contact: str, tell: Callable[[str], None], taken: HeldItem | None = None
    ) -> object:
        """Send what is due to the contact, in order, from the item `taken` on; `tell` gets why one
        never will be. Wakes the contact for the rest."""

    def forget(self, org: str, contact: str) -> None:
        """Remove everything that the channel stores about a contact."""
