"""The organisation's log through the front door: every call once, filtered, paged, redacted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from flowhook.http.times import milliseconds, read_time
from flowhook.records.log_entry import LogEntry
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, Service
from tests.flowhook.organisations.everything import everything_in

ASK = {"question_text": "My private question?", "prompt": "The author's prompt."}
BUTTONS = {"buttons_data": "Yes|No"}


@pytest.fixture(autouse=True)
def tenant(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)


def logs(service: Service, query: str = "") -> list[dict[str, Any]]:
    service.flush()
    answer = service.admin("GET", f"/logs/acme{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["logs"]
    return found


def in_full(service: Service, entry: dict[str, Any]) -> Answer:
    return service.admin("GET", f"/logs/acme/{entry['id']}")


def test_a_call_is_logged_once_with_its_numbers(service: Service) -> None:
    answer = service.call(
        "parse_via_chat_gpt",
        {**ASK, "contact": {"id": 7}, "flow": {"id": "3"}},
        headers={"X-Request-ID": "mine"},
    )
    assert answer.status == 200
    [entry] = logs(service)
    assert entry["function"] == "parse_via_chat_gpt"
    assert (entry["status"], entry["http_status"]) == ("ok", 200)
    assert (entry["contact"], entry["flow"]) == ("7", "3")
    assert entry["model"] == "gpt-6-luna"
    assert entry["input_tokens"] > 0
    assert entry["output_tokens"] > 0
    assert entry["milliseconds"] > 0
    assert entry["request_id"] == "mine"
    assert entry["time"].endswith("Z")
    assert "request" not in entry
    whole = in_full(service, entry).json
    assert whole["request"]["question_text"] == ASK["question_text"]
    assert whole["response"] == answer.json


def test_failures_are_logged_too(service: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(401))
    service.call("parse_via_chat_gpt", ASK)
    service.call("get_buttons", {})
    service.call("no_such_function", {})
    service.call("get_buttons", None, raw=b"{")
    entries = logs(service)
    shown = [(entry["function"], entry["status"], entry["http_status"]) for entry in entries]
    assert shown == [
        ("get_buttons", "invalid_json", 400),
        ("unknown", "not_found", 404),
        ("get_buttons", "empty_input", 400),
        ("parse_via_chat_gpt", "invalid_api_key", 502),
    ]
    whole = in_full(service, entries[-1]).json
    assert whole["response"]["error"]["type"] == "invalid_api_key"


def test_the_status_is_the_one_the_caller_saw(service: Service) -> None:
    service.call("get_buttons", {"buttons_data": "", "failure_status": 200})
    [entry] = logs(service)
    assert (entry["status"], entry["http_status"]) == ("empty_input", 200)


def test_who_has_no_proof_is_not_in_anyones_log(service: Service) -> None:
    service.call("get_buttons", BUTTONS, token="wrong")
    assert logs(service) == []


# --- filters ---


def test_filters(service: Service) -> None:
    service.call("get_buttons", {**BUTTONS, "contact_id": 1, "flow_id": 10})
    service.call("get_buttons", {"buttons_data": "", "contact_id": "2", "flow_id": "10"})
    service.call("check_response", {"correct_response": "a", "user_response": "a"})
    assert len(logs(service)) == 3
    assert [e["contact"] for e in logs(service, "?contact=1")] == ["1"]
    assert [e["contact"] for e in logs(service, "?flow=10")] == ["2", "1"]
    assert [e["function"] for e in logs(service, "?function=check_response")] == ["check_response"]
    assert [e["contact"] for e in logs(service, "?status=empty_input")] == ["2"]
    assert [e["contact"] for e in logs(service, "?status=400")] == ["2"]
    assert len(logs(service, "?status=ok")) == 2
    assert logs(service, "?status=ok&contact=2") == []
    assert len(logs(service, "?contact=")) == 3


def test_calls_of_a_saved_prompt_and_of_one_version(service: Service) -> None:
    for prompt in ("help@3", "help@4", "helper@3", ""):
        service.background.recorder.record(
            LogEntry("acme", "chat", "r1", "ok", 200, 1.0, at=time.time(), prompt=prompt)
        )
    assert [e.get("prompt") for e in logs(service)] == [None, "helper@3", "help@4", "help@3"]
    assert [e["prompt"] for e in logs(service, "?prompt=help")] == ["help@4", "help@3"]
    assert [e["prompt"] for e in logs(service, "?prompt=help@3")] == ["help@3"]
    assert logs(service, "?prompt=hel") == []


def test_times(service: Service) -> None:
    service.call("get_buttons", BUTTONS)
    [entry] = logs(service)
    day, second = entry["time"][:10], entry["time"][:19]
    end = milliseconds(read_time(entry["time"])[0])
    for query, count in (
        (f"?from={entry['time']}", 1),
        (f"?to={entry['time']}", 1),
        (f"?from={second}Z&to={second}Z", 1),
        (f"?from={day}&to={day}", 1),
        (f"?from={second}+00:00", 1),
        (f"?from={end}&to={end}", 1),
        (f"?from={end / 1000:.3f}&to={end / 1000:.3f}", 1),
        (f"?from={end + 1}", 0),
        (f"?to={end - 1}", 0),
        ("?from=2020-01-01&to=2020-01-02", 0),
        ("?from=1900-01-01&to=9999-12-31", 1),
        ("?to=1900-01-01", 0),
        ("?from=2020-01-01T00:00:00%2B05:30", 1),
    ):
        assert len(logs(service, query)) == count, query


def test_the_time_is_when_the_call_ended_however_late_it_was_written(service: Service) -> None:
    service.background.recorder.record(
        LogEntry("acme", "get_buttons", "r1", "ok", 200, 2000.0, at=time.time() - 8)
    )
    [entry] = logs(service)
    ended = milliseconds(read_time(entry["time"])[0])
    assert 5_500 < int(entry["id"].partition("-")[0]) - ended < 7_500
    assert len(logs(service, f"?from={ended}&to={ended}")) == 1


def test_a_page_is_in_order_of_time_whichever_process_wrote_first(service: Service) -> None:
    at = time.time()
    for seconds in (3, 1, 2):
        service.background.recorder.record(
            LogEntry("acme", "get_buttons", f"r{seconds}", "ok", 200, 0.0, at=at - seconds)
        )
    assert [entry["request_id"] for entry in logs(service)] == ["r1", "r2", "r3"]


def test_ids_may_stand_as_text_or_number_in_contact_and_flow(service: Service) -> None:
    service.call("get_buttons", {**BUTTONS, "contact": "+919876543210", "flow": 7})
    service.call("get_buttons", {**BUTTONS, "contact": "@contact", "flow": "Hello, I am Asha"})
    assert [(e["contact"], e["flow"]) for e in logs(service)] == [("", ""), ("+919876543210", "7")]


def test_of_an_organisation_that_is_not_there_is_404(service: Service) -> None:
    assert service.operator("GET", "/logs/nobody").error["type"] == "not_found"


@pytest.mark.parametrize(
    "query",
    [
        "?from=yesterday",
        "?to=-1",
        "?cursor=x",
        "?cursor=1-",
        "?cursor=１-１",
        "?from=9e99",
        "?status=" + "x" * 129,
        "?status=faled",
        "?status=4００",
    ],
)
def test_a_filter_that_cannot_be_is_400(service: Service, query: str) -> None:
    answer = service.admin("GET", f"/logs/acme{query}")
    assert answer.status == 400
    assert answer.error["fields"]


# --- pages ---


def pages(service: Service, query: str) -> Iterator[list[dict[str, Any]]]:
    cursor = ""
    while True:
        page = service.admin("GET", f"/logs/acme?{query}&cursor={cursor}").json
        yield page["logs"]
        if page["next_cursor"] is None:
            return
        cursor = page["next_cursor"]


def test_pages_hold_every_entry_once_newest_first(service: Service) -> None:
    for number in range(120):
        service.call("get_buttons", {**BUTTONS, "contact_id": number})
    service.flush()
    found = [entry["contact"] for page in pages(service, "") for entry in page]
    assert found == [str(number) for number in reversed(range(120))]


def test_a_rare_match_is_found_over_many_entries(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.records.log.SCAN_ENTRIES", 10)
    monkeypatch.setattr("flowhook.records.log.MAX_SCANNED", 20)
    for number in range(60):
        service.call("get_buttons", {**BUTTONS, "contact_id": number})
    service.flush()
    walked = list(pages(service, "contact=3"))
    assert [entry["contact"] for page in walked for entry in page] == ["3"]
    assert len(walked) == 4


# --- one in full ---


@pytest.mark.parametrize("entry_id", ["1-1", "x", "0-0", "9" * 30, "-", "+", "１-１"])
def test_an_entry_that_is_not_there_is_404(service: Service, entry_id: str) -> None:
    assert service.admin("GET", f"/logs/acme/{entry_id}").status == 404


def test_another_organisations_entry_is_not_there(service: Service) -> None:
    service.call("get_buttons", BUTTONS)
    [entry] = logs(service)
    service.organisation(org="other")
    assert service.admin("GET", f"/logs/other/{entry['id']}").status == 404
    assert service.admin("GET", f"/logs/acme/{entry['id']}").status == 403


def test_a_large_body_is_cut(service: Service) -> None:
    service.call("get_buttons", {**BUTTONS, "contact": "x" * 500_000})
    [entry] = logs(service)
    request = in_full(service, entry).json["request"]
    assert request.endswith("... (cut)")
    assert len(request) < 70_000


# --- privacy ---


def test_secrets_in_a_call_are_redacted(service: Service, openai: FakeOpenAI) -> None:
    secret = "sk-proj-0123456789abcdefghij"
    openai.say(f"Your key is {secret}.")
    service.call("parse_via_chat_gpt", {**ASK, "question_text": f"my key: {secret}",
                                        "contact": {"password": "hunter2hunter2"}})  # fmt: skip
    [entry] = logs(service)
    whole = in_full(service, entry)
    assert secret.encode() not in whole.body
    assert b"hunter2hunter2" not in whole.body
    assert whole.json["request"]["question_text"] == "my key: [REDACTED]"


def test_no_secret_and_no_ones_words_are_readable_in_redis_or_on_stdout(
    service: Service, openai: FakeOpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    openai.say("The model's private answer.")
    service.call("parse_via_chat_gpt", {**ASK, "contact": {"id": 5, "name": "Asha Rao"}})
    openai.fail(faults.status(401))
    service.call("parse_via_chat_gpt", ASK)
    openai.fail(faults.status(400, message="My private question? is bad"))
    service.call("parse_via_chat_gpt", ASK)
    openai.say_refusal("I will not answer My private question?")
    service.call("parse_via_chat_gpt", ASK)
    service.call("parse_via_chat_gpt", {**ASK, "temperature": "My private question?"})
    service.call("My private question?", ASK)
    service.call("parse_via_chat_gpt", ASK, token="wrong-token-that-is-secret")
    service.flush()
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["status"] for line in lines] == [
        "ok",
        "invalid_api_key",
        "provider_rejected",
        "refused",
        "invalid_input",
        "not_found",
    ]
    readable = out.encode() + err.encode() + everything_in(service.redis)
    for words in (
        "private question",
        "private answer",
        "author's prompt",
        "Asha",
        openai.key,
        service.tenant.webhook_token,
        service.tenant.webhook_token.rpartition(".")[2],
        service.config.admin_token,
        "wrong-token-that-is-secret",
    ):
        assert words.encode() not in readable, words
    metrics = service.operator("GET", "/metrics").body
    assert b"private" not in metrics
    lines = [line for line in metrics.splitlines() if b"prompt_calls" not in line]
    assert b"acme" not in b"\n".join(lines)


def test_deleting_settings_leaves_no_key_after_calls_that_failed_and_succeeded(
    service: Service, openai: FakeOpenAI
) -> None:
    service.call("parse_via_chat_gpt", ASK)
    openai.fail(faults.status(401))
    service.call("parse_via_chat_gpt", ASK)
    service.admin("PUT", "/settings/acme/openai", {"api_key": openai.key, "colour": "red"})
    service.admin("POST", "/settings/acme/openai/test")
    service.flush()
    assert service.redis.hexists("fh:{acme}:settings", "openai:api_key")
    assert service.admin("DELETE", "/settings/acme/openai").status == 204
    assert not service.redis.hexists("fh:{acme}:settings", "openai:api_key")
    assert openai.key.encode() not in everything_in(service.redis)
    before = len(openai.requests)
    assert service.call("parse_via_chat_gpt", ASK).error["type"] == "inactive"
    assert len(openai.requests) == before


def test_logs_are_not_written_while_redis_is_away_but_calls_fail_quickly(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis as redis_py

    service.call("get_buttons", BUTTONS)
    service.flush()

    def away(*_: Any, **__: Any) -> None:
        raise redis_py.exceptions.ConnectionError("away")

    with monkeypatch.context() as context:
        context.setattr(service.redis, "xrevrange", away)
        answer = service.admin("GET", "/logs/acme")
        assert answer.status == 503
        assert answer.error["type"] == "overloaded"
        assert answer.headers["Retry-After"]
    assert len(logs(service)) == 1
