"""Keeps models' verdicts for up to 6 hours, so that the same words are judged once.

A hash of an organisation has those of 6 hours, at most 20,000 (1.5 MB), by a digest of the text and
of the settings that only the organisation's key gives: neither words nor contacts are kept.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from answers.guardrails.rules.verdict import ask_verdict, judged_by
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.guardrail_schemas import TOPICS
from flowhook.providers.model_client import ModelClient
from flowhook.redis.best_effort import best_effort
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script

KEEP_SECONDS = 6 * 3600
MAX_VERDICTS = 20_000
DIGEST_BYTES = 16
PURPOSE = "verdict"

KEEP = Script(Path(__file__).with_name("keep_verdict.lua"), gone="0")


class Verdicts:
    """Asks for verdicts and keeps them; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.cipher = cipher
        self.clock = clock

    def of(
        self, org: str, text: str, settings: Mapping[str, Any], client: Callable[[], ModelClient]
    ) -> frozenset[str]:
        """The policies that speak on a text; see ask_verdict for what it raises."""
        key = org_key(org, "verdicts", str(int(self.clock() // KEEP_SECONDS)))
        field = self._digest(org, text, settings)
        kept = None
        with best_effort("a verdict"):
            kept = self.redis.hget(key, field)
        if kept is not None:
            return frozenset(filter(None, kept.decode().split(",")))
        told = ask_verdict(client(), text, settings)
        with best_effort("a verdict"):
            arguments: list[Argument] = [field, ",".join(sorted(told)), KEEP_SECONDS, MAX_VERDICTS]
            KEEP.run(self.redis, [key], arguments)
        return told

    def _digest(self, org: str, text: str, settings: Mapping[str, Any]) -> bytes:
        allowed = (settings.get(TOPICS) or {}).get("allowed")
        plain = " ".join(unicodedata.normalize("NFC", text).casefold().split())
        judged = orjson.dumps([judged_by(settings), allowed, plain])
        return self.cipher.digest(org, PURPOSE, judged)[:DIGEST_BYTES]
