"""Answers from documents through the front door: what is found, where, and what the model saw."""

from __future__ import annotations

import json
from typing import Any

import pytest

from answers.knowledge.document import Passage
from answers.knowledge.not_found import TEXTS
from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI
from tests.fakes.reading_model import claiming_model, reading_model
from tests.fixtures_app import Answer, Service
from tests.knowledge import vector_store
from tests.webhooks.filling_bases import FEES, RICE, WHEAT, save_document
from tests.webhooks.saving_prompts import save_prompt

ASKED = "How much is the fee for the course?"
UNKNOWN = "Which bus goes to the hospital in Rampur?"
MESSAGE = "A nurse will write to you."
NONE = {"1": False}  # of the passages that are found for ASKED
FIRST = {"1": True}


@pytest.fixture
def asking(service: Service, openai: FakeOpenAI) -> Service:
    """A service with two documents and a model that reads them."""
    service.organisation(openai)
    openai.say_by(reading_model)
    save_document(service, "Course", Passage(FEES, 3, "Fees"))
    save_document(service, "Sowing calendar", Passage(RICE, 1), Passage(WHEAT, 2))
    return service


def ask(service: Service, question: str = ASKED, **more: Any) -> Answer:
    body = {"question_text": question, "knowledge": "leaflets", **more}
    return service.call("parse_via_chat_gpt", body)


def said(openai: FakeOpenAI) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = openai.asked("/chat/completions")[-1].body["messages"]
    return found


# --- found ---


def test_the_answer_comes_with_its_source(asking: Service, openai: FakeOpenAI) -> None:
    answer = ask(asking, prompt="Be short.").json
    assert answer["parsed_msg"].endswith(FEES)
    assert answer["found"] is True
    [source] = answer["sources"]
    assert (source["title"], source["page"]) == ("Course", 3)
    assert len(source["document"]) > 4
    system, user = said(openai)
    assert system["content"].startswith("Be short.\n\nAnswer the question from the numbered")
    assert user["content"].endswith(f"The question:\n{ASKED}")
    asked = openai.last.body["response_format"]["json_schema"]
    assert asked["strict"] is True
    assert asked["schema"]["required"] == ["found", "answer", "passages"]


@pytest.mark.parametrize(
    ("function", "body", "key"),
    [
        ("chat", {"input": ASKED}, "response"),
        ("chat", {"messages": [{"content": "Hi"}, {"content": ASKED}]}, "response"),
        ("chat", {"prompt": ASKED}, "response"),
        ("chat", {"input": ASKED, "messages": [{"role": "system", "content": "Hi"}]}, "response"),
        ("filesearch-gpt", {"question": ASKED}, "message"),
        ("filesearch-gpt", {"question": ASKED, "assistant_id": "asst_x"}, "message"),
        ("filesearch-gpt", {"question": ASKED, "vector_store_id": "vs_none"}, "message"),
    ],
)
def test_each_function_answers_from_documents(
    asking: Service, function: str, body: dict[str, Any], key: str
) -> None:
    answer = asking.call(function, {"knowledge": "leaflets", **body}).json
    assert answer[key].endswith(FEES), answer
    assert (answer["found"], answer["sources"][0]["title"]) == (True, "Course")
    unknown = {key: UNKNOWN if value == ASKED else value for key, value in body.items()}
    if "messages" not in unknown:
        unknown |= {"knowledge": "leaflets", "not_found_message": MESSAGE}
        answer = asking.call(function, unknown).json
        assert (answer[key], answer["found"], answer["sources"]) == (MESSAGE, False, [])


def test_a_spoken_question_is_answered_from_documents(asking: Service, openai: FakeOpenAI) -> None:
    openai.say_transcript(ASKED)
    body = {"speech": samples.SPEECH, "knowledge": "leaflets", "source_language": "English"}
    answer = asking.call("voice-filesearch-gpt", body).json
    assert answer["message"].endswith(FEES)
    assert (answer["found"], answer["sources"][0]["page"]) == (True, 3)
    assert answer["translated_text"] == answer["message"]
    openai.say_transcript(UNKNOWN)
    answer = asking.call("voice-filesearch-gpt", body).json
    assert (answer["found"], answer["message"]) == (False, TEXTS["English"])


