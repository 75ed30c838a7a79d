"""What the last test of each settings section found, until the section changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_tag import section_tag
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import now


@dataclass(frozen=True, slots=True)
class CheckResult:
    """When a section was tested, and what was wrong: a `problem` and its `fix`, or nothing."""

    at: str
    problem: str = ""
    fix: str = ""


class CheckResults:
    """Keeps one result for each section."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def note(
        self, organisation: Organisation, section: str, problem: str = "", fix: str = ""
    ) -> None:
        """Keep the result of a test of the section as it is stored in `organisation`."""
        tag = section_tag(organisation.stored, section)
        kept = orjson.dumps({"tag": tag, "at": now(), "problem": problem, "fix": fix})
        with best_effort("what a test of settings found"):
            write(self.redis, ("HSET", _key(organisation.id), section, kept))

    def read(self, organisation: Organisation) -> dict[str, CheckResult]:
        """The results, by section, of those that have not changed since."""
        found = {}
        for name, raw in self.redis.hgetall(_key(organisation.id)).items():
            section, kept = name.decode(), orjson.loads(raw)
            if kept["tag"] == section_tag(organisation.stored, section):
                found[section] = CheckResult(kept["at"], kept["problem"], kept["fix"])
        return found


def _key(org: str) -> str:
    return org_key(org, "checks")
