"""Moderations, embeddings and the legacy completions of the fake."""

from __future__ import annotations

from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.fakes.openai import FakeOpenAI


def test_moderation_flags_by_category(client: OpenAI) -> None:
    answer = client.moderations.create(
        model="omni-moderation-latest",
        input=["How do I sow millet?", "I want to hurt myself", "I will kill you"],
    )
    calm, sad, angry = answer.results
    assert not calm.flagged
    assert sad.categories.self_harm
    assert sad.categories.self_harm_intent
    assert not sad.categories.violence
    assert angry.categories.violence
    assert angry.category_scores.violence > 0.9
    assert len(calm.categories.model_dump(by_alias=True)) == 13


def test_moderation_of_parts(client: OpenAI, openai: FakeOpenAI) -> None:
    picture: Any = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    answer = client.moderations.create(input=[{"type": "text", "text": "kill"}, picture])
    assert len(answer.results) == 1
    assert answer.results[0].category_applied_input_types.violence == ["text", "image"]
    with pytest.raises(BadRequestError):
        client.moderations.create(input=[picture, picture])
    with pytest.raises(BadRequestError):
        client.post("/moderations", body={"text": "x"}, cast_to=dict)
    openai.violations.clear()


def test_embeddings_are_near_when_words_are_shared(client: OpenAI) -> None:
    answer = client.embeddings.create(
        model="text-embedding-3-small",
        input=["millet seeds in June", "millet seeds in July", "bus timetable"],
    )
    first, second, third = (one.embedding for one in answer.data)
    near = sum(a * b for a, b in zip(first, second, strict=True))
    far = sum(a * b for a, b in zip(first, third, strict=True))
    assert len(first) == 1536
    assert near > 0.7 > 0.1 > far


def test_embedding_dimensions_and_formats(client: OpenAI, openai: FakeOpenAI) -> None:
    plain = client.embeddings.create(
        model="text-embedding-3-large", input="millet", dimensions=256, encoding_format="float"
    )
    packed = client.embeddings.create(
        model="text-embedding-3-large", input="millet", dimensions=256
    )
    assert openai.last.body["encoding_format"] == "base64"
    assert len(plain.data[0].embedding) == 256
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding)
    with pytest.raises(BadRequestError) as caught:
        client.embeddings.create(model="text-embedding-ada-002", input="x", dimensions=5)
    assert caught.value.code == "unsupported_parameter"


@pytest.mark.parametrize(
    "given", ["", [], [""], ["x"] * 2049, "a" * 40_000, ["a" * 30_000] * 41, {"text": "x"}]
)
def test_bad_embedding_input(client: OpenAI, openai: FakeOpenAI, given: Any) -> None:
    with pytest.raises(BadRequestError):
        client.embeddings.create(model="text-embedding-3-small", input=given)
    assert len(openai.violations) == 1
    openai.violations.clear()


def test_legacy_completions_need_a_revived_model(client: OpenAI, openai: FakeOpenAI) -> None:
    model = "gpt-3.5-turbo-instruct"
    with pytest.raises(NotFoundError):
        client.completions.create(model=model, prompt="Hello")
    openai.revive(model)
    openai.say("Once upon a time")
    answer = client.completions.create(model=model, prompt="Tell", n=2, max_tokens=50)
    assert [choice.text for choice in answer.choices] == ["Once upon a time"] * 2
    assert client.completions.create(model=model, prompt="Hi").choices[0].text == "You said: Hi"
    with pytest.raises(NotFoundError) as caught:
        client.completions.create(model="gpt-4o", prompt="Hello")
    assert "v1/chat/completions" in caught.value.message
    with pytest.raises(BadRequestError):
        client.completions.create(model=model, prompt="x", n=3, best_of=2)
    openai.violations.clear()
