"""Gives a conversation its organisation's flows, settings and functions."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flowhook.organisations.organisation import Organisation
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.occasions import flow_named, published_flow
from flows.definition.definition import Flow
from flows.library.library import Library
from flows.library.store import FlowStore
from flows.model.contact import LANGUAGES, Contact, Language
from flows.model.session import HttpAnswer, WebhookAnswer, WebhookPending
from flows.sheets.access import SheetAccess


class CallFunction(Protocol):
    """Runs a webhook function for an organisation; app.py passes it in.

    Returns an answer, also for a failure, or WebhookPending: then it calls
    `Conversations.finish_webhook` later with the body's `webhook_log_id`.
    """

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending: ...


class RecordConsent(Protocol):
    """Records what a contact said in a flow; app.py passes it in."""

    def __call__(
        self, organisation: Organisation, contact: str, consent: str, flow: str, purpose: str
    ) -> None: ...


def unrecorded(
    organisation: Organisation, contact: str, consent: str, flow: str, purpose: str
) -> None:
    """Record nothing: no contact is behind the flow."""


GUARDRAILS = "guardrails"  # the section whose rules need to know who asks

# What a call needs that is answered later.
LATER_KEYS = frozenset({"wait_seconds", "callback_url", "webhook_log_id", "result_name"})


def in_time(functions: CallFunction) -> CallFunction:
    """Wrap `functions` so that no call wakes the flow later, for flows that cannot be woken."""

    def call(
        organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        asked = {key: value for key, value in body.items() if key not in LATER_KEYS}
        return functions(organisation, name, asked)

    return call


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class LiveServices:
    """The FlowServices of one turn; `working` renews the turn's lease during long calls."""

    organisation: Organisation
    store: FlowStore
    library: Library
    functions: CallFunction
    outgoing: AuthorHttpClient
    sheets: SheetAccess
    working: Callable[[], AbstractContextManager[None]]
    look_up: Callable[[str], Contact | None]
    now: Callable[[], datetime] = utc_now
    languages: Sequence[Language] = LANGUAGES
    random: random.Random = field(default_factory=random.Random)
    consents: RecordConsent = unrecorded
    organization_id: int | str = field(init=False)
    globals: Mapping[str, Any] = field(init=False)
    timezone: str = field(init=False)

    def __post_init__(self) -> None:
        section = self.organisation.section
        self.organization_id = self.organisation.id
        self.globals = section("globals").get("values", {})
        self.timezone = self.organisation.timezone.key

    def call_webhook(
        self, function_name: str, body: Mapping[str, Any], asker: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        if GUARDRAILS in self.organisation.sections:
            told = body.get("contact")
            body = {**body, "contact": {**asker, **(told if isinstance(told, Mapping) else {})}}
        with self.working():
            return self.functions(self.organisation, function_name, body)

    def send_request(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        with self.working():
            return self.outgoing.send(self.organisation, method, url, headers, body)

    def read_sheet(self, url: str, key: str) -> Mapping[str, str] | None:
        with self.working():
            return self.sheets.read(url, key)

    def append_to_sheet(self, url: str, where: str, row: Sequence[str]) -> bool:
        with self.working():
            return self.sheets.append(url, where, row)

    def find_contact(self, contact_id: str) -> Contact | None:
        return self.look_up(contact_id)

    def record_consent(self, contact_id: str, consent: str, flow: str, purpose: str = "") -> None:
        self.consents(self.organisation, contact_id, consent, flow, purpose)

    def find_interactive(self, template_id: str, name: str) -> Mapping[str, Any] | None:
        return self.library.interactive_messages.find(template_id, name)

    def find_flow(
        self, uuid: str, *, revision: int | str | None = None, draft: bool = False
    ) -> Flow | None:
        if uuid not in self.library.entries:
            return None  # deleted: no conversation may continue in it, even if it is still cached
        if revision is None:
            revision = self.library.revision(uuid, draft=draft)
        return (
            None
            if revision is None
            else self.store.revisions.flow(self.organisation.id, uuid, revision)
        )

    def find_keyword(self, keyword: str, *, draft: bool = False) -> str | None:
        words = self.library.draft_keywords if draft else self.library.keywords
        return words.get(keyword)

    def find_template_flow(self, name: str) -> str | None:
        return self.library.templates.get(name)

    def find_occasion(self, occasion: str) -> str | None:
        section = self.organisation.section("flows")
        if not section:
            return None
        named = flow_named(section, occasion, self.now().astimezone(ZoneInfo(self.timezone)))
        return (published_flow(self.library, named) or named) if named else None
