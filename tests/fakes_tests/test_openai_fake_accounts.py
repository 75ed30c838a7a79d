"""Keys, organisations, quotas and models of the fake."""

from __future__ import annotations

import datetime

import pytest
import requests
from openai import AuthenticationError, NotFoundError, OpenAI, RateLimitError

from tests.fakes.openai import FakeOpenAI


def speak(client: OpenAI, model: str = "gpt-6-luna") -> str | None:
    answer = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello"}]
    )
    return answer.choices[0].message.content


def with_key(openai: FakeOpenAI, key: str, **options: str) -> OpenAI:
    return OpenAI(api_key=key, base_url=openai.base_url, max_retries=0, **options)  # type: ignore[arg-type]


def test_wrong_key(openai: FakeOpenAI) -> None:
    with pytest.raises(AuthenticationError) as caught:
        speak(with_key(openai, "sk-wrong-0123456789abcd"))
    assert caught.value.code == "invalid_api_key"
    assert "sk-wron********abcd" in caught.value.message
    assert "0123456789" not in caught.value.message


def test_missing_key(openai: FakeOpenAI) -> None:
    answer = requests.get(f"{openai.base_url}/models", timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_removed_key_is_refused(openai: FakeOpenAI) -> None:
    openai.remove_key(openai.add_key("sk-second"))
    with pytest.raises(AuthenticationError):
        speak(with_key(openai, "sk-second"))


def test_organization_and_project(openai: FakeOpenAI) -> None:
    key = openai.add_key("sk-org", organization="org-a", project="proj_a", needs_headers=True)
    right = with_key(openai, key, organization="org-a", project="proj_a")
    assert speak(right)
    assert openai.last.headers["OpenAI-Organization"] == "org-a"
    for options in ({}, {"organization": "org-b", "project": "proj_a"}, {"organization": "org-a"}):
        with pytest.raises(AuthenticationError) as caught:
            speak(with_key(openai, key, **options))
        assert str(caught.value.code).startswith("mismatched_")


def test_quota_ends(openai: FakeOpenAI) -> None:
    key = openai.add_key("sk-poor", quota_tokens=1)
    client = with_key(openai, key)
    assert speak(client)
    assert openai.account(key).used_tokens > 1
    with pytest.raises(RateLimitError) as caught:
        speak(client)
    assert caught.value.type == "insufficient_quota"
    assert caught.value.code == "insufficient_quota"
    assert client.models.list().data


def test_models_of_a_key(openai: FakeOpenAI) -> None:
    client = with_key(openai, openai.add_key("sk-few", models=["gpt-4o"]))
    assert [model.id for model in client.models.list()] == ["gpt-4o"]
    assert speak(client, "gpt-4o")
    with pytest.raises(NotFoundError) as caught:
        speak(client, "gpt-6-luna")
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("model", ["gpt-none", "gpt-4", "o4-mini", "gpt-3.5-turbo"])
def test_unknown_and_retired_models(client: OpenAI, model: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        speak(client, model)
    assert caught.value.code == "model_not_found"
    assert model in caught.value.message


def test_retire_revive_and_add(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.retire("gpt-6-luna")
    openai.revive("gpt-4")
    openai.add_model("ft:gpt-4o:mine")
    with pytest.raises(NotFoundError):
        speak(client)
    assert speak(client, "gpt-4")
    assert speak(client, "ft:gpt-4o:mine")


def test_the_day_decides() -> None:
    with FakeOpenAI(today=datetime.date(2027, 1, 14)) as late, pytest.raises(NotFoundError):
        speak(with_key(late, late.key), "gpt-4o")


def test_model_list_gives_shutdown_dates(client: OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert models["gpt-4o"].shutdown_date == "2027-01-14"
    assert models["gpt-6-luna"].shutdown_date is None
    assert "gpt-4" not in models
    assert client.models.retrieve("gpt-4o").id == "gpt-4o"
    with pytest.raises(NotFoundError):
        client.models.retrieve("gpt-4")


def test_a_model_of_another_kind_is_no_chat_model(client: OpenAI) -> None:
    with pytest.raises(NotFoundError) as caught:
        speak(client, "gpt-image-2")
    assert "not a chat model" in caught.value.message


def test_headers_of_an_answer(openai: FakeOpenAI) -> None:
    key = openai.add_key("sk-head", organization="org-a")
    headers = {"Authorization": f"Bearer {key}"}
    first, second = (
        requests.get(f"{openai.base_url}/models", headers=headers, timeout=5) for _ in range(2)
    )
    assert first.headers["x-request-id"].startswith("req_")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["openai-organization"] == "org-a"
    assert first.headers["openai-processing-ms"]
    left = [int(answer.headers["x-ratelimit-remaining-requests"]) for answer in (first, second)]
    assert left[0] - left[1] == 1
