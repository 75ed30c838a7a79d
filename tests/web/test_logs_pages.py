from __future__ import annotations

import json
import re
import time
from html import unescape

import pytest

from flowhook.records.log_entry import LogEntry
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import Page, Visitor, signed_in
from web.explanations import STATUS_WORDS, explanations

LOGS = "/organisations/acme/logs"
ROW = re.compile(r'<tr data-id="([^"]+)"')


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    question = {"contact_id": "c-1", "flow_id": "f-1", "question_text": "Why?"}
    service.call("parse_via_chat_gpt", question)
    service.call("parse_via_chat_gpt", {**question, "contact_id": "c-2", "question_text": ""})
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    return signed_in(service)


def rows(page: Page) -> list[str]:
    return ROW.findall(page.html)


def test_calls_are_listed_newest_first(visitor: Visitor) -> None:
    page = visitor.get(LOGS)
    ids = rows(page)
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    assert "Field is empty empty_input question_text is empty" in page.text
    assert "What to do: Save the contact's answer as a result" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=ok", 2),
        ("status=empty_input", 1),
        ("function=get_buttons", 1),
        ("contact=c-2", 1),
        ("flow=f-1", 2),
        ("flow=f-1&status=ok", 1),
        ("from=2020-01-01T00:00", 3),
        ("to=2020-01-01T00:00", 0),
        ("contact=nobody", 0),
    ],
)
def test_filters(visitor: Visitor, query: str, found: int) -> None:
    page = visitor.get(f"{LOGS}?{query}")
    assert len(rows(page)) == found
    name, value = query.partition("&")[0].split("=")
    shown = {**page.values()}
    assert shown.get(name) == value or f'<option value="{value}" selected>' in page.html


def test_a_malformed_filter_is_explained(visitor: Visitor) -> None:
    page = visitor.get(f"{LOGS}?from=yesterday")
    assert page.status == 400
    assert "Not a time" in page.text
    assert visitor.get(f"{LOGS}?cursor=x").status == 400


def test_the_list_is_paged(service: Service, visitor: Visitor) -> None:
    for number in range(60):
        entry = LogEntry("acme", "get_buttons", f"r{number}", "ok", 200, 1.0, time.time())
        service.background.recorder.record(entry)
    service.flush()
    first = visitor.get(LOGS)
    link = re.search(r'href="([^"]*cursor=[^"]*)"', first.html)
    assert link
    second = visitor.get(unescape(link[1]))
    assert (len(rows(first)), len(rows(second))) == (50, 13)
    assert not set(rows(first)) & set(rows(second))
    assert "data-live" not in second.html


def test_the_live_list_gets_only_what_is_newer(service: Service, visitor: Visitor) -> None:
    newest = rows(visitor.get(LOGS))[0]

    def newer(after: str, more: str = "") -> dict[str, object]:
        path = f"{LOGS}/newer?after={after}{more}"
        found: dict[str, object] = json.loads(visitor.get(path, Accept="application/json").html)
        return found

    nothing = {"rows": newer(newest)["rows"], "newest": newest, "count": 0, "next_cursor": None}
    assert newer(newest) == nothing
    service.call("get_buttons", {"buttons_data": "A|B"})
    service.flush()
    found = newer(newest)
    assert found["count"] == 1
    assert ROW.findall(str(found["rows"])) == [found["newest"]]
    assert newer(str(found["newest"]))["count"] == 0
    assert newer(newest, "&status=empty_input")["count"] == 0


def test_more_news_than_a_page_holds_leave_no_gap(service: Service, visitor: Visitor) -> None:
    newest = rows(visitor.get(LOGS))[0]
    for _ in range(53):
        service.call("get_buttons", {"buttons_data": "A|B"})
    service.flush()
    answer = visitor.get(f"{LOGS}/newer?after={newest}", Accept="application/json")
    found = json.loads(answer.html)
    assert found["count"] == 50
    behind = rows(visitor.get(f"{LOGS}?cursor={found['next_cursor']}"))
    assert behind.index(newest) == 3


def test_a_signed_out_live_list_is_told_so(service: Service) -> None:
    answer = Visitor(service.app).get(f"{LOGS}/newer", Accept="application/json")
    assert answer.status == 401


def test_one_call_is_shown_in_full_without_secrets(service: Service, visitor: Visitor) -> None:
    service.call(
        "parse_via_chat_gpt",
        {"question_text": "My key is sk-abcdefghijklmnopqrstuvwxyz123456", "password": "hunter2"},
    )
    service.flush()
    page = visitor.get(f"{LOGS}/{rows(visitor.get(LOGS))[0]}")
    assert "My key is" in page.text
    assert "sk-abcdefghijkl" not in page.html
    assert "hunter2" not in page.html


def test_a_failure_is_explained(visitor: Visitor) -> None:
    [failed] = rows(visitor.get(f"{LOGS}?status=empty_input"))
    page = visitor.get(f"{LOGS}/{failed}")
    assert "question_text is empty" in page.text
    assert "To be fixed by: flow author." in page.text


