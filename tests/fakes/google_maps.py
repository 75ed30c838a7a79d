"""A stateful fake of Google's Geocoding API, served over HTTP on loopback.

It checks keys, counts quota, checks `latlng` by Google's rules, and answers in the shapes that
the real API gives: always HTTP 200 with a `status`, `error_message` beside a failure.

    with FakeGoogleMaps() as maps:
        maps.place(12.9716, 77.5946, address(...))

Source: https://developers.google.com/maps/documentation/geocoding/requests-reverse-geocoding
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.service import FakeService

KEY = "AIzaFakeKeyForTests0123456789abcdefghij"
_LATLNG = re.compile(r"(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
_KNOWN = {"latlng", "key", "language", "region", "result_type", "location_type"}


def component(name: str, *types: str) -> dict[str, Any]:
    """An address component as Google writes it."""
    return {"long_name": name, "short_name": name[:2].upper(), "types": [*types, "political"]}


def address(formatted: str, *components: dict[str, Any], kind: str = "street_address") -> Any:
    """A result as Google writes it."""
    return {
        "address_components": list(components),
        "formatted_address": formatted,
        "geometry": {
            "location": {"lat": 0.0, "lng": 0.0},
            "location_type": "ROOFTOP",
            "viewport": {
                "northeast": {"lat": 0.0, "lng": 0.0},
                "southwest": {"lat": 0.0, "lng": 0.0},
            },
        },
        "place_id": "ChIJ" + "x" * 23,
        "types": [kind],
    }


class FakeGoogleMaps(FakeService):
    """`quota` requests are answered, then OVER_QUERY_LIMIT; `fail_next` queues other statuses."""

    def __init__(self, quota: int | None = None) -> None:
        self.keys = {KEY}
        self.quota = quota
        self.asked: list[tuple[float, float]] = []
        self._places: dict[tuple[float, float], list[Any]] = {}
        self._next: list[Reply] = []
        super().__init__()
        self.url = self.origin

    def place(self, lat: float, long: float, *addresses: Any) -> None:
        """What stands at a point; Google answers the most exact first."""
        self._places[(lat, long)] = list(addresses)

    def fail_next(self, status: str) -> None:
        """One answer with this status."""
        self.say_next(json.dumps(_failure(status, status)).encode())

    def say_next(self, body: bytes) -> None:
        """One answer of these bytes."""
        self._next.append(Reply(200, body, "application/json; charset=UTF-8"))

    def _serve(self, exchange: Exchange) -> Reply:
        asked = exchange.asked
        with self._lock:
            self.requests.append(asked)
            return self._next.pop(0) if self._next else Reply.of_json(self._answer(asked))

    def _answer(self, asked: Asked) -> Any:
        query = asked.query
        if asked.method != "GET" or asked.path != "/maps/api/geocode/json" or set(query) - _KNOWN:
            self.violations.append(f"{asked.method} {asked.path} {sorted(query)}")
        key = query.get("key", "")
        if key not in self.keys:
            return _failure("REQUEST_DENIED", f"The provided API key {key} is invalid.")
        if self.quota is not None and len(self.asked) >= self.quota:
            return _failure("OVER_QUERY_LIMIT", "You have exceeded your rate-limit for this API.")
        match = _LATLNG.fullmatch(query.get("latlng", ""))
        if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            return _failure("INVALID_REQUEST", "Invalid request. Invalid 'latlng' parameter.")
        point = (float(match[1]), float(match[2]))
        self.asked.append(point)
        found = self._places.get(point, [])
        return {"plus_code": {}, "results": found, "status": "OK" if found else "ZERO_RESULTS"}


def _failure(status: str, message: str) -> Any:
    return {"error_message": message, "results": [], "status": status}
