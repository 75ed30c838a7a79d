"""What tests put into inboxes, and an inbox that tests can wind on."""

from __future__ import annotations

from typing import Any

from answers.inbox.item import ASK_A_PERSON, NewItem, SaidBefore

ORG = "acme"
NOON = 1_767_355_200.0


class Clock:
    """Epoch seconds, which tests wind on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class Queue:
    """Keeps the messages that were sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, float]] = []

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        self.sent.append((job_id, step, delay_seconds))


def asked(question: str = "Is the clinic open on Sunday?", **more: Any) -> NewItem:
    told: dict[str, Any] = {
        "kind": ASK_A_PERSON,
        "contact": "919812345678",
        "name": "Asha",
        "flow": "f1",
        "said": (SaidBefore("contact", "Hello", "2026-01-02T11:59:00Z"),),
        "way": {"kind": "job"},
    }
    return NewItem(**{**told, "question": question, **more})
