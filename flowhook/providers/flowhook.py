"""A client of another running Flowhook, which it calls like a flow builder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from flowhook.errors import ProviderTimeout, ProviderUnavailable
from flowhook.strict_json import UnreadableJson, read_value

CALL_SECONDS = 130.0


class FlowhookClient:
    """Webhook functions of a service at a URL, called with an organisation's webhook token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, name: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Call a function; returns the status and the object of the answer, also of a failure."""
        try:
            answer = requests.post(
                f"{self.url}/webhooks/{quote(name, safe='')}",
                json=body,
                headers=self.headers,
                timeout=CALL_SECONDS,
            )
            found = read_value(answer.content)
        except requests.Timeout as error:
            raise ProviderTimeout("the service did not answer in time") from error
        except (requests.RequestException, UnreadableJson) as error:
            raise ProviderUnavailable(f"no service answers at {self.url}") from error
        return answer.status_code, found if isinstance(found, dict) else {}