def test_a_call_is_run_again_with_an_edited_body(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    [failed] = rows(visitor.get(f"{LOGS}?status=empty_input"))
    page = visitor.get(f"{LOGS}/{failed}")
    shown = re.search(r'<textarea[^>]*name="body"[^>]*>\n(.*?)</textarea>', page.html, re.DOTALL)
    assert shown
    body = json.loads(unescape(shown[1]))
    assert body["question_text"] == ""
    edited = json.dumps({**body, "question_text": "And now?"})
    again = visitor.post(f"{LOGS}/{failed}", {"body": edited})
    assert again.status == 200
    assert "Answered" in again.text
    assert openai.last.body["messages"][-1]["content"] == "And now?"
    service.flush()
    assert len(rows(visitor.get(LOGS))) == 4


def test_a_body_that_is_no_json_is_refused_and_kept(visitor: Visitor) -> None:
    [failed] = rows(visitor.get(f"{LOGS}?status=empty_input"))
    refused = visitor.post(f"{LOGS}/{failed}", {"body": "{no json"})
    assert refused.status == 400
    assert "{no json" in refused.text
    assert "The body is not JSON" in refused.text


def test_an_entry_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    assert visitor.get(f"{LOGS}/1-1").status == 404
    assert visitor.get(f"{LOGS}/nothing").status == 404


def test_what_was_not_kept_whole_is_not_run_again(service: Service, visitor: Visitor) -> None:
    service.call("parse_via_chat_gpt", {"question_text": "x" * 70_000})
    service.flush()
    page = visitor.get(f"{LOGS}/{rows(visitor.get(LOGS))[0]}")
    assert "it cannot be run again" in page.text
    assert not [known for tag, known in page.elements if tag == "textarea"]


def test_calls_are_found_by_words_of_question_and_answer(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    openai.say("Sow in June.")
    service.call("parse_via_chat_gpt", {"question_text": "धान कब बोएँ? When to SOW?"})
    openai.say("Nothing of the kind.")
    service.call("parse_via_chat_gpt", {"question_text": "Who are you?"})
    service.flush()
    visitor = signed_in(service)
    page = visitor.get(f"{LOGS}?q=when+to+sow")
    assert page.html.count("<tr data-id") == 1
    assert "धान कब बोएँ?" in page.text
    assert "Sow in June." in page.text
    assert visitor.get(f"{LOGS}?q=of+the+kind").html.count("<tr data-id") == 1
    assert "No call of the whole log matches" in visitor.get(f"{LOGS}?q=question_text").text, (
        "no field's name"
    )
    found = service.operator("GET", "/logs/acme?q=sow").json["logs"]
    assert len(found) == 1
    assert "request" not in found[0]


def test_a_flow_is_shown_and_found_by_its_name(service: Service) -> None:
    service.organisation()
    uuid = "3f8d3c1e-6f0a-4f5b-9a53-0d7d1a0b7f10"
    flow = {"uuid": uuid, "name": "Ask GPT", "nodes": [], "language": "eng", "type": "messaging"}
    assert service.operator("POST", "/flows/acme", {"flows": [{"definition": flow}]}).status == 200
    service.call("get_buttons", {"buttons_data": "A|B", "flow_id": uuid, "contact_id": "1"})
    service.call("get_buttons", {"buttons_data": "A|B", "flow_id": "other", "contact_id": "1"})
    service.flush()
    page = signed_in(service).get(f"{LOGS}?flow=Ask+GPT")
    assert page.html.count("<tr data-id") == 1
    assert f'title="{uuid}">Ask GPT' in page.html


def test_names_that_the_call_gave_stand_before_its_ids(service: Service) -> None:
    service.organisation()
    given = {"contact": {"id": 498, "name": "सीता"}, "flow": {"id": 1, "name": "Crop advice"}}
    service.call("get_buttons", {"buttons_data": "A|B", **given})
    service.call("get_buttons", {"buttons_data": "A|B", "contact": "@contact.name"})
    service.flush()
    visitor = signed_in(service)
    page = visitor.get(LOGS)
    assert "सीता 498 Crop advice" in page.text
    assert "@contact.name" not in page.text
    entry = visitor.get(f"{LOGS}/{rows(page)[1]}")
    assert "Contact सीता 498" in entry.text
    assert "Flow Crop advice 1" in entry.text
    head, *_, oldest = visitor.get(f"{LOGS}/all.csv").html.splitlines()
    assert dict(zip(head.split(","), oldest.split(","), strict=True))["contact_name"] == "सीता"


def test_a_masked_name_gives_way_to_the_id_and_a_rule_is_named_in_words(service: Service) -> None:
    service.organisation()
    rules = {"mask": ["name"], "banned": {"words": ["endosulfan"], "action": "reply"}}
    service.operator("PUT", "/settings/acme/guardrails", rules)
    asked = {"question_text": "endosulfan?", "contact": {"id": 498, "name": "Sita"}}
    service.call("parse_via_chat_gpt", asked)
    service.flush()
    visitor = signed_in(service)
    page = visitor.get(LOGS)
    assert "[NAME_" not in page.text
    assert '<option value="banned">Banned words</option>' in page.html
    entry = visitor.get(f"{LOGS}/{rows(page)[0]}")
    assert "Contact 498" in entry.text
    assert "Rule that spoke Banned words banned" in entry.text
    assert "write what is to be sent in their place" in entry.text


def test_names_are_sealed_in_the_store(service: Service) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "A|B", "contact": {"id": 498, "name": "Sita"}})
    service.call("parse_via_chat_gtp", {"question_text": "Hi"})
    service.flush()
    stored = b"".join(
        value for _, fields in service.redis.xrange("fh:{acme}:log") for value in fields.values()
    )
    assert b"498" in stored
    assert b"Sita" not in stored
    assert b"chat_gtp" not in stored


