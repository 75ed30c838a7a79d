"""What the page of guardrails shows beside the fields of the settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from answers.guardrails.rules.rules import has_rules
from answers.guardrails.trying import MAX_TRIED, TriedText
from answers.question_sets.languages import LANGUAGES
from flowhook.organisations.guardrail_schemas import ASKED, POLICIES
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import may
from flowhook.usage.routes import asked_days
from web.field_labels import label_of
from web.guardrail_counts import rule_counts
from web.guardrail_words import EXAMPLES
from web.page_security import signed_in
from web.page_services import PageServices


@dataclass(frozen=True, slots=True)
class ShownTry:
    """A tried text in pieces: those of `typed` with the kind of what is masked, or with nothing;
    those of `sent` with whether it is a placeholder. `kinds` are how many of each are masked."""

    typed: list[tuple[str, str]]
    sent: list[tuple[str, bool]]
    kinds: Counter[str]
    masks: bool
    policy: str
    action: str
    reply: str
    asked: bool


def guardrail_parts(services: PageServices, current: Organisation) -> dict[str, Any]:
    """The parts of the page for an organisation, with nothing tried."""
    settings = current.section("guardrails")
    return {
        "policies": POLICIES,
        "costly": ASKED,
        "examples": EXAMPLES,
        "languages": LANGUAGES,
        "max_tried": MAX_TRIED,
        "asks_model": any(settings.get(policy) is not None for policy in ASKED),
        "has_rules": has_rules(settings),
        "may_change": may(signed_in().caller.scope, "web.settings.write", "POST"),
        "counts": rule_counts(
            services.counters.read_guardrails(current.id, asked_days()), POLICIES
        ),
        "rule_names": {policy: label_of(policy) for policy in POLICIES},
        "typed_text": "",
        "typed_language": "",
        "tried": None,
        "try_error": None,
    }


def shown_try(tried: TriedText) -> ShownTry:
    """A tried text as the page shows it."""
    kinds = Counter(one.kind for one in tried.found)
    return ShownTry(
        list(_typed(tried)),
        list(_sent(tried)),
        kinds,
        tried.masks,
        tried.spoken.policy if tried.spoken else "",
        tried.spoken.action if tried.spoken else "",
        tried.reply,
        tried.asked,
    )


def _typed(tried: TriedText) -> Iterator[tuple[str, str]]:
    end = 0
    for one in tried.found:
        yield tried.text[end : one.start], ""
        yield tried.text[one.start : one.end], one.kind
        end = one.end
    yield tried.text[end:], ""


def _sent(tried: TriedText) -> Iterator[tuple[str, bool]]:
    if not tried.placeholders:
        yield tried.sent, False
        return
    pattern = "|".join(map(re.escape, tried.placeholders))
    for piece in re.split(f"({pattern})", tried.sent):
        yield piece, piece in tried.placeholders
