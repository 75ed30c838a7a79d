"""What an organisation's providers were given to do and have not finished: kept an hour.

A call that is repeated goes on with it. What Redis does not take is begun anew by the next call.
"""

from __future__ import annotations

from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

JOB_SECONDS = 3600


class StoredProviderJobs:
    """The jobs of one organisation, by a digest of what each is about."""

    __slots__ = ("organisation", "redis")

    def __init__(self, redis: Any, organisation: Organisation) -> None:
        self.redis = redis
        self.organisation = organisation

    def find(self, what: str) -> str | None:
        with best_effort("a provider's job"):
            found = self.redis.get(self._key(what))
            return found.decode() if found else None
        return None

    def keep(self, what: str, job: str) -> None:
        with best_effort("a provider's job"):
            write(self.redis, ("SET", self._key(what), job, "EX", JOB_SECONDS))

    def forget(self, what: str) -> None:
        with best_effort("the end of a provider's job"):
            self.redis.delete(self._key(what))

    def _key(self, what: str) -> str:
        return org_key(self.organisation.id, "provider_job", what)