def test_a_misspelt_function_is_shown_as_it_was_asked_for(service: Service) -> None:
    service.organisation()
    service.call("parse_via_chat_gtp", {"question_text": "Hi"})
    service.flush()
    visitor = signed_in(service)
    page = visitor.get(LOGS)
    assert "parse_via_chat_gtp" in page.text
    assert "unknown" not in page.text
    assert "parse_via_chat_gtp Not found" in visitor.get(f"{LOGS}/{rows(page)[0]}").text


def test_every_status_has_words(visitor: Visitor) -> None:
    assert explanations().keys() <= STATUS_WORDS.keys()
    choices = re.findall(r'<option value="(\w+)"[^>]*>([^<]*)', visitor.get(LOGS).html)
    statuses = dict(choices[: len(explanations()) + 2])
    assert statuses["insufficient_quota"] == "No credit"
    assert not [words for words in statuses.values() if "_" in words]


def test_older_calls_end_with_a_word(service: Service, visitor: Visitor) -> None:
    assert "oldest calls" not in visitor.get(LOGS).text, "nobody went back"
    service.background.recorder.record(
        LogEntry("acme", "get_buttons", "new", "ok", 200, 1.0, time.time())
    )
    service.flush()
    newest = rows(visitor.get(LOGS))[0]
    back = visitor.get(f"{LOGS}?cursor={newest}")
    assert len(rows(back)) == 3
    assert "These are the oldest calls that are kept." in back.text
    nothing = visitor.get(f"{LOGS}?cursor={newest}&contact=nobody")
    assert "No older call matches: the log ends here." in nothing.text
    for page in (back, nothing):
        assert re.search(r'id="older" hidden', page.html)


def test_the_question_shown_is_never_who_called(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    caller = {"organization_id": "acme", "contact": {"id": 1, "name": "Sita"}}
    service.operator("POST", "/webhooks/parse_via_chat_gpt", {**caller, "question_text": ""})
    service.operator("POST", "/webhooks/get_buttons", {**caller, "buttons_data": "Yes|No"})
    service.flush()
    _, *lines = signed_in(service).get(f"{LOGS}/all.csv").html.splitlines()
    assert sorted(line.split(",")[3] for line in lines) == ["", "Yes|No"]


def test_a_tiny_cost_is_no_zero(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.call("parse_via_chat_gpt", {"question_text": "Hi"})
    service.flush()
    page = signed_in(service).get(LOGS)
    assert "under $0.0001" in page.text


def test_failed_calls_as_a_table(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    service.call("parse_via_chat_gpt", {"question_text": "=1+1"})
    service.call("parse_via_chat_gpt", {"question_text": "x", "gpt_model": "gpt-9-nope"})
    service.flush()
    visitor = signed_in(service)
    assert "Failed only" in visitor.get(LOGS).text
    table = visitor.get(f"{LOGS}/all.csv?status=failed")
    assert table.headers["Content-Type"].startswith("text/csv")
    head, row, *rest = table.html.splitlines()
    assert head.startswith("time,function,status,question,answer")
    assert "gpt-9-nope" in row
    assert not rest
    everything = visitor.get(f"{LOGS}/all.csv").html
    assert ",=1+1," not in everything, "no formula"


def test_the_saved_prompt_that_answered_is_shown_and_found(service: Service) -> None:
    service.organisation()
    for prompt in ("help@3", "help@4", ""):
        service.background.recorder.record(
            LogEntry("acme", "chat", "r", "ok", 200, 1.0, at=time.time(), prompt=prompt)
        )
    service.flush()
    visitor = signed_in(service)
    assert "chat help@3" in visitor.get(LOGS).text
    for query, found in (("help", 2), ("help@4", 1), ("nobody", 0)):
        page = visitor.get(f"{LOGS}?prompt={query}")
        assert len(rows(page)) == found
        [field] = [known for _, known in page.elements if known.get("name") == "prompt"]
        assert field["value"] == query
    [only] = rows(visitor.get(f"{LOGS}?prompt=help@4"))
    assert "Saved prompt help@4" in visitor.get(f"{LOGS}/{only}").text
    assert "Saved prompt" not in visitor.get(f"{LOGS}/{rows(visitor.get(LOGS))[0]}").text
    table = visitor.get(f"{LOGS}/all.csv").html.splitlines()
    assert "prompt" in table[0].split(",")
    assert [line.count("help@") for line in table[1:]] == [0, 1, 1]
