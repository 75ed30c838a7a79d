"""What a question set asks of webhook functions, over the real dispatcher and a fake OpenAI."""

from __future__ import annotations

from typing import Any

import pytest

from answers.question_sets.checking import run_checks
from answers.question_sets.judge import body_of, materials_of
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.runner import FUNCTION, Runner
from answers.question_sets.target import Answered, Variant
from flowhook.errors import FlowhookError, InvalidInput, NotFound
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.reading_model import reading_model
from tests.fixtures_app import Service
from tests.webhooks.filling_bases import RICE, WHEAT, save_document

ASK = QuestionSet("crops", "parse_via_chat_gpt", {"prompt": "Help farmers."})
WHY = Case("why", ("When do I sow?",))


@pytest.fixture
def ready(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    openai.say_by(lambda body: f"Answer to {body['messages'][-1]['content']}")
    return service


def ask(
    service: Service,
    asked: QuestionSet = ASK,
    case: Case = WHY,
    variant: Variant = Variant(),  # noqa: B008 - it is frozen
) -> Answered:
    target = service.app.extensions[Runner.NAME].targets[FUNCTION]
    organisation = service.background.settings.get("acme")
    answered: Answered = target.ask(organisation, asked, case, variant)
    return answered


def check(service: Service, asked: QuestionSet, variant: Variant) -> None:
    target = service.app.extensions[Runner.NAME].targets[FUNCTION]
    target.check(service.background.settings.get("acme"), asked, variant)


def save(service: Service, text: str, name: str = "help") -> None:
    saved = service.admin("POST", f"/prompts/acme/{name}", {"text": text, "model": "gpt-6-luna"})
    assert saved.status in (200, 201), saved.body


def identity(service: Service, variant: Variant, asked: QuestionSet = ASK) -> Any:
    target = service.app.extensions[Runner.NAME].targets[FUNCTION]
    return target.identity(service.background.settings.get("acme"), asked, variant)


def test_an_answer_tells_all_that_a_run_needs(ready: Service) -> None:
    answered = ask(ready)
    assert answered.answer == answered.text == "Answer to When do I sow?"
    assert (answered.status, answered.error, answered.guardrail) == ("ok", "", "none")
    assert answered.input_tokens > 0 and answered.output_tokens > 0
    assert (answered.cost or 0) > 0 and answered.milliseconds > 0
    assert answered.model == "gpt-6-luna"
    assert len(answered.request_id) == 32


def test_the_cost_of_a_model_without_a_price_is_not_known(
    ready: Service, openai: FakeOpenAI
) -> None:
    openai.add_model("own-model")
    assert ask(ready, variant=Variant(model="own-model")).cost is None


def test_json_is_text_for_those_who_read_it(ready: Service, openai: FakeOpenAI) -> None:
    openai.say('{"crop": "wheat"}')
    answered = ask(ready)
    assert (answered.answer, answered.text) == ({"crop": "wheat"}, '{"crop":"wheat"}')


def test_the_body_of_a_case_is_added_to_the_sets(ready: Service, openai: FakeOpenAI) -> None:
    ask(ready, case=Case("why", ("Why?",), {"prompt": "Help fishers.", "model": "gpt-6-sol"}))
    sent = openai.requests[-1].body
    assert sent["messages"][0]["content"] == "Help fishers."
    assert sent["model"] == "gpt-6-sol"


def test_a_question_takes_the_field_that_the_set_leaves_open(ready: Service) -> None:
    quiz = QuestionSet("quiz", "check_response", {"correct_response": "Paris"})
    assert [ask(ready, quiz, Case("q", (text,))).answer for text in ("Paris", "Rome")] == [
        True,
        False,
    ]
    open_set = QuestionSet("quiz", "check_response")
    assert ask(ready, open_set, Case("q", ("Rome",), {"user_response": "Rome"})).answer is True


def test_approved_answers_are_passed_by_unless_the_case_asks_for_them(
    ready: Service, openai: FakeOpenAI
) -> None:
    ready.admin("PUT", "/settings/acme/answers", {"is_active": True})
    approved = {"question": WHY.turns[0], "answer": "In November."}
    assert ready.admin("POST", "/answers/acme", approved).status == 201
    assert ask(ready).answer == "Answer to When do I sow?"
    asking = Case("why", WHY.turns, {"approved": True})
    assert ask(ready, case=asking).answer == "In November."
    assert len(openai.requests) == 1
    sets = ASK, QuestionSet("crops", ASK.function, ASK.body, cases=(asking,))
    before = [identity(ready, Variant(), one) for one in sets]
    ready.admin("POST", "/answers/acme", approved)
    after = [identity(ready, Variant(), one) for one in sets]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]


