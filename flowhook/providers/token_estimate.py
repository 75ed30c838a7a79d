"""Estimates the tokens of a request from its bytes.

OpenAI's rule of thumb is four characters of English a token; UTF-8 bytes are counted here,
because other scripts take more tokens a character.
Source: help.openai.com, "What are tokens and how to count them?"
"""

from __future__ import annotations

import re

BYTES_PER_TOKEN = 4
TOKENS_AN_IMAGE = 1_500
DATA_URL = re.compile(rb'"data:[^"]*"')


def body_tokens(body: bytes) -> int:
    """Count a body's tokens; media given as data URLs count as images, not as characters."""
    media = 0
    if b'"data:' in body:
        body, media = DATA_URL.subn(b"", body)
    return len(body) // BYTES_PER_TOKEN + media * TOKENS_AN_IMAGE
