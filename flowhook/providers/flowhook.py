"""A client of another running Flowhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from flowhook.errors import ProviderTimeout, ProviderUnavailable
from flowhook.strict_json import UnreadableJson, read_value

CALL_SECONDS = 130.0


class FlowhookClient:
    """The API of a service at a URL, called with an organisation's token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, name: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Call a function; returns the status and the object of the answer, also of a failure."""
        return self.request("POST", f"/webhooks/{quote(name, safe='')}", body)

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Any call of the API; like `call`."""
        try:
            answer = requests.request(
                method,
                f"{self.url}{path}",
                json=body,
                headers=self.headers,
                timeout=CALL_SECONDS,
            )
            found = read_value(answer.content)
        except requests.Timeout as error:
            raise ProviderTimeout(
                "the service did not answer in time", fix="Look whether it is well, and try again."
            ) from error
        except (requests.RequestException, UnreadableJson) as error:
            raise ProviderUnavailable(
                f"no service answers at {self.url}", fix="Check the address, or start the service."
            ) from error
        return answer.status_code, found if isinstance(found, dict) else {}
