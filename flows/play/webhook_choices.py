"""The webhooks and sheets of a flow in the terminal: real ones, or made-up answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.providers.flowhook import FlowhookClient
from flowhook.providers.google_sheets import GoogleSheetsClient, SheetLink
from flowhook.providers.guard import AddressGuard
from flows.conversations.author_requests import AuthorHttpClient
from flows.model.session import HttpAnswer, WebhookAnswer
from flows.play.standalone import SendRequest
from flows.sheets.access import SheetAccess
from flows.sheets.table import KEY, Row, read_table, row_key

NOT_SENT = frozenset({"organization_id", "wait_seconds", "callback_url"})  # the player waits


def pretended_request(
    _method: str, _url: str, _headers: Mapping[str, str], _body: Mapping[str, Any]
) -> HttpAnswer:
    return HttpAnswer(200, '{"success": true}')


def guarded_requests(allow: tuple[str, ...]) -> SendRequest:
    """Send GET and POST as the service does, unsigned."""
    outgoing, nobody = AuthorHttpClient(AddressGuard(allow)), Organisation("terminal", {}, {})

    def send(
        method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        return outgoing.send(nobody, method, url, headers, body)

    return send


class PretendedSheets:
    """Sheets with a row for every key, and no other column; nothing is written."""

    def read(self, url: str, key: str) -> Row | None:
        return {KEY: key}

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class SharedSheets:
    """Sheets that everybody with their link may see, read anew each time; nothing is written."""

    client: GoogleSheetsClient

    @classmethod
    def guarded(cls, allow: tuple[str, ...]) -> SheetAccess:
        return cls(GoogleSheetsClient(AddressGuard(allow)))

    def read(self, url: str, key: str) -> Row | None:
        lines = self.client.read_shared(SheetLink.read(url))
        return read_table(lines).row(row_key(key))

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        SheetLink.read(url)
        return False


class RunningService:
    """The webhook functions of a running service; the token determines the organisation."""

    def __init__(self, url: str, token: str) -> None:
        self.client = FlowhookClient(url, token)

    def __call__(self, name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        sent = {key: value for key, value in body.items() if key not in NOT_SENT}
        status, found = self.client.call(name, sent)
        if 200 <= status < 300:
            return WebhookAnswer(status, found)
        failure = found.get("error")
        told = failure if isinstance(failure, dict) else {}
        said = f"{told.get('message', 'failed')} {told.get('fix', '')}".strip()
        return WebhookAnswer(status, error=said)
