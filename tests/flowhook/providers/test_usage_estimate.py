"""What answers are taken to have used where nobody counted."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.providers.model_client import (
    Answer,
    ChatRequest,
    Completion,
    CompletionChoice,
    EmbeddingRequest,
    Embeddings,
    Moderation,
    ModerationRequest,
    Picture,
    PictureRequest,
    Pictures,
    Request,
    Speech,
    SpeechRequest,
    Transcription,
    TranscriptionRequest,
    Usage,
)
from flowhook.providers.usage_estimate import estimated_usage, heard

FILE = TranscriptionRequest(("a.ogg", b"...", "audio/ogg"))
TWICE = Completion((CompletionChoice("word " * 40, None, "stop"),) * 2)


@pytest.mark.parametrize(
    ("request_", "answer", "used"),
    [
        (ChatRequest([]), TWICE, Usage(100, 100)),
        (ChatRequest([]), None, Usage(100, 1)),
        (SpeechRequest("word " * 30, "alloy"), Speech(b"", ""), Usage(37, 200)),
        (SpeechRequest("word " * 30, "alloy"), None, Usage(37, 200)),
        (FILE, Transcription("word " * 30), Usage(100, 37)),
        (FILE, Transcription(""), Usage(1, 0)),
        (PictureRequest("A kite!!", 3), Pictures((Picture(b"x"),) * 2), Usage(2, 3000)),
        (PictureRequest("A kite!!", 3), None, Usage(2, 4500)),
        (EmbeddingRequest(["word", "आप"]), Embeddings(()), Usage(2, 0)),
        (ModerationRequest("word"), Moderation(False, ()), Usage(0, 0)),
    ],
)
def test_every_kind_of_answer(request_: Request[Any], answer: Answer | None, used: Usage) -> None:
    assert estimated_usage(request_, answer, b"x" * 400) == used


def test_a_recording_of_known_length() -> None:
    assert heard(12.3, "word") == Usage(123, 1)
