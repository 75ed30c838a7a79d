"""The stored state of a conversation between two messages, and the services actions may call.

A session is one JSON value per contact: the contact and its live runs (one per started flow). It
holds no history, so its size and the cost of a message do not grow with the conversation. Every
run keeps to the flow revision it began with.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flowhook.errors import InvalidInput
from flows.model.contact import LATER, Contact, Language

VERSION = 1
RECENT_MESSAGES = 12


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the flow: the contact's if `id` is set, an internal one if it is None.

    `type` is text, quick_reply, list, image, audio, video, document, sticker, location,
    whatsapp_form_response or contact. `groups` passes the contact's collection ids to a split by
    collection; `intent` and `confidence` come from a classifier.
    """

    text: str = ""
    type: str = "text"
    id: int | str | None = None
    url: str = ""
    caption: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    interactive: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    intent: str | None = None
    confidence: float | None = None
    response: str | None = None
    groups: tuple[str, ...] | None = None

    @property
    def is_internal(self) -> bool:
        return self.id is None


@dataclass(slots=True)
class Run:
    """One flow in progress.

    `waiting` is empty while it runs, else message, time, result, webhook or flow (a sub-flow);
    `call` is the id of the webhook call it waits for. `sent` lists the last messages as [node,
    text, ISO time], to detect repetition. `delay_seconds`, `entered` and `ended` exist only while a
    message is processed.
    """

    id: int
    flow: str
    revision: int | str
    node: str
    parent: int | None = None
    is_draft: bool = False
    results: dict[str, Any] = field(default_factory=dict)
    waiting: str = ""
    wakeup_at: datetime | None = None
    in_background: bool = False
    call: int | None = None
    failure: str = ""
    sent: list[list[str]] = field(default_factory=list)
    delay_seconds: float = field(default=0, compare=False)
    entered: frozenset[str] = field(default=frozenset(), compare=False)
    ended: str = field(default="", compare=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "flow": self.flow,
            "revision": self.revision,
            "node": self.node,
            "parent": self.parent,
            "is_draft": self.is_draft,
            "results": self.results,
            "waiting": self.waiting,
            "wakeup_at": self.wakeup_at.isoformat() if self.wakeup_at else None,
            "in_background": self.in_background,
            "call": self.call,
            "failure": self.failure,
            "sent": self.sent,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Run:
        due = stored.get("wakeup_at")
        return cls(**{**stored, "wakeup_at": datetime.fromisoformat(due) if due else None})


@dataclass(slots=True)
class Ending:
    """The end of the contact's last flow: `status` is completed or failed."""

    status: str
    flow: str
    node: str
    results: dict[str, Any]


@dataclass(slots=True)
class Session:
    """The stored state of one contact's conversation."""

    contact: Contact
    runs: list[Run] = field(default_factory=list)
    ending: Ending | None = None
    last_id: int = 0
    input_labels: str = ""
    last_input: int | str | None = None

    @property
    def is_new(self) -> bool:
        """Whether the contact has neither written nor been in a flow before."""
        return self.last_input is None and not self.runs and self.ending is None

    def next_id(self) -> int:
        """A new id within this session, for runs, messages and webhook calls."""
        self.last_id += 1
        return self.last_id

    def active_run(self) -> Run | None:
        """The run that gets the contact's next message."""
        for run in reversed(self.runs):
            if not run.ended and not run.in_background:
                return run
        return None

    def find_run(self, run_id: int | None) -> Run | None:
        return next((run for run in self.runs if run.id == run_id and not run.ended), None)

    def next_wakeup(self) -> datetime | None:
        """The time of the earliest timer; the caller then calls `Engine.wake`."""
        return min((run.wakeup_at for run in self.runs if run.wakeup_at), default=None)

    @property
    def status(self) -> str:
        """waiting, completed or failed; also completed before any flow has run."""
        run = self.active_run()
        if run is not None:
            return "failed" if run.failure else "waiting"
        if self.runs:
            return "waiting"
        return self.ending.status if self.ending else "completed"

    def as_dict(self) -> dict[str, Any]:
        ending = self.ending
        contact = self.contact.as_dict()
        later = {name: contact.pop(name) for name in LATER if name in contact}
        return {
            "version": VERSION,
            "contact": contact,
            "contact_later": later,
            "runs": [run.as_dict() for run in self.runs],
            "ending": ending
            and {
                "status": ending.status,
                "flow": ending.flow,
                "node": ending.node,
                "results": ending.results,
            },
            "last_id": self.last_id,
            "input_labels": self.input_labels,
            "last_input": self.last_input,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Session:
        """Restore a session from `as_dict`. Raises InvalidInput for another version's."""
        if stored.get("version") != VERSION:
            raise InvalidInput(
                f"a stored session has version {stored.get('version')!r}, this is {VERSION}",
                fix="Run the release that wrote it, or forget the conversation and start again.",
            )
        ending = stored["ending"]
        return cls(
            contact=contact_of(stored),
            runs=[Run.from_dict(run) for run in stored["runs"]],
            ending=Ending(**ending) if ending else None,
            last_id=stored["last_id"],
            input_labels=stored["input_labels"],
            last_input=stored["last_input"],
        )


def contact_of(stored: Mapping[str, Any]) -> Contact:
    """The contact of a stored session."""
    return Contact.from_dict({**stored["contact"], **stored.get("contact_later", {})})


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The answer of a webhook function: HTTP `status`, result object, `error` for the log."""

    status: int
    body: Any = None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300 and not self.error


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The undecoded answer of the author's own server."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class WebhookPending:
    """The function is still running: the run parks until `finish_webhook` or the time-out."""

    timeout_seconds: int = 60


class EngineServices(Protocol):
    """Access to everything outside one conversation that actions may use.

    Implementations of `call_webhook`, `send_request` and those of sheets apply time-outs, the
    address guard and the signature; any FlowhookError that they raise leads to Failure.
    """

    organization_id: int | str
    globals: Mapping[str, Any]
    timezone: str
    languages: Sequence[Language]
    random: random.Random

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...

    def call_webhook(
        self, function_name: str, body: Mapping[str, Any], asker: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        """Run one of this service's webhook functions.

        `asker` is what guardrails have to know of the contact, whatever the author put into the
        body: names and language, as they stand in a body's `contact`.
        """
        ...

    def send_request(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        """Send GET (body as query) or POST (body as JSON) to the author's own server."""
        ...

    def read_sheet(self, url: str, key: str) -> Mapping[str, str] | None:
        """Find the row of a Google sheet whose column `key` has this text."""
        ...

    def append_to_sheet(self, url: str, where: str, row: Sequence[str]) -> bool:
        """Append a row to a Google sheet; False where that is only pretended."""
        ...

    def find_contact(self, contact_id: str) -> Contact | None:
        """Find another contact, for a broadcast."""
        ...

    def record_consent(self, contact_id: str, consent: str, flow: str, purpose: str = "") -> None:
        """Record that the contact consented to what they write going to a provider, or withdrew
        that: `consent` is given or withdrawn. The same again changes nothing."""
        ...

    def find_interactive(self, template_id: str, name: str) -> Mapping[str, Any] | None:
        """Find an interactive template, in the export's shape."""
        ...
