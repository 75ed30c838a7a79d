"""Answers from an organisation's files: which store, prompt and model, and the thread."""

from __future__ import annotations

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.knowledge import FEES, vector_store

QUESTION = "When are the fees due?"


def test_an_assistant_stands_for_store_prompt_and_model(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    assistant = {
        "vector_store_id": vector_store(openai),
        "prompt": "Answer a parent.",
        "model": "gpt-5.4",
    }
    settings = {"assistants": {"asst_parents": assistant}}
    assert service.admin("PUT", "/settings/acme/assistants", settings).status == 201
    assert service.admin("GET", "/settings/acme/assistants").json == settings
    body = {"question": QUESTION, "assistant_id": "asst_parents"}
    assert service.call("filesearch-gpt", body).json["message"] == FEES
    assert openai.last.body["model"] == "gpt-5.4"
    assert openai.last.body["instructions"] == "Answer a parent."
    body = {**body, "prompt": "Be short.", "model": "gpt-5.2"}
    assert service.call("filesearch-gpt", body).status == 200
    assert openai.last.body["model"] == "gpt-5.2"
    assert openai.last.body["instructions"] == "Answer a parent.\n\nBe short."


def test_an_unknown_store_is_explained(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("filesearch-gpt", {"question": "?", "vector_store_id": "vs_none"})
    assert (answer.status, answer.error["type"]) == (502, "provider_rejected")
    assert "vector store" in answer.error["fix"]


def test_a_failed_question_is_not_remembered(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"question": QUESTION, "vector_store_id": vector_store(openai)}
    openai.say_refusal()
    service.call("filesearch-gpt", body)
    assert not list(service.redis.scan_iter("*thread*"))


def test_a_store_that_is_named_wins_over_the_assistants(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    settings = {"assistants": {"asst_parents": {"vector_store_id": "vs_old"}}}
    service.admin("PUT", "/settings/acme/assistants", settings)
    store = vector_store(openai)
    for assistant in ("asst_parents", "asst_unknown"):
        body = {"question": QUESTION, "assistant_id": assistant, "vector_store_id": store}
        assert service.call("filesearch-gpt", body).json["message"] == FEES
        assert openai.last.body["tools"][0]["vector_store_ids"] == [store]


def test_without_any_prompt_the_model_is_told_to_keep_to_the_files(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    service.call("filesearch-gpt", {"question": QUESTION, "vector_store_id": vector_store(openai)})
    assert openai.last.body["instructions"].startswith("Answer from the files you find.")