def test_a_variant_takes_the_place_of_model_and_version(ready: Service, openai: FakeOpenAI) -> None:
    for text in ("One.", "Two."):
        save(ready, text)
    asked = QuestionSet(
        "crops", ASK.function, {"saved_prompt": "help@1", "gpt_model": "gpt-6-luna"}
    )
    answered = ask(ready, asked, variant=Variant({"help": 2}, model="gpt-6-sol"))
    sent = openai.requests[-1].body
    assert (sent["messages"][0]["content"], sent["model"]) == ("Two.", "gpt-6-sol")
    assert (answered.results["prompt_version"], answered.prompt) == (2, "Two.")


def test_a_set_without_a_saved_prompt_gets_the_one_that_is_gated(
    ready: Service, openai: FakeOpenAI
) -> None:
    save(ready, "One.")
    bare = QuestionSet("crops", ASK.function)
    ask(ready, bare, variant=Variant({"help": 1}))
    assert openai.requests[-1].body["messages"][0]["content"] == "One."


def test_an_error_is_an_answer(ready: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(400), times=None)
    answered = ask(ready)
    assert (answered.status, answered.text) == ("provider_rejected", "")
    assert answered.error
    assert answered.retry_after_seconds is None
    gone = ask(ready, QuestionSet("crops", "no_such_function"))
    assert gone.status == "not_found"


def test_a_limit_is_no_answer(ready: Service, openai: FakeOpenAI) -> None:
    ready.operator("PUT", "/settings/acme/limits", {"requests_per_minute": 1})
    ask(ready)
    answered = ask(ready)
    assert answered.status == "rate_limited"
    assert 0 < (answered.retry_after_seconds or 0) <= 60
    assert len(openai.requests) == 1


@pytest.mark.parametrize("function", ["parse_via_chat_gpt", "chat"])
def test_turns_are_a_conversation_that_is_forgotten(ready: Service, function: str) -> None:
    answered = ask(ready, QuestionSet("crops", function), Case("talk", ("I grow rice.", "When?")))
    assert answered.messages == ("Answer to I grow rice.", "Answer to When?")
    assert answered.answer == "Answer to When?"
    left = [key.decode() for key in ready.redis.scan_iter(match="fh:{acme}:thread*")]
    assert [key for key in left if ":thread:" in key] == []
    assert int(ready.redis.get("fh:{acme}:threads:bytes") or 0) == 0


def test_a_thread_that_a_function_begins_for_one_question_is_forgotten(
    ready: Service, openai: FakeOpenAI
) -> None:
    save_document(ready, "Sowing calendar", RICE, WHEAT)
    openai.say_by(reading_model)
    asked = QuestionSet("crops", "filesearch-gpt", {"knowledge": "leaflets"})
    answered = ask(ready, asked, Case("when", ("When do I sow wheat, which month?",)))
    assert answered.results["thread_id"]
    left = [key.decode() for key in ready.redis.scan_iter(match="fh:{acme}:thread*")]
    assert [key for key in left if ":thread:" in key] == []
    given = {**asked.body, "thread_id": "lesson", "contact": {"id": "5"}}
    ask(
        ready, QuestionSet("crops", "filesearch-gpt", given), Case("when", ("When is wheat sown?",))
    )
    left = [key.decode() for key in ready.redis.scan_iter(match="fh:{acme}:thread:*")]
    assert len(left) == 1, "what the set's body names is not the case's own"


