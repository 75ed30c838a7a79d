"""The size of models' contexts, checked before a model is asked.

Tokens are estimated high, one for every three bytes of UTF-8: a request that passes fits, and the
error of one that does not names the field, unlike the provider's 400.

Source: the models' pages at https://platform.openai.com/docs/models; for SmolLM2 its model card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flowhook.errors import InvalidInput

# (a model's name begins with, tokens of its prompt and answer together)
CONTEXT_TOKENS = (
    (r"gpt-3\.5", 16_385),
    (r"gpt-4\.1", 1_047_576),
    (r"gpt-4o|gpt-4-turbo|gpt-4-\d{4}-preview|chatgpt-4o|o1-mini|o1-preview", 128_000),
    (r"gpt-4-32k", 32_768),
    (r"gpt-4", 8_192),
    (r"o\d", 200_000),
    (r"gpt-[5-9]", 400_000),
    (r"smollm2", 8_192),
)
DEFAULT_CONTEXT_TOKENS = 128_000  # what other makers' models have at least, as a rule
TOKENS_A_MESSAGE = 4
TOKENS_AN_IMAGE = 1_500
BYTES_A_TOKEN = 3
MAX_BYTES_A_CHARACTER = 4


@lru_cache(maxsize=1024)
def context_tokens(model: str) -> int:
    """The tokens of a model's context: prompt and answer together."""
    name = model.lower().rpartition("/")[2]
    return next(
        (size for family, size in CONTEXT_TOKENS if re.match(family, name)),
        DEFAULT_CONTEXT_TOKENS,
    )


def estimate_tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)


def check_length(
    model: str, messages: Iterable[Mapping[str, Any]], answer_tokens: int | None, field: str
) -> None:
    """Raise InvalidInput, naming `field`, if messages and answer exceed the context."""
    size = context_tokens(model)
    texts, count = [], answer_tokens or 0
    for message in messages:
        count += TOKENS_A_MESSAGE
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
                texts.append(part["text"])
            elif isinstance(part, Mapping):
                count += TOKENS_AN_IMAGE
    characters = sum(map(len, texts))
    if count + characters * MAX_BYTES_A_CHARACTER // BYTES_A_TOKEN <= size:
        return
    count += sum(map(estimate_tokens, texts))
    if count > size:
        problem = f"about {count} tokens with the answer, more than the {size} that {model} takes"
        raise InvalidInput(
            f"{field} is too long: {problem}",
            fix="Shorten it, lower max_tokens, or choose a model with a larger context.",
            fields={field: [f"Too long: {problem}."]},
        )
