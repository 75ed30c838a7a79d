"""Which policy of an organisation speaks on a text, and what then happens.

The first in this order that replies or refuses is the one that counts, else the first that tells:
self_harm, minors, banned, moderation, topics. Self-harm counts whatever its action, so that nothing
said beside it hides it. What costs no request is looked at first where that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from answers.guardrails.rules.banned import has_banned
from answers.guardrails.rules.verdict import judged_by
from answers.guardrails.rules.verdicts import Verdicts
from flowhook.organisations.guardrail_schemas import (
    BANNED,
    MINORS,
    MODERATION,
    POLICIES,
    REPLY,
    SELF_HARM,
    TELL,
    TOPICS,
)
from flowhook.providers.model_client import ModelClient, ModerationRequest

SECTION = "guardrails"
INPUT, OUTPUT, BOTH = "input", "output", "both"
MAX_MODERATED = 20_000  # characters of a text that are moderated at once
MOST_MODERATED = 10  # parts of a text; more than a body may hold

Settings = Mapping[str, Any]
OpenClient = Callable[[], ModelClient]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The policy that speaks, and its action."""

    policy: str
    action: str


def has_rules(settings: Settings) -> bool:
    """Whether any policy is set."""
    return any(settings.get(policy) is not None for policy in POLICIES)


def asks_model(settings: Settings) -> bool:
    """Whether a model is asked before a contact's words are taken up."""
    return bool(judged_by(settings)) or _is_moderated(settings, INPUT)


class Rules:
    """Looks at what contacts and models say."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts

    def on_words(
        self, org: str, text: str, settings: Settings, client: OpenClient
    ) -> Spoken | None:
        """What speaks on a contact's words; raises what the provider raises."""

        @cache
        def verdict() -> frozenset[str]:
            return self.verdicts.of(org, text, settings, client) if text.strip() else frozenset()

        def speaking() -> Iterator[str]:
            for policy in (SELF_HARM, MINORS):
                if settings.get(policy) is not None and policy in verdict():
                    yield policy
            if _is_banned(text, settings):
                yield BANNED
            if _is_moderated(settings, INPUT) and _is_harmful(text, client()):
                yield MODERATION
            if settings.get(TOPICS) is not None and TOPICS in verdict():
                yield TOPICS

        return _first(speaking(), settings)

    def on_answer(self, text: str, settings: Settings, client: OpenClient) -> Spoken | None:
        """What speaks on a model's answer; raises what the provider raises."""

        def speaking() -> Iterator[str]:
            if _is_banned(text, settings):
                yield BANNED
            if _is_moderated(settings, OUTPUT) and _is_harmful(text, client()):
                yield MODERATION

        return _first(speaking(), settings)


def _first(speaking: Iterator[str], settings: Settings) -> Spoken | None:
    told: Spoken | None = None
    for policy in speaking:
        spoken = Spoken(policy, settings[policy].get("action") or REPLY)
        if spoken.action != TELL or policy == SELF_HARM:
            return spoken
        told = told or spoken
    return told


def _is_banned(text: str, settings: Settings) -> bool:
    own = settings.get(BANNED)
    return own is not None and has_banned(text, own)


def _is_moderated(settings: Settings, what: str) -> bool:
    own = settings.get(MODERATION)
    return own is not None and (own.get("on") or INPUT) in (what, BOTH)


def _is_harmful(text: str, client: ModelClient) -> bool:
    parts = range(0, min(len(text), MAX_MODERATED * MOST_MODERATED), MAX_MODERATED)
    found = (text[start : start + MAX_MODERATED] for start in parts)
    return any(client.moderate(ModerationRequest(part)).flagged for part in found if part.strip())
