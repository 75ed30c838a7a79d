"""Estimates what an answer used where its provider counts no tokens.

Speech counts as OpenAI counts it: ten tokens a second that is heard, twenty that is spoken.
Source: platform.openai.com/docs/guides/realtime-costs
"""

from __future__ import annotations

from typing import Any

from flowhook.providers.model_client import (
    Answer,
    Completion,
    EmbeddingRequest,
    ModerationRequest,
    PictureRequest,
    Pictures,
    Request,
    SpeechRequest,
    Transcription,
    Usage,
)
from flowhook.providers.token_estimate import BYTES_PER_TOKEN, TOKENS_AN_IMAGE, body_tokens

HEARD_TOKENS_A_SECOND = 10
SPOKEN_TOKENS_A_SECOND = 20
CHARACTERS_A_SECOND = 15


def estimated_usage(request: Request[Any], answer: Answer | None, sent: bytes) -> Usage:
    """Estimate the tokens of a request that was answered; `answer` is None if nobody can read it.

    `sent` is the body of a request that is neither a file nor one of those told by their fields.
    """
    if isinstance(request, ModerationRequest):  # costs nothing
        return Usage()
    if isinstance(request, SpeechRequest):
        seconds = len(request.text) / CHARACTERS_A_SECOND
        return Usage(_tokens(request.text), round(seconds * SPOKEN_TOKENS_A_SECOND))
    if isinstance(request, PictureRequest):
        drawn = len(answer.pictures) if isinstance(answer, Pictures) else request.count
        return Usage(_tokens(request.prompt), drawn * TOKENS_AN_IMAGE)
    if isinstance(request, EmbeddingRequest):
        return Usage(sum(map(_tokens, request.texts)), 0)
    if isinstance(answer, Transcription):
        return heard(len(answer.text) / CHARACTERS_A_SECOND, answer.text)
    written = answer.choices if isinstance(answer, Completion) else ()
    return Usage(body_tokens(sent), max(1, sum(_tokens(choice.text) for choice in written)))


def heard(seconds: float, text: str) -> Usage:
    """Estimate the tokens of a recording of some length and of its transcript."""
    return Usage(max(1, round(seconds * HEARD_TOKENS_A_SECOND)), _tokens(text))


def _tokens(text: str) -> int:
    return len(text.encode()) // BYTES_PER_TOKEN
