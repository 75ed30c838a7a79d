"""The fake of Azure OpenAI, held to by the official client."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import requests
from openai import AzureOpenAI

from tests.fakes.azure import FakeAzureOpenAI, filtered, too_many
from tests.fakes.openai import sounds

VERSION = "2024-10-21"


@pytest.fixture
def azure() -> Iterator[FakeAzureOpenAI]:
    with FakeAzureOpenAI() as fake:
        fake.deploy("our-chat", "gpt-6-luna")
        fake.deploy("our-voice", "gpt-4o-mini-tts")
        fake.deploy("our-ear", "gpt-transcribe")
        fake.deploy("our-brush", "gpt-image-2")
        fake.deploy("our-vectors", "text-embedding-3-small")
        yield fake


def opened(azure: FakeAzureOpenAI, **options: Any) -> AzureOpenAI:
    known = {"api_key": azure.key, "api_version": VERSION, "max_retries": 0, **options}
    return AzureOpenAI(azure_endpoint=azure.base_url, **known)


def ask(client: AzureOpenAI, deployment: str = "our-chat") -> Any:
    messages: list[Any] = [{"role": "user", "content": "Hello"}]
    return client.chat.completions.create(model=deployment, messages=messages)


def test_the_official_client_is_answered(azure: FakeAzureOpenAI) -> None:
    client = opened(azure)
    answer = ask(client)
    assert (answer.model, answer.choices[0].message.content) == ("gpt-6-luna", "You said: Hello")
    assert client.embeddings.create(model="our-vectors", input=["a", "b"]).data[1].index == 1
    spoken = client.audio.speech.create(model="our-voice", voice="alloy", input="Hello")
    assert spoken.content
    file = ("speech.ogg", io.BytesIO(sounds.ogg_opus(3)), "audio/ogg")
    heard = client.audio.transcriptions.create(model="our-ear", file=file)
    assert "speech.ogg" in heard.text
    drawn = client.images.generate(model="our-brush", prompt="A kite")
    assert drawn.data
    assert "gpt-6-luna" in [model.id for model in client.models.list()]
    assert {asked.query["api-version"] for asked in azure.requests} == {VERSION}


def test_the_undated_api_knows_deployments_too(azure: FakeAzureOpenAI) -> None:
    client = openai.OpenAI(api_key=azure.key, base_url=f"{azure.base_url}/openai/v1", max_retries=0)
    assert client.responses.create(model="our-chat", input="Hello").output_text
    with pytest.raises(openai.NotFoundError) as caught:
        client.responses.create(model="gpt-6-luna", input="Hello")
    assert caught.value.code == "DeploymentNotFound"
    with pytest.raises(openai.BadRequestError):
        client.responses.create(
            model="our-chat", input="Hello", extra_query={"api-version": VERSION}
        )


def test_what_the_gateway_refuses(azure: FakeAzureOpenAI) -> None:
    for wrong in ({"api_key": "f" * 32}, {"api_key": None, "azure_ad_token": azure.key}):
        with pytest.raises(openai.AuthenticationError) as denied:
            ask(opened(azure, **wrong))
        assert denied.value.code == "401"
    with pytest.raises(openai.NotFoundError) as unknown:
        ask(opened(azure), "gpt-6-luna")
    assert unknown.value.code == "DeploymentNotFound"
    with pytest.raises(openai.NotFoundError) as old:
        ask(opened(azure, api_version="2019-01-01"))
    assert old.value.code == "404"
    with pytest.raises(openai.BadRequestError) as other:
        ask(opened(azure), "our-voice")
    assert other.value.code == "OperationNotSupported"
    with pytest.raises(openai.NotFoundError):
        opened(azure).moderations.create(input="Hello")
    url = f"{azure.base_url}/openai/deployments/our-chat/chat/completions"
    headers = {"api-key": azure.key}
    assert requests.post(url, json={}, headers=headers, timeout=5).status_code == 404


def test_what_the_model_behind_it_refuses_is_a_violation(azure: FakeAzureOpenAI) -> None:
    with pytest.raises(openai.BadRequestError):
        opened(azure).chat.completions.create(model="our-chat", messages=[])
    assert azure.violations
    azure.violations.clear()


def test_its_faults(azure: FakeAzureOpenAI) -> None:
    azure.fail(filtered())
    with pytest.raises(openai.BadRequestError) as caught:
        ask(opened(azure))
    assert caught.value.code == "content_filter"
    azure.fail(too_many(250))
    with pytest.raises(openai.RateLimitError) as limited:
        ask(opened(azure))
    assert (limited.value.code, limited.value.response.headers["retry-after-ms"]) == ("429", "250")