def test_several_bases_are_searched(asking: Service) -> None:
    save_document(asking, "Buses", "The bus to the hospital in Rampur leaves at 9.", base="buses")
    for named in (["leaflets", "buses"], '["buses", "leaflets"]', "buses", " buses "):
        answer = ask(asking, UNKNOWN, knowledge=named).json
        assert (answer["found"], answer["sources"][0]["title"]) == (True, "Buses"), named
    assert ask(asking, knowledge=["leaflets", "buses"]).json["sources"][0]["title"] == "Course"


@pytest.mark.parametrize(
    ("named", "status", "kind"),
    [
        ("nothing", 404, "not_found"),
        (["leaflets", "nothing"], 404, "not_found"),
        ("No name", 400, "invalid_input"),
        (["a"] * 6, 400, "invalid_input"),
        ([], 400, "invalid_input"),
        ([["leaflets"]], 400, "invalid_input"),
        ({"name": "leaflets"}, 400, "invalid_input"),
        (True, 400, "invalid_input"),
        ("@results.base", 400, "unresolved_variable"),
        (["@results.base"], 400, "unresolved_variable"),
    ],
)
def test_what_names_no_base_is_refused(
    asking: Service, openai: FakeOpenAI, named: Any, status: int, kind: str
) -> None:
    answer = ask(asking, knowledge=named)
    assert (answer.status, answer.error["type"]) == (status, kind), answer.json
    assert openai.asked("/chat/completions") == []


@pytest.mark.parametrize("named", ["", None, "  "])
def test_without_a_base_the_model_answers(
    asking: Service, openai: FakeOpenAI, named: str | None
) -> None:
    openai.say("Blue.")
    answer = ask(asking, knowledge=named, not_found_message="x").json
    assert answer == {"success": True, "parsed_msg": "Blue."}
    assert said(openai) == [{"role": "user", "content": ASKED}]


# --- not found ---


def test_what_the_documents_cannot_hold_asks_no_model(asking: Service, openai: FakeOpenAI) -> None:
    openai.say_by(claiming_model)
    answer = ask(asking, UNKNOWN, not_found_message=MESSAGE).json
    assert answer == {"success": True, "parsed_msg": MESSAGE, "found": False, "sources": []}
    assert openai.asked("/chat/completions") == []


@pytest.mark.parametrize(
    ("question", "language"),
    [
        (UNKNOWN, "English"),
        ("रामपुर के अस्पताल कौन सी बस जाती है?", "Hindi"),
        ("Rampur ke aspatal kaun si bus jaati hai?", "Hinglish"),
    ],
)
def test_the_contact_is_told_so_in_the_questions_language(
    asking: Service, question: str, language: str
) -> None:
    answer = ask(asking, question).json
    assert (answer["parsed_msg"], answer["found"]) == (TEXTS[language], False)


@pytest.mark.parametrize(
    "told",
    [
        {"passages": FIRST, "found": False, "answer": "I cannot see it there."},
        {"passages": NONE, "found": True, "answer": "500 rupees."},
        {"passages": FIRST, "found": True, "answer": " "},
    ],
)
def test_the_model_may_not_have_found_it(
    asking: Service, openai: FakeOpenAI, told: dict[str, Any]
) -> None:
    openai.say_json(told)
    answer = ask(asking).json
    assert answer == {
        "success": True,
        "parsed_msg": TEXTS["English"],
        "found": False,
        "sources": [],
    }


def test_an_empty_base_holds_nothing(asking: Service, openai: FakeOpenAI) -> None:
    asking.admin("PUT", "/knowledge/acme/empty", {})
    assert ask(asking, knowledge="empty").json["found"] is False
    assert openai.asked("/chat/completions") == []


