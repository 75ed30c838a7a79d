"""Engine services without a running service, for the terminal, tests and benchmarks.

Flows and interactive templates come from exports, answers of webhooks from the given callables.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flowhook.errors import NotFound, ProviderUnavailable
from flowhook.organisations.organisation import DEFAULT_TIMEZONE
from flows.definition.definition import Export, Flow
from flows.definition.interactive import Templates
from flows.model.contact import LANGUAGES, Contact, Language
from flows.model.session import HttpAnswer, WebhookAnswer, WebhookPending
from flows.model.text import clean
from flows.sheets.access import NO_SHEETS, SheetAccess

CallWebhook = Callable[[str, Mapping[str, Any]], WebhookAnswer | WebhookPending]
SendRequest = Callable[[str, str, Mapping[str, str], Mapping[str, Any]], HttpAnswer]


def no_function(name: str, _body: Mapping[str, Any]) -> WebhookAnswer:
    """Raise NotFound: there are no webhook functions."""
    raise NotFound(f"there is no webhook function {name[:60]!r}")


def no_network(
    _method: str, _url: str, _headers: Mapping[str, str], _body: Mapping[str, Any]
) -> HttpAnswer:
    """Raise ProviderUnavailable: there is no network."""
    raise ProviderUnavailable("outgoing requests are not connected here")


@dataclass
class StandaloneServices:
    """Services in memory; `flows` are the published ones by UUID, `revisions` holds all."""

    organization_id: int | str = 1
    globals: Mapping[str, Any] = field(default_factory=dict)
    timezone: str = DEFAULT_TIMEZONE
    languages: Sequence[Language] = LANGUAGES
    random: random.Random = field(default_factory=random.Random)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    functions: CallWebhook = no_function
    http: SendRequest = no_network
    sheets: SheetAccess = NO_SHEETS
    flows: dict[str, Flow] = field(default_factory=dict)
    drafts: dict[str, Flow] = field(default_factory=dict)
    revisions: dict[tuple[str, int | str], Flow] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    templates: Templates = field(default_factory=Templates)
    _templates: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, export: Export) -> None:
        """Publish the flows of an export and keep its templates."""
        for flow in export.flows:
            self.publish(flow)
        self._templates += export.interactive_templates
        self.templates = Templates(self._templates)

    def publish(self, flow: Flow) -> None:
        self.flows[flow.uuid] = flow
        self.revisions[flow.uuid, flow.revision] = flow

    def now(self) -> datetime:
        return self.clock()

    def call_webhook(
        self, function_name: str, body: Mapping[str, Any], asker: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        return self.functions(function_name, body)

    def send_request(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        return self.http(method, url, headers, body)

    def read_sheet(self, url: str, key: str) -> Mapping[str, str] | None:
        return self.sheets.read(url, key)

    def append_to_sheet(self, url: str, where: str, row: Sequence[str]) -> bool:
        return self.sheets.append(url, where, row)

    def find_contact(self, contact_id: str) -> Contact | None:
        return self.contacts.get(contact_id)

    def record_consent(self, contact_id: str, consent: str, flow: str, purpose: str = "") -> None:
        """Nothing: what is played has no organisation."""

    def find_interactive(self, template_id: str, name: str) -> Mapping[str, Any] | None:
        return self.templates.find(template_id, name)

    def find_flow(
        self, uuid: str, *, revision: int | str | None = None, draft: bool = False
    ) -> Flow | None:
        if revision is None:
            published = self.flows.get(uuid)
            return self.drafts.get(uuid, published) if draft else published
        return self.revisions.get((uuid, revision))

    def find_keyword(self, keyword: str, *, draft: bool = False) -> str | None:
        flows = self.drafts.values() if draft else self._active()
        return next((flow.uuid for flow in flows if _answers(flow, keyword)), None)

    def find_template_flow(self, name: str) -> str | None:
        named = (one.uuid for one in self._active() if one.is_template and one.name == name)
        return next(named, None)

    def find_occasion(self, occasion: str) -> str | None:
        return None  # only an organisation has settings

    def _active(self) -> Iterable[Flow]:
        return (flow for flow in self.flows.values() if flow.is_active)


def _answers(flow: Flow, keyword: str) -> bool:
    return any(clean(one) == keyword for one in flow.keywords)
