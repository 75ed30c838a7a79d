"""A contact queue, its clock, and short words to fill and empty it."""

from __future__ import annotations

from typing import Any

from flowhook.organisations.cipher import Cipher
from flows.channels.contact_queue import ContactQueue
from tests.fixtures_app import FIRST_KEY

ORG, CONTACT = "acme", "919876543210"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def open_queue(redis: Any, clock: Clock | None = None, **more: Any) -> ContactQueue:
    if clock is not None:
        more["clock"] = clock
    return ContactQueue(redis, Cipher([FIRST_KEY]), "inbox", **more)


def push(queue: ContactQueue, *names: str, contact: str = CONTACT) -> list[bool]:
    return [queue.push(ORG, contact, name, {"name": name}) for name in names]


def drain(queue: ContactQueue, contact: str = CONTACT) -> list[str]:
    seen: list[str] = []
    queue.drain(ORG, contact, lambda held: seen.append(held.item["name"]))
    return seen
