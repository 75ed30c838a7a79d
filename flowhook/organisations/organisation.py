"""An organisation's settings and state, read in one round trip and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

DEFAULT_TIMEZONE = "Asia/Kolkata"
QUIRKS_KEY = "lessons"  # of the models' quirks, as stores of older versions name it


@dataclass(frozen=True, slots=True)
class Token:
    """A token as stored, with the SHA-256 digest of its secret; `expires_at` is an ISO date or
    time, empty for none."""

    id: str
    scope: str
    label: str
    created_at: str
    digest: bytes = field(repr=False)
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Settings sections (decrypted), tokens, and the quirks of models.

    `sections` maps `openai`, `openai/accounts/<title>`, `signature`, ... to their fields;
    `quirks` maps `<host>|<model>` to parameters the model refuses, each with its expiry in
    epoch seconds; `circuits` maps accounts that are not asked now to `until` (epoch seconds)
    and `pause`; `stored` is the settings' hash as Redis holds it.
    """

    id: str
    sections: Mapping[str, Mapping[str, Any]] = field(repr=False)
    tokens: Mapping[str, Token] = field(repr=False)
    quirks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    circuits: Mapping[str, Mapping[str, float]] = field(default_factory=dict, repr=False)
    stored: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)

    @property
    def exists(self) -> bool:
        return bool(self.sections or self.tokens or self.stored)

    def section(self, name: str) -> Mapping[str, Any]:
        """A section's fields; empty if it is not set."""
        return self.sections.get(name, {})

    @property
    def timezone(self) -> ZoneInfo:
        """Where the organisation is, by its settings."""
        return ZoneInfo(self.section("timezone").get("name") or DEFAULT_TIMEZONE)

    @property
    def signature_phrase(self) -> str | None:
        return self.section("signature").get("phrase")
