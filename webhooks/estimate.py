"""Estimates the tokens of a call from its body, before any request to a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from flowhook.blanks import unpadded
from flowhook.limits.limiter import Estimate
from flowhook.organisations.organisation import Organisation
from flowhook.providers.token_estimate import BYTES_PER_TOKEN, body_tokens
from webhooks.context import SavedPrompt
from webhooks.fields import own_keys
from webhooks.knowledge_fields import KNOWLEDGE
from webhooks.prompt_defaults import answer_tokens, text_taken
from webhooks.registry import WebhookFunction
from webhooks.saved_prompts import SAVED_PROMPT

LIKELY_PASSAGE_TOKENS = 2_500  # of the passages and rules that go with a question
LIKELY_ANSWER_TOKENS = 500  # of an answer without max_tokens
MAX_ANSWER_TOKENS = 10_000_000


def estimate(
    function: WebhookFunction,
    organisation: Organisation,
    body: Mapping[str, Any],
    find_saved: Callable[[str], SavedPrompt | None] = lambda _named: None,
) -> Estimate | None:
    """Estimate the tokens of the prompt and of `n` answers of `max_tokens`; None for a
    function that asks no model. `find_saved` finds the saved prompt of a name."""
    if not function.spends_tokens:
        return None
    own = own_keys(function.fields, body)
    title = unpadded(str(body.get("account") or ""))
    section = f"openai/accounts/{title}" if title else "openai"
    system = organisation.section(section).get("system_prompt") or ""
    prompt = body_tokens(orjson.dumps(own)) + len(system.encode()) // BYTES_PER_TOKEN
    if body.get(KNOWLEDGE) and KNOWLEDGE in function.fields.fields:
        prompt += LIKELY_PASSAGE_TOKENS
    answers = _whole(body.get("n")) or 1
    named = _whole(body.get("max_tokens"))
    reference = body.get(SAVED_PROMPT) if SAVED_PROMPT in function.fields.fields else None
    saved = find_saved(unpadded(str(reference))) if reference else None
    if saved is not None:
        prompt += len(text_taken(saved, body).encode()) // BYTES_PER_TOKEN
        named = named or answer_tokens(function, saved.version)
    if named is None:
        return Estimate(prompt, LIKELY_ANSWER_TOKENS * answers)
    return Estimate(prompt + min(named * answers, MAX_ANSWER_TOKENS))


def _whole(value: Any) -> int | None:
    """Read a positive whole number or the text of one; an invalid value counts as absent."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    text = text.removesuffix(".0")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 10 else None
