"""Vectors of texts in OpenAI's format.

Source: OpenAI OpenAPI spec 2.3.0, POST /embeddings
"""

from __future__ import annotations

from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import WireCall
from flowhook.providers.model_client import EmbeddingRequest, Embeddings
from flowhook.providers.openai.chat import read_model, read_usage
from flowhook.providers.transport import HttpReply

MODEL = "text-embedding-3-small"


def embedding_call(request: EmbeddingRequest, model: str) -> WireCall[Embeddings]:
    """Build the call for the vectors of texts."""
    texts = list(request.texts)

    def read(reply: HttpReply) -> Embeddings:
        answer = reply.read_object()
        return Embeddings(
            _vectors(answer.get("data"), len(texts)),
            usage=read_usage(answer.get("usage")),
            model=read_model(answer),
        )

    return WireCall("/embeddings", {"model": model, "input": texts}, read)


def _vectors(data: Any, count: int) -> tuple[tuple[float, ...], ...]:
    """Return the vectors in the order of their `index`, one for each text."""
    found: dict[Any, tuple[float, ...]] = {}
    for entry in data if isinstance(data, list) else ():
        vector = entry.get("embedding") if isinstance(entry, dict) else None
        if isinstance(vector, list) and all(isinstance(part, int | float) for part in vector):
            found[entry.get("index")] = tuple(vector)
    if set(found) != set(range(count)):
        raise InvalidResponse("the provider did not answer a vector for every text")
    return tuple(found[index] for index in range(count))
