"""The models that a key could use when they were listed last, so that one nobody has is warned of
before a call fails.

A list is kept with a digest of what it was asked with, and is no longer known once that changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.organisations.model_fields import models_of
from flowhook.organisations.settings_fields import Stored, field_of
from flowhook.providers.account import DEFAULT_PROVIDER
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import now

KEPT_SECONDS = 90 * 86_400
MAX_MODELS = 2_000  # of a longer list, nothing is kept
ASKED_WITH = ("api_key", "base_url", "organization", "project", "provider")


@dataclass(frozen=True, slots=True)
class UnknownModels:
    """Models that a section names and the list made at `at` did not hold."""

    models: tuple[str, ...]
    at: str

    def warnings(self) -> list[dict[str, str]]:
        """One for each model, as the API shows them."""
        day = self.at[:10]
        return [
            {
                "model": model,
                "message": f"{model} is not among the models of this key, as listed on {day}:"
                " calls that ask it will fail",
                "at": self.at,
            }
            for model in self.models
        ]


class KnownModels:
    """Keeps one list for each OpenAI account of an organisation."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def note(self, org: str, section: str, stored: Stored, ids: Iterable[str]) -> None:
        """Keep the list that the account's provider gave."""
        names = sorted(ids)
        if len(names) > MAX_MODELS:
            return
        kept = orjson.dumps({"of": _digest(section, stored), "at": now(), "ids": names})
        key = _key(org)
        with best_effort("the models that a key can use"):
            write(self.redis, ("HSET", key, section, kept), ("EXPIRE", key, KEPT_SECONDS))

    def unknown(
        self, org: str, section: str, stored: Stored, values: Mapping[str, Any]
    ) -> UnknownModels:
        """The models of a section that are not on the list; none where no list is known.

        Other providers have names of their own for models (Azure's deployments).
        """
        named = models_of(values)
        if not named or (values.get("provider") or DEFAULT_PROVIDER) != DEFAULT_PROVIDER:
            return UnknownModels((), "")
        raw = self.redis.hget(_key(org), section)
        kept = orjson.loads(raw) if raw else None
        if kept is None or kept["of"] != _digest(section, stored):
            return UnknownModels((), "")
        listed = {name for model in kept["ids"] for name in _spellings(model)}
        missing = dict.fromkeys(model for model in named if listed.isdisjoint(_spellings(model)))
        return UnknownModels(tuple(missing), kept["at"])


def _spellings(model: str) -> set[str]:
    """A model's name as lists and calls spell it: `models/x` is x, `x:latest` is x."""
    bare = model.rpartition("/")[2]
    return {model, bare, model.partition(":")[0], bare.partition(":")[0]}


def _digest(section: str, stored: Stored) -> str:
    asked_with = [stored.get(field_of(section, name).encode(), b"") for name in ASKED_WITH]
    return hashlib.sha256(b"\0".join(asked_with)).hexdigest()[:16]


def _key(org: str) -> str:
    return org_key(org, "models")
