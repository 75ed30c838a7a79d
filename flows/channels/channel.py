"""The interface of a channel that delivers conversations' messages to contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from flows.channels.contact_queue import ContactQueue
from flows.channels.held_item import HeldItem, Item


class Channel(Protocol):
    """A way to reach contacts outside the API's answers.

    A turn's messages are stored in `outbox` with the turn itself, and the channel sends them from
    there.
    """

    outbox: ContactQueue

    def items(
        self, org: str, messages: Iterable[tuple[Mapping[str, Any], float]]
    ) -> Sequence[Item]:
        """Return messages as items of the outbox, each with its delay in seconds.

        A message has the conversation API's format, with the flow's `template` and `interactive`
        content added if there is any.
        """

    def send_out(
        self, org: str, contact: str, tell: Callable[[str], None], taken: HeldItem | None = None
    ) -> object:
        """Send the messages due to the contact, in order, starting with the item `taken`.

        Calls `tell` with the reason if a message can never be sent, and wakes the contact again for
        messages that are not due yet.
        """

    def is_open(self, org: str, contact: str) -> bool:
        """Whether the contact can be sent any words now, as far as is known."""

    def ask_to_write(self, org: str, contact: str, reason: str) -> None:
        """Ask a contact who can be sent no words now to write, if there is a way; once for each
        `reason`, an id."""

    def has_waiting(self, org: str, contact: str) -> bool:
        """Whether a message of the contact, or to them, waits."""

    def forget(self, org: str, contact: str) -> object:
        """Remove the channel's data of a contact."""
