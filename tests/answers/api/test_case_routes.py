"""A question set's cases over HTTP: one by one, and out of the log."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.api.test_question_set_routes import FARM, PATH
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    assert service.admin("PUT", PATH, FARM).status == 201
    return service


def test_a_case_is_added_shown_replaced_and_deleted(acme: Service) -> None:
    case = {"question": "Why?", "checks": [{"contains": "because"}]}
    added = acme.admin("POST", f"{PATH}/cases", case)
    assert added.status == 201
    path = f"{PATH}/cases/{added.json['id']}"
    shown = acme.admin("GET", path)
    assert shown.json == {"id": added.json["id"], **case}
    replaced = acme.admin("PUT", path, {"question": "Why not?", "must": True})
    assert replaced.status == 200
    assert acme.admin("GET", path).json["must"] is True
    assert acme.admin("GET", path).headers["ETag"] == replaced.headers["ETag"]
    assert acme.admin("DELETE", path).status == 204
    assert acme.admin("GET", path).status == acme.admin("DELETE", path).status == 404
    assert acme.admin("PUT", f"{PATH}/cases/mine", case).status == 201
    assert [one["id"] for one in acme.admin("GET", PATH).json["cases"]] == ["seed", "talk", "mine"]


def test_a_case_comes_out_of_a_conversation(acme: Service) -> None:
    turns = ["Hello", {"type": "quick_reply", "text": "Yes"}]
    added = acme.admin("POST", f"{PATH}/cases", {"turns": turns})
    assert acme.admin("GET", f"{PATH}/cases/{added.json['id']}").json["turns"] == turns


def test_what_is_wrong_with_a_case_is_named(acme: Service) -> None:
    path = f"{PATH}/cases"
    for case, field in (
        ({}, "question"),
        ({"question": "x", "answers": "y"}, "answers"),
        ({"question": "x", "checks": [{"reaches": "y"}]}, "checks"),
        ({"question": "x", "log_id": "1-0"}, "question"),
        ({"log_id": 5}, "log_id"),
    ):
        refused = acme.admin("POST", path, case)
        assert refused.status == 400
        assert field in refused.error["fields"], refused.error
    taken = acme.admin("POST", path, {"id": "seed", "question": "x"})
    assert (taken.status, taken.error["type"]) == (409, "conflict")
    other = acme.admin("PUT", f"{path}/one", {"id": "two", "question": "x"})
    assert "id" in other.error["fields"]
    assert acme.admin("PUT", f"{path}/..x y", {"question": "x"}).status == 400
    for method, where in (("POST", "none/cases"), ("GET", "none/cases"), ("PUT", "none/cases/a")):
        body = None if method == "GET" else {"question": "x"}
        assert acme.admin(method, f"/question-sets/acme/{where}", body).status == 404
    assert acme.admin("GET", PATH).json["count"] == 2


def test_cases_are_paged(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.api.case_routes.PAGE_CASES", 1)
    first = acme.admin("GET", f"{PATH}/cases").json
    assert first["cases"] == FARM["cases"][:1]
    second = acme.admin("GET", f"{PATH}/cases?cursor={first['next_cursor']}").json
    assert second == {"cases": FARM["cases"][1:], "next_cursor": None}
    assert "cursor" in acme.admin("GET", f"{PATH}/cases?cursor=-1").error["fields"]


def test_two_who_change_a_case(acme: Service) -> None:
    path = f"{PATH}/cases/seed"
    tag = acme.admin("GET", path).headers["ETag"]
    newer = acme.admin("PUT", path, {"question": "a"}, headers={"If-Match": tag})
    assert newer.status == 200
    late = acme.admin("PUT", path, {"question": "b"}, headers={"If-Match": tag})
    assert (late.status, list(late.error["fields"])) == (412, ["seed"])
    assert acme.admin("DELETE", path, headers={"If-Match": tag}).status == 412
    whole = acme.admin("GET", PATH).headers["ETag"]
    assert acme.admin("DELETE", path, headers={"If-Match": whole}).status == 204
    assert acme.admin("PUT", path, {"question": "b"}, headers={"If-Match": "*"}).status == 412


# --- out of the log -------------------------------------------------------------------------


def logged(service: Service, function: str, body: Any) -> str:
    """The log entry of a call."""
    service.call(function, body)
    service.flush()
    return str(service.admin("GET", "/logs/acme").json["logs"][0]["id"])


def from_log(service: Service, log_id: str) -> dict[str, Any]:
    added = service.admin("POST", f"{PATH}/cases", {"log_id": log_id})
    assert added.status == 201, added.body
    case = service.admin("GET", f"{PATH}/cases/{added.json['id']}").json
    assert case.pop("id") == added.json["id"]
    return case


CONTACT = {
    "contact": {"id": 5, "name": "Asha", "phone": "919800000000"},
    "results": {"village": "Rampur"},
    "flow": {"id": 7},
    "contact_id": "5",
    "result_name": "r",
    "thread_id": "asha-1",
}


def test_a_call_in_the_log_becomes_a_case(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.admin("PUT", PATH, FARM)
    openai.say("Sow wheat.")
    body = {"question_text": "गेहूँ कब?", "prompt": "Another.", "temperature": 0.5, **CONTACT}
    case = from_log(service, logged(service, "parse_via_chat_gpt", body))
    assert case == {
        "question": "गेहूँ कब?",
        "body": {"temperature": 0.5},
        "answer": "Sow wheat.",
    }


def test_a_saved_prompt_asks_as_it_says_itself(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "farmer_help"}}
    service.admin("PUT", PATH, {"target": target})
    body = {"question_text": "Why?", "prompt": "Another.", "model": "gpt-6-luna", "max_tokens": 50}
    openai.say("Because.")
    case = from_log(service, logged(service, "parse_via_chat_gpt", body))
    assert case == {"question": "Why?", "answer": "Because."}


def test_a_case_names_no_version_of_a_prompt(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.admin("PUT", PATH, {"target": {"function": "parse_via_chat_gpt"}})
    service.admin("POST", "/prompts/acme/farmer_help", {"text": "Help {{name}}."})
    openai.say("Because.")
    saved = {"prompt_variables": {"name": "Asha"}, "saved_prompt": "farmer_help@1"}
    log_id = logged(service, "parse_via_chat_gpt", {"question_text": "Why?", **saved})
    case = from_log(service, log_id)
    assert case["body"] == {**saved, "saved_prompt": "farmer_help"}
    assert case["answer"] == "Because."


def test_of_a_chat_the_last_message_is_the_question(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.admin("PUT", PATH, {"target": {"function": "chat"}})
    before = [{"role": "system", "content": "Help."}, {"role": "user", "content": "Hi"}]
    body = {"messages": [*before, {"role": "user", "content": "Why?"}]}
    openai.say("Because.")
    case = from_log(service, logged(service, "chat", body))
    assert case == {"question": "Why?", "body": {"messages": before}, "answer": "Because."}


def test_an_answer_that_is_no_text_is_json(service: Service) -> None:
    service.organisation()
    service.admin("PUT", PATH, {"target": {"function": "get_buttons"}})
    case = from_log(service, logged(service, "get_buttons", {"buttons_data": "Yes|No"}))
    assert case["question"] == "Yes|No"
    assert case["answer"] == '{"button_1":"Yes","button_2":"No"}'


def test_a_call_that_failed_has_no_answer(service: Service) -> None:
    service.organisation(is_active=False)
    service.admin("PUT", PATH, FARM)
    log_id = logged(service, "parse_via_chat_gpt", {"question_text": "Why?"})
    assert from_log(service, log_id) == {"question": "Why?"}


KEY = "sk-0123456789abcdef"  # not one of the organisation's


def test_a_call_that_is_no_case_is_refused(acme: Service) -> None:
    path = f"{PATH}/cases"
    assert acme.admin("POST", path, {"log_id": "1-0"}).error["type"] == "not_found"
    other = logged(acme, "get_buttons", {"buttons_data": "Yes|No"})
    refused = acme.admin("POST", path, {"log_id": other})
    assert (refused.status, refused.error["type"]) == (409, "conflict")
    assert "asked get_buttons" in refused.error["message"]
    silent = logged(acme, "parse_via_chat_gpt", {"question_text": ""})
    assert (
        "no text in question_text" in acme.admin("POST", path, {"log_id": silent}).error["message"]
    )
    large = logged(acme, "parse_via_chat_gpt", {"question_text": "x" * 100_000})
    refused = acme.admin("POST", path, {"log_id": large})
    assert (refused.status, "whole of this call" in refused.error["message"]) == (400, True)
    for secret in ({"question_text": f"Why {KEY}?"}, {"question_text": "Why?", "account": KEY}):
        refused = acme.admin("POST", path, {"log_id": logged(acme, "parse_via_chat_gpt", secret)})
        assert (refused.status, "without the secrets" in refused.error["message"]) == (400, True)
    acme.admin("PUT", PATH, {"target": {"flow": "u"}})
    refused = acme.admin("POST", path, {"log_id": other})
    assert (refused.status, "asks a flow" in refused.error["message"]) == (409, True)
    assert acme.admin("GET", PATH).json["count"] == 0
