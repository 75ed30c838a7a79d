"""A channel that remembers what it delivered, and fails when told to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flowhook.organisations.cipher import Cipher
from flows.channels.contact_queue import ContactQueue
from flows.channels.held_item import Abandon, HeldItem, Postpone
from flows.conversations.conversations import Conversations


class Post:
    """A channel and its wake source; each exception of `failures` meets one try to deliver."""

    def __init__(self, redis: Any, cipher: Cipher, name: str, conversations: Conversations) -> None:
        self.conversations = conversations
        self.outbox = ContactQueue(redis, cipher, name, self._wake, clock=self._seconds)
        self.delivered: list[tuple[str, str]] = []
        self.failures: list[BaseException] = []
        self.is_closed = False
        self.asked_to_write: list[str] = []

    def items(
        self, org: str, messages: Iterable[tuple[Mapping[str, Any], float]]
    ) -> list[Mapping[str, Any]]:
        now = self._seconds()
        return [{"text": one["text"], "not_before": now + delay} for one, delay in messages]

    def take_in(self, org: str, contact: str) -> bool:
        return False

    def send_out(
        self, org: str, contact: str, tell: Callable[[str], None], taken: HeldItem | None = None
    ) -> None:
        self.outbox.drain(org, contact, partial(self._deliver, tell), taken)

    def sweep(self) -> None:
        self.outbox.sweep()

    def is_open(self, org: str, contact: str) -> bool:
        return not self.is_closed

    def ask_to_write(self, org: str, contact: str, reason: str) -> None:
        self.asked_to_write.append(reason)

    def has_waiting(self, org: str, contact: str) -> bool:
        return bool(self.outbox.waiting(org, contact))

    def forget(self, org: str, contact: str) -> None:
        self.outbox.forget(org, contact)

    def _deliver(self, tell: Callable[[str], None], held: HeldItem) -> None:
        early = held.item["not_before"] - self._seconds()
        if early > 0:
            raise Postpone(early)
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, Abandon):
            tell(failure.reason)
        if failure is not None:
            raise failure
        self.delivered.append((held.contact, held.item["text"]))

    def _wake(self, org: str, contact: str, seconds: float) -> None:
        later = self.conversations.now() + timedelta(seconds=seconds)
        self.conversations.wakeups.add(org, contact, later)

    def _seconds(self) -> float:
        return self.conversations.now().timestamp()
