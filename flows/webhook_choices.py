"""Where a flow in the terminal finds its webhooks: a running service, or made-up answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from errors import ProviderTimeout, ProviderUnavailable
from flows.outgoing import Outgoing
from flows.session import HttpAnswer, WebhookAnswer
from flows.standalone import SendRequest
from providers.guard import AddressGuard
from settings.organisation import Organisation

CALL_SECONDS = 130.0
MAIN_KEYS = ("parsed_msg", "response", "message", "translated_text", "text")


def pretended(name: str, body: Mapping[str, Any]) -> WebhookAnswer:
    """An answer under every key that functions usually answer with."""
    said = f"(what {name} would answer)"
    return WebhookAnswer(200, {"success": True, **dict.fromkeys(MAIN_KEYS, said)})


def pretended_request(
    _method: str, _url: str, _headers: Mapping[str, str], _body: Mapping[str, Any]
) -> HttpAnswer:
    return HttpAnswer(200, '{"success": true}')


def guarded_requests(allow: tuple[str, ...]) -> SendRequest:
    """GET and POST as the service sends them, unsigned."""
    outgoing, nobody = Outgoing(AddressGuard(allow)), Organisation("terminal", {}, {})

    def send(
        method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpAnswer:
        return outgoing.send(nobody, method, url, headers, body)

    return send


class RunningService:
    """Webhook functions of a service at a URL, called with an organisation's webhook token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, name: str, body: Mapping[str, Any]) -> WebhookAnswer:
        sent = {key: value for key, value in body.items() if key != "organization_id"}
        try:
            answer = requests.post(
                f"{self.url}/webhooks/{name}",
                json=sent,
                headers=self.headers,
                timeout=CALL_SECONDS,
            )
            found = answer.json()
        except requests.Timeout as error:
            raise ProviderTimeout("the service did not answer in time") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnavailable(f"no service answers at {self.url}") from error
        if answer.ok:
            return WebhookAnswer(answer.status_code, found)
        failure = found.get("error", {}) if isinstance(found, dict) else {}
        said = f"{failure.get('message', 'failed')} {failure.get('fix', '')}".strip()
        return WebhookAnswer(answer.status_code, error=said)
