"""The size of models' contexts, and of texts in tokens.

Tokens are overestimated, one for every three bytes of UTF-8, so an accepted text fits.

Source: the models' pages at https://platform.openai.com/docs/models; for SmolLM2 its model card.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
DEFAULT_CONTEXT_TOKENS = 128_000  # the usual minimum of other makers' models
BYTES_A_TOKEN = 3


@lru_cache(maxsize=1024)
def context_tokens(model: str) -> int:
    """Return the size of a model's context in tokens, prompt and answer together."""
    name = model.lower().rpartition("/")[2]
    return next(
        (size for family, size in CONTEXT_TOKENS if re.match(family, name)),
        DEFAULT_CONTEXT_TOKENS,
    )


def estimate_tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)
