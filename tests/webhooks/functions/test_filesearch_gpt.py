"""The webhook function filesearch-gpt through the front door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.knowledge import FEES, HOURS, vector_store

QUESTION = "When are the fees due?"


def heard(openai: FakeOpenAI) -> list[tuple[str, str]]:
    """What the model had before it in the last answer."""
    return openai.asked("/responses")[-1].heard


def test_the_answer_comes_from_the_files(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, system_prompt="You speak for the school.")
    store = vector_store(openai)
    body = {"question": QUESTION, "vector_store_id": store, "prompt": "Be short."}
    answer = service.call("filesearch-gpt", body).json
    assert answer["success"] is True
    assert answer["message"] == FEES
    assert answer["thread_id"].startswith("thread_")
    assert openai.last.body == {
        "model": "gpt-6-luna",
        "instructions": "You speak for the school.\n\nBe short.",
        "input": [{"role": "user", "content": QUESTION}],
        "tools": [{"type": "file_search", "vector_store_ids": [store]}],
        "store": False,
    }


@pytest.mark.parametrize("asked", [{}, {"remove_citation": True}, {"remove_citation": "true"}])
def test_marks_of_sources_are_left_out(
    service: Service, openai: FakeOpenAI, asked: dict[str, Any]
) -> None:
    service.organisation(openai)
    openai.say("On the fifth 【4:0†fees.pdf】, at nine【4:1†source】.")
    body = {"question": QUESTION, "vector_store_id": vector_store(openai), **asked}
    assert service.call("filesearch-gpt", body).json["message"] == "On the fifth, at nine."


def test_the_conversation_is_remembered(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    store = vector_store(openai)
    first = service.call("filesearch-gpt", {"question": QUESTION, "vector_store_id": store}).json
    body = {
        "question": "And when does the school open?",
        "vector_store_id": store,
        "thread_id": first["thread_id"],
    }
    second = service.call("filesearch-gpt", body).json
    cited = second.pop("sources")
    assert second == {
        "success": True,
        "message": HOURS,
        "thread_id": first["thread_id"],
        "found": True,
    }
    assert [(one["title"], one["page"]) for one in cited] == [("a.txt", 0)]
    assert heard(openai)[1:] == [
        ("user", QUESTION),
        ("assistant", FEES),
        ("user", "And when does the school open?"),
    ]


@pytest.mark.parametrize("given", ["", "@results.filesearch.thread_id", "thread_" + "x" * 32, None])
def test_what_is_no_thread_begins_one(
    service: Service, openai: FakeOpenAI, given: str | None
) -> None:
    service.organisation(openai)
    body = {"question": QUESTION, "vector_store_id": vector_store(openai), "thread_id": given}
    answer = service.call("filesearch-gpt", body)
    assert answer.status == 200
    assert answer.json["thread_id"] != given


def test_another_organisations_thread_is_never_reached(
    service: Service, openai: FakeOpenAI
) -> None:
    store = vector_store(openai)
    service.organisation(openai, "theirs")
    secret = {"question": "Our secret fees", "vector_store_id": store}
    theirs = service.call("filesearch-gpt", secret).json["thread_id"]
    service.organisation(openai, "acme")
    body = {"question": QUESTION, "vector_store_id": store, "thread_id": theirs}
    ours = service.call("filesearch-gpt", body).json
    assert ours["thread_id"] != theirs
    assert heard(openai)[1:] == [("user", QUESTION)]


def test_citation_marks_are_left_out(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say("On the fifth 【4:0†fees.txt】. \ue200filecite\ue202turn0file0\ue201Really.")
    body = {"question": QUESTION, "vector_store_id": vector_store(openai)}
    assert service.call("filesearch-gpt", body).json["message"] == "On the fifth.Really."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": QUESTION}, "vector_store_id"),
        ({"question": QUESTION, "assistant_id": "asst_old"}, "assistant_id"),
        ({"question": "", "vector_store_id": "vs_1"}, "question"),
        ({"question": "@results.q", "vector_store_id": "vs_1"}, "question"),
        ({"question": "why " * 100_000, "vector_store_id": "vs_1"}, "question"),
    ],
)
def test_what_is_missing_or_too_long_is_named(
    service: Service, openai: FakeOpenAI, body: dict[str, Any], field: str
) -> None:
    service.organisation(openai)
    answer = service.call("filesearch-gpt", body)
    assert answer.status == 400
    assert field in answer.error["fields"]
    assert answer.json["message"] == answer.error["message"]
    assert openai.asked("/responses") == []


def say_failures(openai: FakeOpenAI, code: str) -> None:
    """Fail the first try and both that follow."""
    for _ in range(3):
        openai.say_failure(code, "x")


def test_a_failure_that_passes_is_not_noticed(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_failure("server_error", "x")
    body = {"question": QUESTION, "vector_store_id": vector_store(openai)}
    assert service.call("filesearch-gpt", body).status == 200


@pytest.mark.parametrize(
    ("say", "status", "kind"),
    [
        (lambda openai: openai.say_refusal(), 502, "refused"),
        (lambda openai: openai.say_content_filter(), 502, "content_filter"),
        (lambda openai: say_failures(openai, "server_error"), 502, "provider_error"),
        (lambda openai: say_failures(openai, "vector_store_timeout"), 504, "provider_timeout"),
        (lambda openai: openai.fail(faults.empty_choices()), 502, "invalid_response"),
        (lambda openai: openai.fail(faults.null_content()), 502, "invalid_response"),
        (lambda openai: openai.fail(faults.json_array()), 502, "invalid_response"),
    ],
)
def test_failures_are_typed(
    service: Service, openai: FakeOpenAI, say: Any, status: int, kind: str
) -> None:
    service.organisation(openai)
    body = {"question": QUESTION, "vector_store_id": vector_store(openai)}
    say(openai)
    answer = service.call("filesearch-gpt", body)
    assert (answer.status, answer.error["type"]) == (status, kind)


@pytest.mark.parametrize(
    "settings",
    [
        {"assistants": {"asst_a": {}}},
        {"assistants": {"asst_a": {"vector_store_id": ""}}},
        {"assistants": {"asst_a": {"vector_store_id": "vs_1", "files": 3}}},
        {"assistants": {"two words": {"vector_store_id": "vs_1"}}},
        {"assistants": ["asst_a"]},
        {"assistants": {f"asst_{place}": {"vector_store_id": "vs_1"} for place in range(101)}},
        {"assistant": {}},
    ],
)
def test_wrong_assistants_are_refused(service: Service, settings: dict[str, Any]) -> None:
    service.organisation()
    answer = service.admin("PUT", "/settings/acme/assistants", settings)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [
        {"output_text": FEES},
        {"output": [{"content": [{"text": FEES}]}]},
        {"output": [{"type": "message", "content": FEES}]},
        {
            "output": [
                {"type": "file_search_call"},
                {"type": "message", "content": [{"text": FEES}]},
            ]
        },
    ],
)
def test_an_answer_that_is_barely_one_is_read(
    service: Service, openai: FakeOpenAI, body: dict[str, Any]
) -> None:
    service.organisation(openai)
    openai.fail(faults.status(200, body=json.dumps(body).encode()))
    answer = service.call("filesearch-gpt", {"question": QUESTION, "vector_store_id": "vs_1"})
    assert answer.json["message"] == FEES


# --- what the answer cites ---


def test_the_files_that_the_answer_cites_are_its_sources(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    cited = {"type": "file_citation", "file_id": "file-1", "filename": "fees.pdf", "index": 3}
    other = {"type": "url_citation", "url": "https://example.org"}
    part = {"text": FEES, "annotations": [cited, cited, other, {"type": "file_citation"}, 5]}
    body = {"output": [{"type": "message", "content": [part]}]}
    openai.fail(faults.status(200, body=json.dumps(body).encode()))
    answer = service.call("filesearch-gpt", {"question": QUESTION, "vector_store_id": "vs_1"}).json
    assert answer["found"] is True
    assert answer["sources"] == [{"document": "file-1", "title": "fees.pdf", "page": 0}]


@pytest.mark.parametrize(
    ("given", "message"), [({}, FEES), ({"not_found_message": "Ask us."}, "Ask us.")]
)
def test_an_answer_that_cites_no_file_was_not_found(
    service: Service, openai: FakeOpenAI, given: dict[str, Any], message: str
) -> None:
    service.organisation(openai)
    openai.fail(faults.status(200, body=json.dumps({"output_text": FEES}).encode()))
    body = {"question": QUESTION, "vector_store_id": "vs_1", **given}
    answer = service.call("filesearch-gpt", body).json
    assert (answer["found"], answer["sources"], answer["message"]) == (False, [], message)
