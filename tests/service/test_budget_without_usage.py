"""Budgets where a provider counts no tokens: every way of asking a model uses up the month."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest

from flowhook.limits.limiter import Limiter
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say
from tests.knowledge import vector_store
from tests.waiting import wait_for

WORDS = "word " * 400
BUDGET = 2_000
MOST_CALLS = 40
VOICE_NOTE = "data:audio/ogg;base64," + base64.b64encode(sounds.ogg_opus(1)).decode()
ASKING = {
    "uuid": "f",
    "nodes": [
        {
            "id": "h",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "result_name": "r",
                "body": '{"question_text": "Why?", "wait_seconds": "1"}',
            },
            "success": "yes",
            "failure": "no",
        },
        {"id": "yes", "send": "Yes"},
        {"id": "no", "send": "No"},
    ],
}
BODIES: dict[str, dict[str, Any]] = {
    "parse_via_chat_gpt": {"question_text": "Why?"},
    "prompt": {"prompt": "Why?"},
    "chat": {"prompt": "Why?", "max_tokens": 50},
    "chat_with_vision": {"input": "Why?"},
    "filesearch-gpt": {"question": "Why?"},
    "function_calling": {"input": "Why?", "functions": ["get_buttons"]},
    "speech_to_text": {"speech": VOICE_NOTE},
    "text_to_speech": {"text": WORDS},
    "generate_image": {"prompt": "A kite"},
}
UNCOUNTED = [None, {}, {"total_tokens": 0}, {"prompt_tokens": None, "completion_tokens": None}]


@pytest.fixture
def acme(open_service: OpenService, fake_redis: Any, openai: FakeOpenAI) -> Service:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation(openai)
    set_budget(service)
    openai.say_by(lambda _: WORDS)
    return service


def set_budget(service: Service) -> None:
    assert service.admin("PUT", "/settings/acme/limits", {"monthly_tokens": BUDGET}).status == 201


def counted(service: Service) -> int:
    return Limiter(service.redis).tokens_this_month("acme")


def use_up(service: Service, call: Callable[[], str | None]) -> None:
    """Call until the error's type is that of a used-up budget; each call counts."""
    for _ in range(MOST_CALLS):
        before = counted(service)
        failure = call()
        if failure == "budget_exceeded":
            return
        assert failure is None
        assert counted(service) > before
    raise AssertionError("the budget never ends")


@pytest.mark.parametrize("told", UNCOUNTED, ids=str)
@pytest.mark.parametrize("function", BODIES)
def test_every_function(acme: Service, openai: FakeOpenAI, function: str, told: Any) -> None:
    body = dict(BODIES[function])
    if function == "filesearch-gpt":
        body["vector_store_id"] = vector_store(openai)
    if function != "text_to_speech":  # speech never has any
        openai.fail(faults.usage(told), times=None)

    def call() -> str | None:
        openai.say_transcript(WORDS)
        answer = acme.call(function, body)
        return None if answer.status == 200 else str(answer.error["type"])

    use_up(acme, call)
    acme.flush()
    lines = acme.admin("GET", "/usage/acme").json["usage"]
    assert sum(line["input_tokens"] + line["output_tokens"] for line in lines) >= BUDGET / 2


def test_jobs(jobs: JobsService, openai: FakeOpenAI) -> None:
    jobs.service.organisation(openai)
    set_budget(jobs.service)
    openai.say_by(lambda _: WORDS)
    openai.fail(faults.usage(), times=None)

    def call() -> str | None:
        job = jobs.accept("prompt", {"prompt": "Why?"}, headers={"Prefer": "respond-async"})
        error = jobs.wait(job)["result"].get("error")
        return str(error["type"]) if error else None

    use_up(jobs.service, call)


def test_late_answers_of_a_flow(jobs: JobsService, openai: FakeOpenAI) -> None:
    jobs.service.organisation(openai)
    set_budget(jobs.service)
    publish(jobs.service, ASKING)
    openai.say(WORDS)
    gate = threading.Event()
    openai.fail(faults.held(gate, faults.usage()))
    assert say(jobs.service, {"flow": "f"}).json["messages"] == []
    gate.set()
    path = "/conversations/acme/7"
    wait_for(lambda: jobs.service.admin("GET", path).json["status"] == "completed", "the answer")
    assert counted(jobs.service) >= len(WORDS) / 4


def test_an_answer_that_nobody_can_read(acme: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.not_json(), times=None)
    answer = acme.call("parse_via_chat_gpt", {"question_text": WORDS})
    assert answer.error["type"] == "invalid_response"
    assert counted(acme) >= len(WORDS) / 4


def test_a_call_that_the_provider_refuses_costs_nothing(acme: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(400), times=None)
    assert acme.call("parse_via_chat_gpt", {"question_text": WORDS}).status == 502
    assert counted(acme) == 0
