"""Events of a flow: facts in the past tense, in order, each naming its flow and node.

The engine returns them. The caller stores the session first, then delivers `MsgCreated`, starts
the flows of `SessionTriggered` and shows the rest as the conversation's trace. Times are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar


def _wire_name(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event; `flow` and `node` are UUIDs, empty if it concerns no node."""

    flow: str
    node: str
    type: ClassVar[str] = "event"
    is_noted: ClassVar[bool] = False  # whether the conversation shows it to the author

    def as_dict(self) -> dict[str, Any]:
        """The event as JSON values, for traces and transcripts."""
        shown: dict[str, Any] = {"type": self.type}
        for field in fields(self):
            value = getattr(self, field.name)
            shown[field.name] = value.isoformat() if isinstance(value, datetime) else value
        return shown

    def note(self) -> dict[str, Any]:
        """The event as the conversation shows it to the author; empty if it does not."""
        if not self.is_noted:
            return {}
        return {key: value for key, value in self.as_dict().items() if value not in ("", None)}

    def __init_subclass__(cls) -> None:
        cls.type = _wire_name(cls.__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStarted(Event):
    is_noted: ClassVar[bool] = True
    name: str
    revision: int | str
    parent_flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEntered(Event):
    """The run reached this node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTaken(Event):
    """A router chose a category; `operand` is the text tested, `category` the base name."""

    operand: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitTaken(Event):
    """The run left a node without a router by its only exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MsgReceived(Event):
    id: int | str | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MsgCreated(Event):
    """One outbound message.

    `kind` is text, image, audio, video, document, quick_reply, list or location_request;
    `delay_seconds` its delay after the sprint; `template` an approved template and its variables;
    `interactive` the full content that a channel needs for buttons; `contact` the recipient's id,
    which is another than the session's only in a broadcast.
    """

    id: int
    contact: str
    kind: str
    text: str
    url: str = ""
    options: tuple[Mapping[str, str], ...] = ()
    delay_seconds: float = 0
    labels: str = ""
    template: Mapping[str, Any] | None = None
    interactive: Mapping[str, Any] | None = None

    def as_message(self) -> dict[str, Any]:
        """The message as the conversation API returns it: no empty keys, a sticker is an image."""
        message: dict[str, Any] = {"type": "image" if self.kind == "sticker" else self.kind}
        if self.text:
            message["text"] = self.text
        if self.url:
            message["url"] = self.url
        if self.options:
            message["options"] = [dict(option) for option in self.options]
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class MsgNotSent(Event):
    is_noted: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MsgIgnored(Event):
    """The contact sent a message while the flow was waiting for something else."""

    is_noted: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSet(Event):
    name: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCleared(Event):
    """A failed webhook call removed the result of an earlier success."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNameChanged(Event):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLanguageChanged(Event):
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFieldChanged(Event):
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGroupsChanged(Event):
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConsentChanged(Event):
    """The contact's consent changed: `consent` is optin or optout of being written to, or given or
    withdrawn for what they write going to a provider."""

    consent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPreferencesChanged(Event):
    preferences: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactProfileChanged(Event):
    """A profile changed; `change` is created, switched or deactivated."""

    change: str
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputLabelled(Event):
    is_noted: ClassVar[bool] = True
    labels: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCalled(Event):
    """One call of a webhook node; `status` is the HTTP status, 0 if no answer came.

    `request` is the body sent. `url` may contain the author's secrets: redact before logging.
    """

    id: int
    method: str
    url: str
    status: int
    request: Any
    response: Any = None
    error: str = ""
    parked: bool = False

    def note(self) -> dict[str, Any]:
        """The call without its bodies."""
        note: dict[str, Any] = {"method": self.method, "url": self.url, "status": self.status}
        note |= {"error": self.error} if self.error else {}
        return note | ({"parked": True} if self.parked else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    is_noted: ClassVar[bool] = True
    body: str
    topic: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTriggered(Event):
    """Other contacts are to start `target_flow`; the caller starts it after saving."""

    target_flow: str
    contacts: tuple[str, ...]
    groups: tuple[str, ...]
    results: Mapping[str, Any]
    skip_contacts_in_a_flow: bool

    def note(self) -> dict[str, Any]:
        return {"target_flow": self.target_flow}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSkipped(Event):
    """An action was accepted but not executed; `reason` says what it would have needed."""

    is_noted: ClassVar[bool] = True
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionFailed(Event):
    """An expression became `Invalid Code`; `reason` is for the flow's author."""

    is_noted: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionParked(Event):
    """The run parks; `waiting` is message, time, result, webhook or flow, `wakeup_at` its timer."""

    waiting: str
    wakeup_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCompleted(Event):
    results: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFailed(Event):
    """The flow cannot continue; `reset` is true if it was ended, false if it stays on its node."""

    is_noted: ClassVar[bool] = True
    reason: str
    reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowInterrupted(Event):
    """The flow was ended from outside, usually because another one began."""

    is_noted: ClassVar[bool] = True
    reason: str
