"""What an organisation's calls taught about models: kept for an hour, warnings for 30 days.

Lessons belong to the organisation and its provider's host, so no one's odd server can teach
another organisation. They are read with the settings, in the same round trip; what Redis does
not take is learned again by the next call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from flowhook.organisations.organisation import Organisation
from flowhook.redis.best_effort import best_effort
from flowhook.redis.keys import org_key
from flowhook.timestamps import now

LESSON_SECONDS = 3600
WARNING_SECONDS = 30 * 86_400
NO_LESSON: Mapping[str, Any] = {}


class StoredModelQuirks:
    """One organisation's lessons with one provider address."""

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

    def lesson(self, model: str) -> Mapping[str, Any]:
        fresh = self._new.get(model)
        if fresh is not None:
            return fresh
        if not self.organisation.lessons:
            return NO_LESSON
        found = self.organisation.lessons.get(self._name(model), NO_LESSON)
        return found if found.get("until", 0) > self.clock() else NO_LESSON

    def learn(self, model: str, lesson: Mapping[str, Any]) -> None:
        merged = {**self.lesson(model), **lesson, "until": self.clock() + LESSON_SECONDS}
        self._new[model] = merged
        key = org_key(self.organisation.id, "lessons")
        with best_effort("a lesson about a model"):
            pipe = self.redis.pipeline(transaction=True)
            pipe.hset(key, self._name(model), orjson.dumps(merged))
            pipe.expire(key, LESSON_SECONDS)
            pipe.execute()
            self.learned(self.organisation.id)

    def warn(self, model: str, message: str) -> None:
        key = org_key(self.organisation.id, "warnings")
        with best_effort("a warning about a model"):
            pipe = self.redis.pipeline(transaction=True)
            pipe.hset(key, model, orjson.dumps({"model": model, "message": message, "at": now()}))
            pipe.expire(key, WARNING_SECONDS)
            pipe.execute()

    def _name(self, model: str) -> str:
        return f"{self.base_url}|{model}"


def read_warnings(redis: Any, org: str) -> list[dict[str, Any]]:
    """The organisation's warnings, newest first: `{"model", "message", "at"}`."""
    found = [orjson.loads(raw) for raw in redis.hvals(org_key(org, "warnings"))]
    return sorted(found, key=lambda warning: str(warning["at"]), reverse=True)