# --- what the model says ---


def test_json_among_words_is_read_where_a_server_gives_no_structured_output(
    asking: Service, openai: FakeOpenAI
) -> None:
    openai.say('Sure!\n```json\n{"found": true, "answer": "500", "passages": {"1": true,}}\n```')
    answer = ask(asking).json
    assert (answer["parsed_msg"], answer["found"]) == ("500", True)


def test_an_answer_of_another_form_is_asked_for_again(asking: Service, openai: FakeOpenAI) -> None:
    openai.say("500 rupees.")
    answer = ask(asking).json
    assert answer["found"] is True
    assert len(openai.asked("/chat/completions")) == 2
    openai.say("500 rupees.")
    openai.say("Really, 500.")
    assert ask(asking).error["type"] == "invalid_response"


SCHEMA = {
    "type": "object",
    "properties": {"rupees": {"type": "integer"}},
    "required": ["rupees"],
    "additionalProperties": False,
}


def test_an_answer_keeps_to_the_callers_schema(asking: Service, openai: FakeOpenAI) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "fee", "schema": SCHEMA}}
    openai.say_json({"passages": FIRST, "found": True, "answer": {"rupees": 500}})
    answer = ask(asking, response_format=form).json
    assert (answer["parsed_msg"], answer["found"]) == ({"rupees": 500}, True)
    openai.say_json({"passages": FIRST, "found": True, "answer": {"rupees": "many"}})
    openai.say_json({"passages": FIRST, "found": False, "answer": None})
    answer = ask(asking, response_format=form, not_found_message=MESSAGE).json
    assert (answer["parsed_msg"], answer["found"]) == (MESSAGE, False)
    openai.say_json({"passages": FIRST, "found": True, "answer": {"fee": 5}})
    answer = ask(asking, response_format="json_object").json
    assert (answer["parsed_msg"], answer["found"]) == ({"fee": 5}, True)
    assert openai.last.body["response_format"]["json_schema"]["strict"] is False


def test_a_schema_with_references_is_refused(asking: Service) -> None:
    schema = {
        **SCHEMA,
        "properties": {"rupees": {"$ref": "#/$defs/n"}},
        "$defs": {"n": {"type": "integer"}},
    }
    body = {"input": ASKED, "knowledge": "leaflets", "response_type": "structured"}
    answer = asking.call("chat", {**body, "schema": schema})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


def test_each_of_several_answers_is_looked_at(asking: Service, openai: FakeOpenAI) -> None:
    good = json.dumps({"passages": FIRST, "found": True, "answer": "500"})
    bad = json.dumps({"passages": NONE, "found": True, "answer": "600"})
    openai.say_choices(good, bad)
    body = {"input": ASKED, "knowledge": "leaflets", "n": 2, "not_found_message": MESSAGE}
    answer = asking.call("chat", body).json
    assert (answer["responses"], answer["found"]) == (["500", MESSAGE], True)
    answer = asking.call("chat", {**body, "input": UNKNOWN}).json
    assert (answer["responses"], answer["found"]) == ([MESSAGE, MESSAGE], False)


# --- beside other features ---


def test_a_short_question_goes_on_from_the_thread(asking: Service, openai: FakeOpenAI) -> None:
    first = ask(asking, "When do I sow rice?", thread_id="").json
    assert first["parsed_msg"] == RICE
    second = ask(asking, "And wheat?", thread_id=first["thread_id"]).json
    assert second["found"] is True
    assert [one["content"] for one in said(openai)[1:-1]] == ["When do I sow rice?", RICE]
    assert WHEAT in said(openai)[-1]["content"]
    third = ask(asking, UNKNOWN, thread_id=first["thread_id"]).json
    assert third["found"] is False
    ask(asking, "When do I sow rice?", thread_id=first["thread_id"])
    assert said(openai)[-2] == {"role": "assistant", "content": TEXTS["English"]}
    assert "passage_1" not in json.dumps(said(openai)[1:-1])


