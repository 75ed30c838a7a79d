"""Vectors of texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import EmbeddingRequest
from tests.fakes.openai import FakeOpenAI, faults
from tests.flowhook.providers.asking import Asker


def test_each_text_has_its_vector(asker: Asker, openai: FakeOpenAI) -> None:
    answer = asker.client.embed(EmbeddingRequest(["a red kite", "a red kite", "fees"]))
    one, same, other = answer.vectors
    assert one == same != other
    assert openai.last.body == {
        "model": "text-embedding-3-small",
        "input": ["a red kite", "a red kite", "fees"],
    }
    assert answer.usage is not None
    assert asker.client.usage.input_tokens == answer.usage.input_tokens > 0
    larger = asker.client.embed(EmbeddingRequest(["fees"], "text-embedding-3-large"))
    assert len(larger.vectors[0]) == 3072


def test_vectors_come_in_the_order_of_their_texts(asker: Asker, openai: FakeOpenAI) -> None:
    data = [{"index": 1, "embedding": [1, 0.5]}, {"index": 0, "embedding": [0, 1]}]
    openai.fail(faults.status(200, body=json.dumps({"data": data}).encode()))
    assert asker.client.embed(EmbeddingRequest(["a", "b"])).vectors == ((0, 1), (1, 0.5))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        [{"index": 0, "embedding": [1]}, {"index": 2, "embedding": [1]}],
        [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": ["x"]}],
        [{"index": 0, "embedding": [1]}, {"index": 1}],
        ["x", "y"],
    ],
)
def test_a_missing_vector_is_no_answer(asker: Asker, openai: FakeOpenAI, data: Any) -> None:
    openai.fail(faults.status(200, body=json.dumps({"data": data}).encode()))
    with pytest.raises(InvalidResponse):
        asker.client.embed(EmbeddingRequest(["a", "b"]))
