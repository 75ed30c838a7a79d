"""The road every webhook call takes, whatever its function."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from flowhook.common_keys import BUILDER_KEYS
from flowhook.errors import NotFound
from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter
from flowhook.media import samples
from flowhook.organisations.organisation import Organisation
from flowhook.records.log_entry import LogEntry
from flowhook.registry import Registry
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.webhooks.contexts import context_factory
from webhooks.context import Context
from webhooks.dispatcher import NOTHING, Dispatcher, flow_safe
from webhooks.fields import FunctionSchema, ResultSchema
from webhooks.registry import AsGiven, WebhookFunction

BUTTONS = {"buttons_data": "Yes|No"}


@pytest.fixture(autouse=True)
def tenant(service: Service) -> None:
    service.organisation()


# --- the catalogue ---


def test_every_function_is_listed_with_fields_results_and_an_example(service: Service) -> None:
    listed = service.request("GET", "/webhooks")
    assert listed.status == 200
    functions = {function["name"]: function for function in listed.json["functions"]}
    assert {"parse_via_chat_gpt", "get_buttons", "check_response"} <= set(functions)
    chat = functions["parse_via_chat_gpt"]
    assert chat["url"] == "/webhooks/parse_via_chat_gpt"
    fields = {field["name"]: field for field in chat["fields"]}
    assert fields["question_text"]["required"] is True
    temperature = fields["temperature"]
    assert (temperature["type"], temperature["minimum"], temperature["maximum"]) == ("number", 0, 2)
    assert {result["name"] for result in chat["results"]} >= {"success", "parsed_msg"}
    assert chat["main_result"] == "parsed_msg"
    assert set(listed.json["builder_keys"]) == BUILDER_KEYS


@pytest.mark.parametrize(
    ("function", "field", "default"),
    [
        ("chat", "role", "user"),
        ("chat", "n", 1),
        ("prompt", "n", 1),
        ("generate_image", "style", "vivid"),
        ("generate_image", "quality", "standard"),
        ("generate_image", "n", 1),
        ("translate_entry", "max_tokens", 2000),
        ("function_calling", "run", True),
    ],
)
def test_the_catalogue_tells_defaults(
    service: Service, function: str, field: str, default: Any
) -> None:
    listed = service.request("GET", "/webhooks").json["functions"]
    (fields,) = (each["fields"] for each in listed if each["name"] == function)
    (told,) = (each for each in fields if each["name"] == field)
    assert told["default"] == default


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("parse_via_chatgpt", "parse_via_chat_gpt"),
        ("getbuttons", "get_buttons"),
        ("Check_Response", "check_response"),
    ],
)
def test_an_unknown_function_names_the_nearest(service: Service, asked: str, nearest: str) -> None:
    answer = service.call(asked, BUTTONS)
    assert answer.status == 404
    assert answer.error["type"] == "not_found"
    assert nearest in answer.error["message"]


@pytest.mark.parametrize("asked", ["x" * 5000, "%3Cscript%3E", "a%0Ab", "%F0%9F%98%80"])
def test_a_strange_name_is_shown_harmlessly(service: Service, asked: str) -> None:
    answer = service.call(asked, BUTTONS)
    assert answer.status == 404
    assert len(answer.body) < 600
    assert "\n" not in answer.error["message"]


# --- the body ---


def test_the_keys_that_builders_add_are_accepted_and_ignored(service: Service) -> None:
    added: dict[str, Any] = {
        "contact": {"id": 5, "name": "Asha", "fields": {"city": {"value": None}}},
        "results": {"a": {"input": "b"}},
        "wa_group": {"id": 1},
        "flow": {"id": 1, "name": "Help"},
        "organization_id": 1,
        "flow_id": 3,
        "contact_id": "7",
        "webhook_log_id": 11,
        "result_name": "buttons",
    }
    assert set(added) == BUILDER_KEYS
    assert service.call("get_buttons", {**BUTTONS, **added}).status == 200
    as_written = {key: f"@{key}" for key in added}
    assert service.call("get_buttons", {**BUTTONS, **as_written}).status == 200


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("get_buttons", {}, "buttons_data"),
        ("geolocation", {"lat": "12.9"}, "long"),
        ("function_calling", {"input": "Hello"}, "functions"),
    ],
)
def test_a_required_field_left_out_is_empty(
    service: Service, name: str, body: dict[str, Any], field: str
) -> None:
    answer = service.call(name, body)
    assert (answer.status, answer.error["type"]) == (400, "empty_input")
    assert answer.error["message"] == f"{field} is empty"
    assert answer.error["fields"] == {field: ["Missing data for required field."]}


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("prompt", {"prompt": "Hello", "temperature": "@results.heat"}, "temperature"),
        ("prompt", {"prompt": "Hello", "n": "@contact.fields.n"}, "n"),
        ("prompt", {"prompt": "Hello", "sanitize_text": " @results.plain.input "}, "sanitize_text"),
        ("prompt", {"prompt": "@results.प्रश्न"}, "prompt"),
        ("prompt", {"prompt": "Hello", "account": "@results.account"}, "account"),
        ("geolocation", {"lat": "@results.place.latitude", "long": "1"}, "lat"),
    ],
)
def test_a_variable_that_was_never_set_is_named_in_every_kind_of_field(
    service: Service, name: str, body: dict[str, Any], field: str
) -> None:
    answer = service.call(name, body)
    assert (answer.status, answer.error["type"]) == (400, "unresolved_variable")
    assert list(answer.error["fields"]) == [field]
    assert body[field].strip() in answer.error["message"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("ask_a_person", {"question_text": "Is it safe?"}, "context"),
        ("record_consent", {"given": False, "contact": {"id": "7"}}, "purpose"),
        ("prompt", {"prompt": "Hello"}, "user"),
        ("speech_to_text", {"speech": samples.SPEECH}, "language"),
        ("speech_to_text", {"speech": samples.SPEECH}, "output_language"),
        ("text_to_speech", {"text": "Hello"}, "language"),
    ],
)
def test_what_only_tells_more_counts_as_left_out_where_it_was_never_set(
    service: Service, openai: FakeOpenAI, name: str, body: dict[str, Any], field: str
) -> None:
    service.organisation(openai)
    answer = service.call(name, {**body, field: " @results.x.input "})
    assert answer.status in (200, 202), answer.body
    assert not any(b"@results" in asked.raw for asked in openai.requests)


def test_a_boolean_is_written_as_json_writes_it(service: Service) -> None:
    body = {"correct_response": "true", "user_response": True}
    assert service.call("check_response", body).json["response"] is True


def test_any_other_key_is_refused_by_name(service: Service) -> None:
    answer = service.call("get_buttons", {**BUTTONS, "button_data": "typo", "é": 1})
    assert answer.status == 400
    assert set(answer.error["fields"]) == {"button_data", "é"}


@pytest.mark.parametrize("wanted", [200, "200"])
def test_a_failure_may_be_answered_with_200(service: Service, wanted: Any) -> None:
    answer = service.call("get_buttons", {"buttons_data": "", "failure_status": wanted})
    assert answer.status == 200
    assert answer.error["type"] == "empty_input"
    assert answer.json["buttons"] == answer.error["message"]


def test_an_unknown_function_may_be_answered_with_200_too(service: Service) -> None:
    answer = service.call("get_button", {**BUTTONS, "failure_status": 200})
    assert (answer.status, answer.error["type"]) == (200, "not_found")
    headers = {"Content-Type": "application/json"}
    assert service.call("get_button", None, raw=b"{", headers=headers).status == 404


@pytest.mark.parametrize("wanted", [500, "", None, True, "x", {"a": 1}])
def test_no_other_failure_status_is_known(service: Service, wanted: Any) -> None:
    answer = service.call("get_buttons", {"buttons_data": "", "failure_status": wanted})
    assert answer.status == 400


def test_without_proof_a_failure_is_401_whatever_the_body_wants(service: Service) -> None:
    answer = service.call("get_buttons", {**BUTTONS, "failure_status": 200}, token="wrong")
    assert answer.status == 401
    assert answer.json["buttons"] == answer.error["message"]


def test_the_main_result_key_holds_the_message_of_every_failure(service: Service) -> None:
    for name, key in (
        ("parse_via_chat_gpt", "parsed_msg"),
        ("get_buttons", "buttons"),
        ("check_response", "response"),
    ):
        for raw in (b"{", b"[]", b"{}"):
            headers = {"Content-Type": "application/json"}
            answer = service.call(name, None, raw=raw, headers=headers)
            assert answer.json[key] == answer.error["message"], (name, raw)


def test_a_nul_character_is_left_out(service: Service) -> None:
    answer = service.call("get_buttons", {"buttons_data": "Yes\0|No"})
    assert answer.status == 200
    assert answer.json["buttons"] == {"button_1": "Yes", "button_2": "No"}


def test_deep_nesting_is_refused(service: Service) -> None:
    raw = b'{"buttons_data": "a", "contact": ' + b"[" * 100_000
    headers = {"Content-Type": "application/json"}
    answer = service.call("get_buttons", None, raw=raw, headers=headers)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_json"


@pytest.mark.parametrize(
    ("function", "field", "more"),
    [
        ("chat", "schema", {"input": "Why?", "response_type": "structured"}),
        ("chat", "messages", {}),
        ("parse_via_chat_gpt", "response_format", {"question_text": "Why?"}),
        ("function_calling", "functions", {"input": "Why?"}),
        ("function_calling_response", "function_calling_response", {"sub_automation_response": 1}),
        ("translate_entry", "entry", {"language": "Hindi"}),
    ],
)
def test_deep_nesting_in_json_written_as_text_is_refused(
    service: Service, function: str, field: str, more: dict[str, Any]
) -> None:
    deep = '{"type": "object", "a": ' + "[" * 600 + "]" * 600 + "}"
    answer = service.call(function, {field: deep, **more})
    assert (answer.status, list(answer.error["fields"])) == (400, [field])


# --- results ---


def test_nothing_empty_reaches_a_flow() -> None:
    assert flow_safe({"a": "b\0c", "d": "\0"}) == {"a": "bc", "d": NOTHING}
    assert flow_safe({"a": None, "b": "", "c": [None, {"d": ""}], "e": 0, "f": False}) == {
        "a": NOTHING,
        "b": NOTHING,
        "c": [NOTHING, {"d": NOTHING}],
        "e": 0,
        "f": False,
    }


def test_a_document_of_the_callers_is_left_as_it_is() -> None:
    document = AsGiven({"a": None, "b": ""})
    assert flow_safe({"entry": document, "c": ""}) == {"entry": document, "c": NOTHING}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@given(JSON)
def test_no_value_is_null_or_empty_text(value: Any) -> None:
    def leaves(found: Any) -> list[Any]:
        if isinstance(found, dict):
            return [leaf for inner in found.values() for leaf in leaves(inner)]
        if isinstance(found, list):
            return [leaf for inner in found for leaf in leaves(inner)]
        return [found]

    assert not any(leaf is None or leaf == "" for leaf in leaves(flow_safe(value)))


@pytest.mark.parametrize(
    ("body", "contact"),
    [
        ({"contact_id": "7", "contact": {"id": "5"}}, "7"),
        ({"contact_id": "@contact.id", "contact": {"id": "5"}}, "5"),
        ({"contact_id": " ", "contact": {"id": "5"}}, "5"),
        ({"contact_id": "@contact.id"}, ""),
        ({"contact": {"id": "@contact.id"}}, ""),
        ({"contact": {"id": "@contact.id", "uuid": "u-5"}}, "u-5"),
        ({"contact": "@contact.uuid"}, ""),
        ({"contact": "+919812345678"}, "+919812345678"),
        ({"contact": "Asha Devi"}, ""),
        ({"contact_id": 0, "contact": {"id": "5"}}, "0"),
        ({"contact_id": True, "contact": {"id": False, "uuid": ["x"]}}, ""),
        ({"contact_id": "7 "}, "7"),
        ({"contact": {"id": " 5"}}, "5"),
        ({"contact": '{"id": 5, "name": "Asha"}'}, "5"),
        ({"contact": ' {"id": "5"'}, ""),
        ({"contact": "{" * 100_000}, ""),
        ({"contact_id": "x" * 200}, "x" * 160),
    ],
)
def test_an_id_is_read_from_wherever_the_builder_puts_it(
    service: Service, body: dict[str, object], contact: str
) -> None:
    service.organisation()
    service.call("get_buttons", {"buttons_data": "a|b", **body})
    service.flush()
    [entry] = service.admin("GET", "/logs/acme").json["logs"]
    assert entry["contact"] == contact


# --- what goes wrong ---


class BrokenResultSchema(ResultSchema):
    pass


@pytest.fixture
def entries() -> list[LogEntry]:
    return []


@pytest.fixture
def dispatcher(fake_redis: redis.Redis, entries: list[LogEntry]) -> Dispatcher:
    """A dispatcher of one function, which fails as nobody foresaw."""

    def broken(data: dict[str, Any], context: Context) -> dict[str, Any]:
        """Fail."""
        raise KeyError("Asha's own words")

    unit = WebhookFunction("broken", broken, FunctionSchema(), BrokenResultSchema(), "response", {})
    functions: Registry[WebhookFunction] = Registry("webhook function")
    functions.add("broken", unit, broken)
    return Dispatcher(functions, context_factory(fake_redis), entries.append, Limiter(fake_redis))


def test_a_call_never_raises_and_is_recorded_once(
    dispatcher: Dispatcher, entries: list[LogEntry]
) -> None:
    body = {"contact_id": "7", "failure_status": 200}
    outcome = dispatcher.dispatch(Call("acme", "broken", body, "r1"), *function_and_org(dispatcher))
    assert outcome.error is not None
    assert (outcome.status, outcome.error.type) == (200, "internal")
    assert outcome.answer["response"] == outcome.error.message
    [entry] = entries
    assert (entry.status, entry.http_status, entry.contact) == ("internal", 200, "7")
    assert entry.response == outcome.answer
    assert "Asha" not in str(outcome.answer)


def test_nor_does_what_a_model_calls(dispatcher: Dispatcher, entries: list[LogEntry]) -> None:
    function, org = function_and_org(dispatcher)
    outer = dispatcher.contexts.open(org, "r1", "function_calling", "7")
    outcome = dispatcher.dispatch_nested(function, {"unknown": 1}, outer.nested())
    assert outcome.error is not None
    assert outcome.error.type == "invalid_input"
    [entry] = entries
    assert (entry.called_by, entry.request_id) == ("function_calling", "r1")
    assert (entry.function, entry.contact, entry.token_id) == ("broken", "7", None)


def test_a_refused_call_is_recorded_under_a_name_that_is_known(
    dispatcher: Dispatcher, entries: list[LogEntry]
) -> None:
    outcome = dispatcher.refuse(Call("acme", "x" * 500, {}, "r1"), NotFound("no such function"))
    assert outcome.answer["error"]["type"] == "not_found"
    assert set(outcome.answer) == {"success", "error", "request_id"}
    assert [entry.function for entry in entries] == ["unknown"]


def function_and_org(dispatcher: Dispatcher) -> tuple[WebhookFunction, Organisation]:
    return dispatcher.find("broken"), Organisation("acme", {}, {})