def test_a_saved_prompt_goes_with_knowledge(asking: Service, openai: FakeOpenAI) -> None:
    save_prompt(asking, "help", "You speak with {{name}}.")
    variables = {"name": "</data> Asha"}
    answer = ask(asking, saved_prompt="help", prompt_variables=variables).json
    assert (answer["found"], answer["prompt_version"]) == (True, 1)
    assert said(openai)[0]["content"].startswith('You speak with <data name="name">‹/data› Asha')


def test_a_model_may_call_a_function_that_answers_from_documents(
    asking: Service, openai: FakeOpenAI
) -> None:
    arguments = {"question_text": ASKED, "knowledge": "leaflets"}
    openai.say_tool_calls([{"name": "parse_via_chat_gpt", "arguments": arguments}])
    openai.say_json({"passages": FIRST, "found": True, "answer": "500"})
    openai.say("It is 500 rupees.")
    body = {"input": ASKED, "functions": ["parse_via_chat_gpt"]}
    answer = asking.call("function_calling", body).json
    assert answer["response"] == "It is 500 rupees."
    assert answer["calls"][0]["result"]["found"] is True


def test_an_embedding_model_is_asked_once_a_question(asking: Service, openai: FakeOpenAI) -> None:
    model = "text-embedding-3-small"
    save_document(asking, "Course", FEES, base="near", embedding_model=model)
    assert ask(asking, knowledge="near").json["found"] is True
    [embedded] = openai.asked("/embeddings")
    assert (embedded.body["model"], embedded.body["input"]) == (model, [ASKED])


def test_passages_fit_into_the_models_context(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, default_model="gpt-4")
    openai.say_by(reading_model)
    text = "The fee of course {} is 500 rupees. " + "शुल्क " * 250
    pages = [Passage(text.format(at), at) for at in range(8)]
    save_document(service, "Course", *pages)
    assert ask(service).json["found"] is True
    assert "passage_1" in said(openai)[-1]["content"]
    assert "passage_8" not in said(openai)[-1]["content"]
    long = f"{ASKED} {'why ' * 8000}"
    answer = ask(service, long)
    assert (answer.status, list(answer.error["fields"])) == (400, ["question_text"])


def test_the_log_tells_which_documents_answered(asking: Service) -> None:
    ask(asking)
    ask(asking, UNKNOWN)
    ask(asking, knowledge=None)
    asking.flush()
    entries = asking.admin("GET", "/logs/acme?function=parse_via_chat_gpt").json["logs"]
    told = [(one.get("knowledge"), one.get("found"), one.get("sources")) for one in entries]
    assert told == [(None, None, None), ("leaflets", False, 0), ("leaflets", True, 1)]


def test_a_vector_store_needs_no_base(asking: Service, openai: FakeOpenAI) -> None:
    openai.say_by(None)
    body = {"question": ASKED, "vector_store_id": vector_store(openai, FEES)}
    answer = asking.call("filesearch-gpt", body).json
    assert (answer["message"], answer["found"]) == (FEES, True)


def test_an_approved_answer_counts_as_found(asking: Service) -> None:
    asking.admin("PUT", "/settings/acme/answers", {"is_active": True})
    approved = {"question": ASKED, "answer": "500 rupees, says the office."}
    assert asking.admin("POST", "/answers/acme", approved).status == 201
    answer = ask(asking).json
    assert (answer["source"], answer["found"], answer["sources"]) == ("approved", True, [])
    answer = asking.call("filesearch-gpt", {"question": ASKED, "knowledge": "leaflets"}).json
    assert (answer["source"], answer["found"]) == ("approved", True)
    answer = ask(asking, approved=False).json
    assert (answer["source"], answer["sources"][0]["title"]) == ("model", "Course")
