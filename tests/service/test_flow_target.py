"""A flow as the target of a question set: what a contact would read, and what it took."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.runner import FLOW, Runner
from answers.question_sets.target import Answered, Variant
from flowhook.errors import InvalidInput, NotFound
from flowhook.organisations.organisation import Organisation
from service.flow_target import FlowTarget
from tests.fakes.openai import FakeOpenAI
from tests.fakes.reading_model import reading_model
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, export, publish
from tests.webhooks.filling_bases import RICE, WHEAT, save_document

ASKING: dict[str, Any] = {
    "uuid": "asking",
    "name": "Asking",
    "keywords": ["ask"],
    "nodes": [
        {"id": "hello", "send": "Ask me.", "to": "wait"},
        {"id": "wait", "wait": {"result": "question"}, "cases": [], "else": "call"},
        {
            "id": "call",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "body": json.dumps({"question_text": "@results.question", "wait_seconds": 0}),
                "result_name": "gpt",
            },
            "success": "say",
            "failure": "sorry",
        },
        {"id": "say", "send": "@results.gpt.parsed_msg"},
        {"id": "sorry", "send": "Sorry"},
    ],
}
LOGS = ("", "?called_by=question_set")
WAITING: dict[str, Any] = {
    "uuid": "waiting",
    "name": "Waiting",
    "nodes": [
        {"id": "one", "send": "One", "to": "pause"},
        {
            "id": "pause",
            "actions": [{"type": "wait_for_time", "delay": "3600"}],
            "to": "two",
        },
        {"id": "two", "send": "Two @contact.fields.village", "to": "wait"},
        {
            "id": "wait",
            "wait": {"seconds": 300},
            "cases": [["has_any_word", ["yes"], "Yes", "three"]],
            "else": "two",
            "silent": "gone",
        },
        {"id": "three", "send": "Three"},
        {"id": "gone", "send": "Are you there?"},
    ],
}


def target_of(service: Service) -> FlowTarget:
    return cast(FlowTarget, service.app.extensions[Runner.NAME].targets[FLOW])


def organisation(service: Service) -> Organisation:
    return service.background.settings.get(service.tenant.id)


def asked(
    service: Service,
    flow: str,
    *turns: Any,
    variant: Variant | None = None,
    **body: Any,
) -> Answered:
    """What comes of a case; it is checked first."""
    case = Case("c1", turns, body)
    questions = QuestionSet("test", flow=flow, cases=[case])
    target, known, variant = target_of(service), organisation(service), variant or Variant()
    target.check(known, questions, variant)
    return target.ask(known, questions, case, variant)


@pytest.fixture(autouse=True)
def _flows(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    publish(service, GREETING, ASKING, WAITING)


def test_a_function_is_asked_and_its_tokens_are_told(service: Service, openai: FakeOpenAI) -> None:
    openai.say("Because.")
    answered = asked(service, "asking", "Why?")
    assert answered.messages == ("Ask me.", "Because.")
    assert answered.text == answered.answer == "Ask me.\nBecause."
    assert answered.status == "ok"
    assert answered.results["question"]["input"] == "Why?"
    assert answered.reached >= {"hello", "wait", "call", "say", "Success"}
    assert answered.input_tokens > 0
    assert answered.output_tokens > 0
    assert answered.cost is not None
    assert answered.cost > 0
    assert answered.model
    assert answered.request_id


def test_no_conversation_and_no_count_is_left(service: Service, openai: FakeOpenAI) -> None:
    openai.say("Because.")
    before = set(service.redis.scan_iter())
    assert asked(service, "asking", "Why?", pretend=True).messages[0] == "Ask me."
    assert asked(service, "waiting", "yes").status == "ok"
    assert set(service.redis.scan_iter()) == before
    assert not openai.requests
    funnel = service.admin("GET", "/flows/acme/asking/funnel").json
    assert not any(node.get("reached") for node in funnel["nodes"])


def test_waits_of_the_flow_end_at_once_and_silence_when_the_case_says_so(service: Service) -> None:
    contact = {"name": "Ravi", "fields": {"village": "Rampur"}}
    silent = asked(service, "waiting", {"type": "no_response"}, contact=contact)
    assert silent.messages == ("One", "Two Rampur", "Are you there?")
    assert asked(service, "waiting", contact=contact).messages == ("One", "Two Rampur")
    assert asked(service, "waiting", {"quick_reply": "Yes"}).messages[-1] == "Three"


def test_a_first_turn_that_is_the_keyword_starts_the_flow_once(service: Service) -> None:
    assert asked(service, "greeting", "Hello", "Asha").messages == (
        "What is your name?",
        "Hello Asha",
    )


def test_silence_without_a_time_out_is_an_error_of_the_case(service: Service) -> None:
    answered = asked(service, "greeting", {"type": "no_response"})
    assert answered.status == "invalid_input"
    assert "no time-out" in answered.error
    assert answered.messages == ("What is your name?",)


def test_the_published_revision_is_played_unless_another_is_named(service: Service) -> None:
    changed = {**GREETING, "nodes": [{"id": "ask", "send": "Your name, please?"}]}
    assert service.admin("POST", "/flows/acme", export(changed)).status == 200
    assert asked(service, "greeting").messages == ("What is your name?",)
    newest = service.admin("GET", "/flows/acme/greeting").json["revision"]
    draft = asked(service, "greeting", variant=Variant(revision=newest))
    assert draft.messages == ("Your name, please?",)


def test_a_flow_that_was_never_published_is_played_as_its_draft(service: Service) -> None:
    inner = {"uuid": "inner", "name": "Inner", "nodes": [{"id": "i", "send": "Inside"}]}
    outer = {"uuid": "outer", "name": "Outer", "nodes": [{"id": "o", "enter": "inner"}]}
    assert service.admin("POST", "/flows/acme", export(inner, outer)).status == 200
    assert asked(service, "outer").messages == ("Inside",)


def test_a_flow_that_fails_tells_why(service: Service) -> None:
    lost = {"uuid": "lost", "name": "Lost", "nodes": [{"id": "a", "enter": "nowhere"}]}
    publish(service, lost)
    answered = asked(service, "lost")
    assert answered.status == "invalid_input"
    assert "Sub Flow" in answered.error


def test_a_loop_of_waits_ends(service: Service) -> None:
    pause = {"type": "wait_for_time", "delay": "60"}
    again = {"uuid": "again", "name": "A", "nodes": [{"id": "p", "actions": [pause], "to": "p"}]}
    publish(service, again)
    answered = asked(service, "again")
    assert answered.status == "invalid_input"
    assert "by itself" in answered.error


def test_a_reached_limit_leaves_the_case_for_later(service: Service, openai: FakeOpenAI) -> None:
    service.operator("PUT", "/settings/acme/limits", {"requests_per_minute": 1})
    openai.say("Because.")
    assert asked(service, "asking", "Why?").status == "ok"
    later = asked(service, "asking", "Why?")
    assert later.status == "rate_limited"
    assert later.retry_after_seconds is not None
    assert later.retry_after_seconds > 0


@pytest.mark.parametrize(
    ("turns", "body", "told"),
    [
        ([{"type": "image"}], {}, "case c1: turn 1: a message of type image needs a url"),
        (["Hi", {"colour": "red"}], {}, "case c1: turn 2: these fields are wrong: colour"),
        (["Hi", {"flow": "greeting"}], {}, "case c1: turn 2: a turn has no flow"),
        ([7], {}, "case c1: turn 1 is neither a text nor a message"),
        (["Hi"], {"question_text": "x"}, "case c1: a flow takes no question_text"),
        (["Hi"], {"contact": {"colour": "x"}}, "case c1: these fields are wrong: contact"),
    ],
)
def test_what_cannot_be_played_is_named(
    service: Service, turns: list[Any], body: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        asked(service, "greeting", *turns, **body)


def test_a_flow_or_revision_that_is_not_there_is_named(service: Service) -> None:
    with pytest.raises(NotFound):
        asked(service, "nowhere")
    with pytest.raises(NotFound, match="revision 77"):
        asked(service, "greeting", variant=Variant(revision=77))


def test_the_runs_version_of_a_prompt_and_model_answer(
    service: Service, openai: FakeOpenAI
) -> None:
    for text in ("Answer as a poet.", "Answer as a farmer."):
        assert service.admin("POST", "/prompts/acme/voice", {"text": text}).status == 201
    live = service.admin("POST", "/prompts/acme/voice/live", {"versions": {"1": 100}})
    assert live.status == 200, live.body
    body = json.dumps({"question_text": "@results.question", "saved_prompt": "voice"})
    nodes = [*ASKING["nodes"]]
    nodes[2] = {**nodes[2], "webhook": {**nodes[2]["webhook"], "body": body}}
    publish(service, {**ASKING, "nodes": nodes})
    openai.say("One.", "Two.")
    assert asked(service, "asking", "Why?").messages[-1] == "One."
    assert "poet" in json.dumps(openai.last.body)
    variant = Variant(prompts={"voice": 2}, model="gpt-6-sol")
    assert asked(service, "asking", "Why?", variant=variant).messages[-1] == "Two."
    assert "farmer" in json.dumps(openai.last.body)
    assert openai.last.body["model"] == "gpt-6-sol"


@pytest.mark.parametrize("thread", ["", "@contact.id"])
def test_the_threads_that_a_case_began_are_forgotten(
    service: Service, openai: FakeOpenAI, thread: str
) -> None:
    body = json.dumps({"question_text": "@results.question", "thread_id": thread})
    nodes = [*ASKING["nodes"]]
    nodes[2] = {**nodes[2], "webhook": {**nodes[2]["webhook"], "body": body}}
    publish(service, {**ASKING, "nodes": nodes})
    openai.say("One.")
    assert asked(service, "asking", "Why?").messages[-1] == "One."
    assert not list(service.redis.scan_iter("*:thread:*"))


def test_the_tokens_of_functions_that_a_model_called_count(
    service: Service, openai: FakeOpenAI
) -> None:
    body = json.dumps({"input": "@results.question", "functions": ["chat"]})
    nodes = [*ASKING["nodes"]]
    call = {**nodes[2]["webhook"], "url": "function_calling", "body": body}
    nodes[2] = {**nodes[2], "webhook": call}
    publish(service, {**ASKING, "nodes": nodes})
    openai.say_tool_calls([{"name": "chat", "arguments": {"input": "Why?"}}])
    openai.say("Because.", "It rains.")
    answered = asked(service, "asking", "Why?")
    service.flush()
    lists = (service.admin("GET", f"/logs/acme{of}").json["logs"] for of in LOGS)
    entries = [one for found in lists for one in found]
    assert {entry["function"] for entry in entries} == {"function_calling", "chat"}
    taken = sum(entry["input_tokens"] + entry["output_tokens"] for entry in entries)
    assert answered.input_tokens + answered.output_tokens == taken


def test_the_log_says_that_a_question_set_asked(service: Service, openai: FakeOpenAI) -> None:
    openai.say("One.")
    request_id = asked(service, "asking", "Why?").request_id
    service.flush()
    [entry] = service.admin("GET", "/logs/acme?called_by=question_set").json["logs"]
    assert entry["request_id"] == request_id
    assert entry["called_by"] == "question_set"


def test_what_decides_a_flows_answers_is_its_identity(service: Service) -> None:
    questions, live = QuestionSet("test", flow="asking"), Variant()
    target = target_of(service)
    before = target.identity(organisation(service), questions, live)
    assert target.identity(organisation(service), questions, live) == before
    assert target.identity(organisation(service), questions, Variant(revision=1)) != before
    assert service.admin("POST", "/prompts/acme/help", {"text": "Hi"}).status == 201
    with_prompt = target.identity(organisation(service), questions, live)
    service.admin("POST", "/prompts/acme/help/live", {"versions": {"1": 100}})
    assert target.identity(organisation(service), questions, live) != with_prompt
    published = target.identity(organisation(service), questions, live)
    publish(service, WAITING)
    assert target.identity(organisation(service), questions, live) != published


@pytest.mark.parametrize(
    ("section", "values"),
    [("globals", {"values": {"price": "5"}}), ("timezone", {"name": "Asia/Kathmandu"})],
)
def test_the_settings_that_flows_read_are_part_of_it(
    service: Service, section: str, values: dict[str, Any]
) -> None:
    questions, target = QuestionSet("test", flow="asking"), target_of(service)
    before = target.identity(organisation(service), questions, Variant())
    assert service.admin("PUT", f"/settings/acme/{section}", values).status in (200, 201)
    assert target.identity(organisation(service), questions, Variant()) != before


def test_the_templates_of_messages_are_part_of_it(service: Service) -> None:
    """An import puts them in place, whether its flows are published or not."""
    questions, target = QuestionSet("test", flow="asking"), target_of(service)
    before = target.identity(organisation(service), questions, Variant())
    assert service.admin("POST", "/flows/acme", export(ASKING)).status == 200
    assert target.identity(organisation(service), questions, Variant()) == before
    template = {"source_id": 7, "label": "Crops", "type": "list", "interactive_content": {}}
    with_template = export(ASKING, interactive_templates=[template])
    assert service.admin("POST", "/flows/acme", with_template).status == 200
    assert target.identity(organisation(service), questions, Variant()) != before


def test_what_the_documents_held_is_told(service: Service, openai: FakeOpenAI) -> None:
    openai.say_by(reading_model)
    save_document(service, "Sowing calendar", RICE, WHEAT)
    body = json.dumps({"question_text": "@results.question", "knowledge": "leaflets"})
    nodes = [*ASKING["nodes"]]
    nodes[2] = {**nodes[2], "webhook": {**nodes[2]["webhook"], "body": body}}
    publish(service, {**ASKING, "nodes": nodes})
    answered = asked(service, "asking", "When do I sow wheat, which month?")
    assert (answered.messages[-1], answered.found) == (WHEAT, True)
    assert answered.knowledge == (f"Sowing calendar\n{WHEAT}",)
    assert asked(service, "asking", "Which bus goes to the hospital?").found is False
