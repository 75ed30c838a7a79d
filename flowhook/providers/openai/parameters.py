"""Parameters that some models refuse, and their removal from a request.

A model that refuses one of these refuses the others too, one complaint an answer, so a 400
about one is answered by dropping or renaming all of them at once. `max_tokens` is renamed, never
dropped: the author's limit stays in force.

Source: OpenAI OpenAPI spec 2.3.0 (reasoning models); github.com/BerriAI/litellm/issues/13781.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

REFUSED_TOGETHER = frozenset(
    {
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
    }
)
RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
OPTIONAL = REFUSED_TOGETHER | {
    "stop",
    "user",
    "seed",
    "verbosity",
    "reasoning_effort",
    "parallel_tool_calls",
    "safety_identifier",
    "prompt_cache_key",
    "store",
    "metadata",
    "service_tier",
}


def refused_with(parameter: str, body: Mapping[str, Any]) -> list[str]:
    """Return the changes to `body` after a model refused `parameter`; empty if there are none."""
    refused = set()
    if parameter in body and (parameter in OPTIONAL or parameter in RENAMED):
        refused.add(parameter)
    if parameter in REFUSED_TOGETHER or parameter == "max_tokens":
        refused |= {name for name in (*REFUSED_TOGETHER, "max_tokens") if name in body}
    return sorted(refused)


def without(body: dict[str, Any], refused: Iterable[str]) -> dict[str, Any]:
    """Return `body` without the refused parameters, or with them renamed."""
    if not refused:
        return body
    changed = dict(body)
    for name in refused:
        if name in changed:
            value = changed.pop(name)
            if name in RENAMED:
                changed[RENAMED[name]] = value
    return changed