def test_messages_before_a_question_are_told(ready: Service, openai: FakeOpenAI) -> None:
    before = [
        {"role": "user", "content": "I grow rice."},
        {"role": "assistant", "content": "Good."},
    ]
    ask(ready, QuestionSet("crops", "chat"), Case("why", ("When?",), {"messages": before}))
    sent = [one["content"] for one in openai.requests[-1].body["messages"]]
    assert sent == ["I grow rice.", "Good.", "When?"]


@pytest.mark.parametrize("turns", [("Why?",), ("Why?", "How?")])
def test_messages_that_are_no_list_are_refused_by_the_function(
    ready: Service, turns: tuple[str, ...]
) -> None:
    answered = ask(ready, QuestionSet("crops", "chat", {"messages": 5}), Case("q", turns))
    assert answered.status == "invalid_input"
    assert "messages" in answered.error


def test_a_conversation_ends_with_the_turn_that_fails(ready: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(400), times=1)
    answered = ask(ready, case=Case("talk", ("One?", "Two?")))
    assert answered.status == "provider_rejected"
    assert len(openai.requests) == 1


@pytest.mark.parametrize(
    ("asked", "variant", "error", "field"),
    [
        (ASK, Variant(revision=1), InvalidInput, "revision"),
        (ASK, Variant({"help": 9}), NotFound, None),
        (ASK, Variant({"nothing": 1}), NotFound, None),
        (QuestionSet("crops", "get_buttons"), Variant({"help": 1}), InvalidInput, "prompt_version"),
        (QuestionSet("crops", "get_buttons"), Variant(model="m"), InvalidInput, "model"),
        (ASK, Variant(model="gpt-5"), InvalidInput, "model"),
        (QuestionSet("crops", "nothing"), Variant(), NotFound, None),
        (QuestionSet("crops", "get_buttons", cases=[Case("t", ("a", "b"))]), Variant(),
         InvalidInput, "turns"),
        (QuestionSet("crops", "chat", cases=[Case("t", ({"type": "image", "url": "x"},))]),
         Variant(), InvalidInput, "turns"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_before(
    ready: Service,
    asked: QuestionSet,
    variant: Variant,
    error: type[FlowhookError],
    field: str | None,
) -> None:
    save(ready, "One.")
    ready.admin("PATCH", "/settings/acme/openai", {"allowed_models": ["gpt-6*"]})
    with pytest.raises(error) as refused:
        check(ready, asked, variant)
    assert list(refused.value.fields or {}) == ([field] if field else [])


def test_what_decides_an_answer_changes_its_identity(ready: Service) -> None:
    for text in ("One.", "Two."):
        save(ready, text)
    saved = QuestionSet("crops", ASK.function, {"saved_prompt": "help"})
    ready.admin("POST", "/prompts/acme/help/live", {"versions": {"1": 100}})
    before = identity(ready, Variant(), saved)
    assert identity(ready, Variant(), saved) == before
    save(ready, "Another prompt.", "other")
    assert identity(ready, Variant(), saved) == before
    assert identity(ready, Variant({"help": 2}), saved) != before
    assert identity(ready, Variant(model="gpt-6-sol"), saved) != before
    ready.admin("POST", "/prompts/acme/help/live", {"versions": {"2": 100}})
    later = identity(ready, Variant(), saved)
    assert later != before
    ready.admin("PATCH", "/settings/acme/openai", {"system_prompt": "Be kind."})
    assert identity(ready, Variant(), saved) != later
    ready.admin("PATCH", "/settings/acme/openai", {"system_prompt": None, "api_key": "sk-another"})
    assert identity(ready, Variant(), saved) == later
    assistants = {"assistants": {"asst_a": {"vector_store_id": "vs_a", "prompt": "Be short."}}}
    ready.admin("PUT", "/settings/acme/assistants", assistants)
    assert identity(ready, Variant(), saved) != later


def test_the_tokens_of_functions_that_a_model_called_count(
    ready: Service, openai: FakeOpenAI
) -> None:
    openai.say_by(None)
    openai.say_tool_calls([{"name": "chat", "arguments": {"input": "Why?"}}])
    openai.say("Because.", "It rains.")
    answered = ask(ready, QuestionSet("crops", "function_calling", {"functions": ["chat"]}))
    assert answered.text == "It rains."
    used = [one for one in openai.requests if one.path.endswith("/chat/completions")]
    assert len(used) == 3
    ready.flush()
    logged = ready.admin("GET", "/logs/acme?called_by=question_set").json["logs"]
    nested = ready.admin("GET", "/logs/acme").json["logs"]
    entries = [one for one in (*logged, *nested) if one["request_id"] == answered.request_id]
    assert {entry["function"] for entry in entries} == {"function_calling", "chat"}
    assert answered.input_tokens + answered.output_tokens == sum(
        entry["input_tokens"] + entry["output_tokens"] for entry in entries
    )


# --- with documents ---

FROM_LEAFLETS = QuestionSet("crops", "parse_via_chat_gpt", {"knowledge": "leaflets"})


def verdict(found: bool, answered: Answered) -> bool | None:
    (result,) = run_checks(Case("a", ("?",), checks=({"found": found},)), answered)
    return result.passed


def test_found_is_what_the_documents_held(ready: Service, openai: FakeOpenAI) -> None:
    openai.say_by(reading_model)
    save_document(ready, "Sowing calendar", RICE, WHEAT)
    answered = ask(ready, FROM_LEAFLETS, Case("a", ("When do I sow wheat, which month?",)))
    assert (answered.answer, answered.found) == (WHEAT, True)
    assert answered.knowledge == (f"Sowing calendar\n{WHEAT}",)
    assert (verdict(True, answered), verdict(False, answered)) == (True, False)
    unknown = ask(ready, FROM_LEAFLETS, Case("b", ("Which bus goes to the hospital?",)))
    assert (unknown.found, unknown.knowledge, unknown.input_tokens) == (False, (), 0)
    assert (verdict(True, unknown), verdict(False, unknown)) == (False, True)
    openai.say_json({"found": False, "answer": "", "passages": {"1": False, "2": False}})
    shown = ask(ready, FROM_LEAFLETS, Case("c", ("When do I sow wheat, which month?",)))
    assert (shown.found, len(shown.knowledge)) == (False, 2)
    assert verdict(False, ask(ready)) is False, "without documents nothing was found or not"


def test_a_judge_sees_the_passages(ready: Service, openai: FakeOpenAI) -> None:
    case = Case("a", ("When do I sow wheat?",))
    answered = Answered(answer="In May.", knowledge=(WHEAT, "x" * 15_000 + "END"))
    materials = materials_of(FROM_LEAFLETS, case, answered)
    assert set(materials) == {"knowledge"}
    content = body_of(case, answered, materials, None)["messages"][1]["content"]
    assert WHEAT in content
    assert "END" in content
    assert content.count("x") > 14_000


def test_what_is_new_in_the_documents_is_another_identity(ready: Service) -> None:
    without = identity(ready, Variant())
    before = identity(ready, Variant(), FROM_LEAFLETS)
    save_document(ready, "Sowing calendar", RICE)
    assert identity(ready, Variant()) == without
    later = identity(ready, Variant(), FROM_LEAFLETS)
    assert later != before
    save_document(ready, "Buses", "The bus leaves at 9.", base="buses")
    assert identity(ready, Variant(), FROM_LEAFLETS) == later
    both = QuestionSet("crops", ASK.function, {"knowledge": '["leaflets", "buses"]'})
    assert set(identity(ready, Variant(), both)["knowledge"]) == {"leaflets", "buses"}
    odd = QuestionSet("crops", ASK.function, {"knowledge": "@results.base"})
    assert identity(ready, Variant(), odd) == without
