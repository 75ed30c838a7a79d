"""A client of Google's Geocoding API, which finds the address at a point.

The body's `status` decides, not HTTP's. Google's own `error_message` is never passed on: it can
repeat the key. Temporary failures are retried twice.

Source: https://developers.google.com/maps/documentation/geocoding/requests-reverse-geocoding
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flowhook.config import GOOGLE_MAPS_URL
from flowhook.errors import (
    FlowhookError,
    InsufficientQuota,
    InvalidApiKey,
    InvalidInput,
    InvalidResponse,
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from flowhook.providers.transport import HttpReply, TimedOut, Transport, TransportError, Unreachable

PATH = "/maps/api/geocode/json"
TIMEOUT_SECONDS = 10.0
MAX_RETRIES = 2
PAUSE_SECONDS = 0.5

Result = Mapping[str, Any]


class GoogleMapsClient:
    """Sends requests with one key; `base_url` differs only in tests."""

    def __init__(
        self,
        api_key: str,
        transport: Transport,
        base_url: str = GOOGLE_MAPS_URL,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api_key = api_key
        self.transport = transport
        self.base_url = base_url.rstrip("/")
        self.sleep = sleep

    def addresses(self, latitude: float, longitude: float) -> list[Result]:
        """Return the addresses at a point, most exact first. Raises an error if there are none."""
        query = urlencode({"latlng": f"{latitude:.7f},{longitude:.7f}", "key": self._api_key})
        deadline = time.monotonic() + TIMEOUT_SECONDS
        for retries_left in range(MAX_RETRIES, -1, -1):
            try:
                return read_addresses(self._send(f"{self.base_url}{PATH}?{query}", deadline))
            except (ProviderError, ProviderUnavailable):
                if not retries_left or time.monotonic() + PAUSE_SECONDS >= deadline:
                    raise
                self.sleep(PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _send(self, url: str, deadline: float) -> HttpReply:
        left = max(0.001, deadline - time.monotonic())
        try:
            return self.transport.send("GET", url, {"Accept": "application/json"}, None, left)
        except TimedOut:
            raise ProviderTimeout("Google Maps did not answer in time", fix=_LATER) from None
        except Unreachable:
            raise ProviderUnavailable("Google Maps cannot be reached", fix=_LATER) from None
        except TransportError:
            raise ProviderError("Google Maps broke off", fix=_LATER) from None


def read_addresses(reply: HttpReply) -> list[Result]:
    """Return the results of an answer. Raises the error of its status if it has none."""
    if reply.status >= 500:
        raise ProviderError(f"Google Maps failed with HTTP {reply.status}", fix=_LATER)
    answer = reply.read_object()
    results, status = answer.get("results"), answer.get("status")
    found = results if isinstance(results, list) else None
    if status in ("OK", None) and found and isinstance(found[0], dict):
        return [address for address in found if isinstance(address, dict)]
    if status == "ZERO_RESULTS" or (status == "OK" and found == []):
        raise InvalidInput(
            "no address is known at these coordinates",
            fix="Check that lat and long are not swapped and lie on land.",
            fields={"lat": ["No address is known there."], "long": ["No address is known there."]},
        )
    raise _ERRORS.get(status, _unexpected)() if isinstance(status, str) else _unexpected()


_LATER = "Try again later; status.cloud.google.com may say more."


def _denied() -> FlowhookError:
    return InvalidApiKey(
        "Google Maps does not accept the organisation's key",
        fix="Check the api_key in the google_maps settings, and that the Geocoding API is enabled"
        " for it and not restricted to other addresses.",
    )


def _over_quota() -> FlowhookError:
    return InsufficientQuota(
        "the organisation's Google Maps account has no billing or no quota left",
        fix="Enable billing for the key's project, or raise its limit, in Google's console.",
    )


def _too_fast() -> FlowhookError:
    return ProviderRateLimited(
        "Google Maps limits this key's rate",
        fix="Wait as Retry-After says, or raise the quota in Google's console.",
        retry_after_seconds=1,
    )


def _rejected() -> FlowhookError:
    return ProviderRejected("Google Maps rejected the coordinates", fix="Check lat and long.")


def _failed() -> FlowhookError:
    return ProviderError("Google Maps failed on its side", fix=_LATER)


def _unexpected() -> FlowhookError:
    return InvalidResponse("Google Maps' answer was not what its API promises", fix=_LATER)


_ERRORS: dict[str, Callable[[], FlowhookError]] = {
    "REQUEST_DENIED": _denied,
    "OVER_DAILY_LIMIT": _over_quota,
    "OVER_QUERY_LIMIT": _too_fast,
    "INVALID_REQUEST": _rejected,
    "UNKNOWN_ERROR": _failed,
}
