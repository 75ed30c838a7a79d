"""The official client and ours get the same answer to the same request from the local model."""

from __future__ import annotations

from typing import Any

import openai

from demo.local_model import LocalModel
from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.model_client import ChatRequest
from flowhook.providers.websocket import ConversingTransport
from tests.fixtures_model import LOCAL_MODEL_KEY

MESSAGES: list[Any] = [
    {"role": "system", "content": "Answer in one short sentence."},
    {"role": "user", "content": "What is the capital of France?"},
]


def test_the_same_answer(local_model: LocalModel, transport: ConversingTransport) -> None:
    theirs = openai.OpenAI(
        api_key=LOCAL_MODEL_KEY, base_url=local_model.base_url, max_retries=0, timeout=60
    ).chat.completions.create(
        model=local_model.model, messages=MESSAGES, temperature=0, max_completion_tokens=40
    )
    account = Account(LOCAL_MODEL_KEY, local_model.base_url, local_model.model)
    ours = AccountClient(account, transport).chat(
        ChatRequest(MESSAGES, temperature=0, max_tokens=40)
    )
    assert theirs.choices[0].message.content
    assert ours.first.text == theirs.choices[0].message.content
    assert ours.first.finish_reason == theirs.choices[0].finish_reason
    assert ours.model == theirs.model
    assert theirs.usage
    assert ours.usage
    assert ours.usage.input_tokens == theirs.usage.prompt_tokens
    assert ours.usage.output_tokens == theirs.usage.completion_tokens


def test_the_same_models(local_model: LocalModel, transport: ConversingTransport) -> None:
    theirs = openai.OpenAI(api_key=LOCAL_MODEL_KEY, base_url=local_model.base_url).models.list()
    account = Account(LOCAL_MODEL_KEY, local_model.base_url, local_model.model)
    ours = AccountClient(account, transport).models()
    assert [model.id for model in ours] == [model.id for model in theirs]
