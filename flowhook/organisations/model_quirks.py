"""The quirks of models that an organisation's calls found: kept an hour, warnings for 30 days.

A quirk belongs to the organisation and its provider's address, so no one's odd server changes
what another organisation asks. Quirks are read with the settings, in the same round trip; what
Redis does not take is found again by the next call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from flowhook.organisations.organisation import QUIRKS_KEY, Organisation
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import now

QUIRK_SECONDS = 3600
WARNING_SECONDS = 30 * 86_400
NO_QUIRKS: Mapping[str, Any] = {}


class StoredModelQuirks:
    """The quirks of the models at one provider address, for one organisation."""

    def __init__(
        self,
        redis: Any,
        organisation: Organisation,
        base_url: str,
        learned: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`learned` is told the organisation's id, so that its cached copy is read anew."""
        self.redis = redis
        self.organisation = organisation
        self.base_url = base_url
        self.learned = learned
        self.clock = clock
        self._new: dict[str, dict[str, Any]] = {}

    def of(self, model: str) -> Mapping[str, Any]:
        """Return `{"refuses": [parameter...], "successor": model}`, or less, or nothing."""
        fresh = self._new.get(model)
        if fresh is not None:
            return fresh
        if not self.organisation.quirks:
            return NO_QUIRKS
        found = self.organisation.quirks.get(self._name(model), NO_QUIRKS)
        return found if found.get("until", 0) > self.clock() else NO_QUIRKS

    def learn(self, model: str, quirk: Mapping[str, Any]) -> None:
        """Add to what is known of a model."""
        merged = {**self.of(model), **quirk, "until": self.clock() + QUIRK_SECONDS}
        self._new[model] = merged
        key = org_key(self.organisation.id, QUIRKS_KEY)
        with best_effort("a quirk of a model"):
            write(
                self.redis,
                ("HSET", key, self._name(model), orjson.dumps(merged)),
                ("EXPIRE", key, QUIRK_SECONDS),
            )
            self.learned(self.organisation.id)

    def warn(self, model: str, message: str) -> None:
        """Leave a warning that the organisation's admin sees."""
        key = org_key(self.organisation.id, "warnings")
        with best_effort("a warning about a model"):
            warning = orjson.dumps({"model": model, "message": message, "at": now()})
            write(self.redis, ("HSET", key, model, warning), ("EXPIRE", key, WARNING_SECONDS))

    def _name(self, model: str) -> str:
        return f"{self.base_url}|{model}"


def read_warnings(redis: Any, org: str) -> list[dict[str, Any]]:
    """The organisation's warnings, newest first: `{"model", "message", "at"}`."""
    found = [orjson.loads(raw) for raw in redis.hvals(org_key(org, "warnings"))]
    return sorted(found, key=lambda warning: str(warning["at"]), reverse=True)
