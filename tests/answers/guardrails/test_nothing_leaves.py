"""No identifier reaches a provider, by no way into any function, and each comes back as it was."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from flowhook.media import samples
from tests.answers.api.test_run_routes import Farm
from tests.answers.guardrails.planted import GIVEN, KNOWN, TEXT, VALUES, planted_in
from tests.answers.knowledge.library import Library
from tests.fakes.obeying_model import obeying_model
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say, texts
from tests.waiting import wait_for
from tests.webhooks.ways_in import FORM, IMAGE, WAYS, Way, World
from webhooks.registry import load_functions

UNMASKABLE = [way for way in WAYS if way.unmaskable]
SPEAKS = "/audio/speech"
SET = "/question-sets/acme/kept"
TARGET = {"function": "parse_via_chat_gpt", "body": {}}
ASKING = ("/v1/chat", "/v1/responses", "/v1/audio", "/v1/realtime")
SECTION = "/settings/acme/guardrails"


def guarded(service: Service, openai: FakeOpenAI, **more: Any) -> World:
    service.organisation(openai)
    assert service.admin("PUT", SECTION, {"mask": KNOWN, **more}).status == 201
    openai.say_by(obeying_model)
    return World(service, openai, name="Lakshmi Narayan")


@pytest.fixture
def world(service: Service, openai: FakeOpenAI) -> World:
    return guarded(service, openai, unmaskable="send")


def check_sent(openai: FakeOpenAI, spoken: bool = False) -> None:
    for asked in openai.requests:
        if not (spoken and asked.is_for(SPEAKS)):
            assert planted_in(asked.raw) == [], f"{asked.path}: {asked.raw.decode()}"
            assert planted_in(asked.path + json.dumps(asked.query)) == []


def kept(service: Service) -> Iterator[tuple[str, bytes]]:
    """All that the store holds, by its key."""
    store = service.redis
    for key in store.scan_iter("*"):
        kind = store.type(key).decode()
        held: Any = {
            "string": lambda key: [store.get(key)],
            "hash": lambda key: [one for pair in store.hgetall(key).items() for one in pair],
            "list": lambda key: store.lrange(key, 0, -1),
            "set": store.smembers,
            "zset": lambda key: store.zrange(key, 0, -1),
            "stream": lambda key: [repr(store.xrange(key)).encode()],
        }[kind](key)
        for value in held:
            yield key.decode(), key + b" " + value


def check_kept(service: Service) -> None:
    """The store holds no planted value in the clear, and no table of placeholders."""
    for key, value in kept(service):
        assert planted_in(value) == [], key
        assert not GIVEN.search(value.decode(errors="replace")), key


def check_log(service: Service) -> None:
    service.flush()
    for entry in service.admin("GET", "/logs/acme").json["logs"]:
        whole = service.admin("GET", f"/logs/acme/{entry['id']}")
        assert planted_in(whole.body) == [], entry["function"]


def check_answer(answer: Answer) -> None:
    assert not GIVEN.search(answer.body.decode()), answer.body


def test_each_kind_is_tried() -> None:
    assert {"phone", "email"} <= set(KNOWN)


@pytest.mark.parametrize("function", load_functions().names())
def test_nothing_planted_is_sent_or_kept(
    world: World, function: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for way in (way for way in WAYS if way.function == function):
        world.openai.requests.clear()
        check_answer(way.play(world, TEXT))
        check_sent(world.openai, spoken=bool(way.unmaskable))
    check_log(world.service)
    check_kept(world.service)
    assert planted_in(world.service.operator("GET", "/metrics").body) == []
    assert planted_in(capsys.readouterr().out) == []


ECHOED = [
    ("chat", {"input": TEXT}, "response"),
    ("chat", {"input": TEXT, "schema": FORM}, "response"),
    ("parse_via_chat_gpt", {"question_text": TEXT}, "parsed_msg"),
    ("prompt", {"prompt": {"told": TEXT}}, "response"),
    ("function_calling", {"input": TEXT, "functions": ["get_buttons"]}, "response"),
    ("translate_entry", {"entry": {"a": "Hello.", "b": TEXT}, "language": "hi"}, "entry"),
]


@pytest.mark.parametrize(("function", "body", "main"), ECHOED)
def test_it_comes_back_as_it_was(world: World, function: str, body: Any, main: str) -> None:
    answer = world.call(function, body)
    assert answer.status == 200, answer.body
    said = json.dumps(answer.json[main], ensure_ascii=False)
    assert all(value in said for value in VALUES), said
    as_xml = world.call(function, body, headers={"Accept": "application/xml"}).body.decode()
    assert all(value in as_xml for value in VALUES), as_xml


def test_own_functions_are_called_with_what_was_masked(world: World) -> None:
    def calling(body: dict[str, Any]) -> str:
        return "Done."

    world.openai.say_by(calling)
    world.call("chat", {"input": TEXT})
    masked = world.openai.last.body["messages"][-1]["content"]
    world.openai.say_tool_calls([{"name": "get_buttons", "arguments": {"buttons_data": masked}}])
    body = {"input": TEXT, "functions": ["get_buttons"]}
    (called,) = world.call("function_calling", body).json["calls"]
    assert called["arguments"] == {"buttons_data": TEXT}
    assert called["result"]["buttons"] == {"button_1": TEXT}
    check_sent(world.openai)


# --- tools, forms and prompts of the author ---


def test_texts_of_the_author_are_masked_too(world: World) -> None:
    form = {**FORM, "properties": {"fee": {"type": "string", "description": TEXT, "title": TEXT}}}
    tool = {"name": "order", "description": TEXT, "parameters": {**form, "title": TEXT}}
    response_format = {"type": "json_schema", "json_schema": {"schema": form, "description": TEXT}}
    for function, body in (
        ("chat", {"input": "Fee?", "schema": form}),
        ("chat", {"input": "Fee?", "prompt": TEXT}),
        ("parse_via_chat_gpt", {"question_text": "Fee?", "response_format": response_format}),
        ("function_calling", {"input": "Fee?", "functions": [tool]}),
        ("function_calling", {"input": "Fee?", "functions": [tool], "model": "gpt-6-astra"}),
        ("translate_entry", {"entry": {"a": "Hi"}, "language": "hi", "prompt": TEXT}),
        ("parse_via_gpt_vision", {"url": samples.IMAGE, "prompt": TEXT}),
    ):
        assert world.call(function, body).status == 200, (function, body)
    check_sent(world.openai)
    assert world.service.admin("PATCH", "/settings/acme/openai", {"system_prompt": TEXT}).status
    assert world.call("chat", {"input": "Hello"}).status == 200
    check_sent(world.openai)


def test_an_enum_is_masked_and_the_answer_kept_to_it(world: World) -> None:
    phone = VALUES[0]
    form = {**FORM, "properties": {"fee": {"type": "string", "enum": [phone, "none"]}}}

    def choosing(body: dict[str, Any]) -> str:
        sent = body["response_format"]["json_schema"]["schema"]
        return json.dumps({"fee": sent["properties"]["fee"]["enum"][0]})

    world.openai.say_by(choosing)
    assert world.call("chat", {"input": "?", "schema": form}).json["response"] == {"fee": phone}
    check_sent(world.openai)


RULES = {
    "banned": {"words": ["gutkha"], "action": "tell"},
    "moderation": {"on": "both", "action": "tell"},
    "topics": {"allowed": "Farming", "action": "tell"},
    "self_harm": {"action": "tell"},
    "minors": {"action": "tell"},
}


@pytest.mark.parametrize("function", ["chat", "filesearch-gpt", "speech_to_text"])
def test_rules_are_judged_by_what_is_masked(world: World, function: str) -> None:
    assert world.service.admin("PATCH", SECTION, RULES).status == 200
    for way in (way for way in WAYS if way.function == function):
        check_answer(way.play(world, TEXT))
    assert world.openai.asked("/moderations")
    assert any(b"off_topic" in asked.raw for asked in world.openai.requests)
    check_sent(world.openai)
    check_log(world.service)
    check_kept(world.service)


# --- retries, fallbacks, jobs, flows ---


def test_retries_and_fallbacks_send_what_is_masked(world: World) -> None:
    account = {"api_key": world.openai.key, "base_url": world.openai.base_url}
    service = world.service
    assert service.operator("PUT", "/settings/acme/openai/accounts/backup", account).status == 201
    change = {"fallback_model": "gpt-5.4", "fallback_account": "backup"}
    assert service.admin("PATCH", "/settings/acme/openai", change).status == 200
    for times in (1, 3, 6):
        world.openai.fail(faults.status(500, headers={"retry-after-ms": "1"}), times=times)
        check_answer(world.call("parse_via_chat_gpt", {"question_text": TEXT}))
        world.openai.recover()
    world.openai.fail(faults.disconnect(), times=1)
    check_answer(world.call("chat", {"input": TEXT, "account": "backup"}))
    assert len(world.openai.requests) > 8
    check_sent(world.openai)
    check_log(service)


def test_a_refused_call_is_kept_masked(world: World) -> None:
    service = world.service
    assert world.call("parse_via_chat_gpt", {"question": TEXT, "wait_seconds": "x"}).status == 400
    assert world.call("no_such_function", {"question": TEXT}).status == 404
    assert world.call("chat", {"input": TEXT, "account": TEXT}).status == 400
    check_log(service)
    check_kept(service)


def test_jobs_send_and_keep_what_is_masked(
    jobs_unattended: JobsService, openai: FakeOpenAI
) -> None:
    jobs = jobs_unattended
    world = guarded(jobs.service, openai)
    accepted = jobs.accept("parse_via_chat_gpt", {"question_text": TEXT, "wait_seconds": 0})
    check_kept(world.service)
    jobs.start_worker()
    said = jobs.wait(accepted)["result"]["parsed_msg"]
    jobs.stop_worker()
    assert all(value in said for value in VALUES)
    check_sent(world.openai)
    check_log(world.service)
    check_kept(world.service)


def test_a_process_that_is_killed_leaves_no_placeholders(world: World) -> None:
    """What the store holds while the provider is asked is all that a killed process leaves."""
    gate = threading.Event()
    world.openai.fail(faults.held(gate))
    body = {"question_text": TEXT, "thread_id": "mine"}
    call = threading.Thread(target=world.call, args=("parse_via_chat_gpt", body))
    call.start()
    wait_for(lambda: bool(world.openai.requests), "the request")
    check_kept(world.service)
    gate.set()
    call.join()
    check_kept(world.service)
    world.service.flush()
    check_kept(world.service)


def test_documents_are_embedded_masked(jobs: JobsService, openai: FakeOpenAI) -> None:
    world = guarded(jobs.service, openai)
    library = Library(jobs.service)
    assert library.put(embedding_model="text-embedding-3-small").status == 201
    document = library.wait(library.send(f"# Fees {TEXT}\n\nThe fee is 500 rupees. {TEXT}\n"))
    assert document["status"] == "ready"
    wait_for(lambda: bool(openai.asked("/embeddings")), "its embeddings")
    body = {"question_text": f"How much is the fee? {TEXT}", "knowledge": "leaflets"}
    check_answer(world.call("parse_via_chat_gpt", body))
    check_sent(openai)
    check_log(jobs.service)


def test_question_sets_and_their_judge_are_asked_masked(
    jobs: JobsService, openai: FakeOpenAI
) -> None:
    farm = Farm(jobs, openai)
    assert jobs.service.admin("PUT", SECTION, {"mask": KNOWN}).status == 201
    openai.say_by(obeying_model)
    farm.put([{"id": "q1", "question": TEXT, "answer": TEXT, "checks": [{"judge": 1}]}])
    (case,) = farm.run()["cases"]
    assert all(value in json.dumps(case, ensure_ascii=False) for value in VALUES)
    assert len(openai.asked("/chat/completions")) >= 2
    check_sent(openai)
    check_log(jobs.service)
    check_kept(jobs.service)


def test_a_case_of_the_log_is_masked(world: World) -> None:
    world.call("parse_via_chat_gpt", {"question_text": TEXT})
    world.service.flush()
    (entry,) = world.service.admin("GET", "/logs/acme").json["logs"]
    assert world.service.admin("PUT", SET, {"target": TARGET, "cases": []}).status == 201
    made = world.service.admin("POST", f"{SET}/cases", {"log_id": entry["id"]})
    assert made.status in (200, 201), made.body
    assert planted_in(made.body) == []


def test_flows_send_what_is_masked(world: World) -> None:
    hook = {
        "url": "parse_via_chat_gpt",
        "result_name": "gpt",
        "body": json.dumps({"question_text": "@results.said", "contact": "@contact"}),
    }
    flow = {
        "uuid": "helper",
        "name": "Helper",
        "keywords": ["hello"],
        "nodes": [
            {"id": "wait", "wait": {"result": "said"}, "else": "ask"},
            {"id": "ask", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "@results.gpt.parsed_msg"},
            {"id": "no", "send": "Failed"},
        ],
    }
    publish(world.service, flow)
    say(world.service, "hello")
    said = " ".join(texts(say(world.service, TEXT)))
    assert all(value in said for value in VALUES), said
    check_sent(world.openai)
    check_log(world.service)
    check_kept(world.service)


def test_the_names_of_a_flows_contact_are_known_where_the_author_sends_no_contact(
    world: World,
) -> None:
    """A name that the flow has just set counts, too."""
    hook = {
        "url": "parse_via_chat_gpt",
        "result_name": "gpt",
        "body": json.dumps({"question_text": "For @results.who, please"}),
    }
    flow = {
        "uuid": "named",
        "name": "Named",
        "keywords": ["hello"],
        "nodes": [
            {"id": "who", "wait": {"result": "who"}, "else": "name"},
            {
                "id": "name",
                "actions": [{"type": "set_contact_name", "name": "@results.who"}],
                "to": "ask",
            },
            {"id": "ask", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "@results.gpt.parsed_msg"},
            {"id": "no", "send": "Failed"},
        ],
    }
    publish(world.service, flow)
    say(world.service, "hello")
    said = texts(say(world.service, "Gopal Rao"))
    assert said == ["Fine: For Gopal Rao, please"]
    assert b"Gopal" not in world.openai.last.raw


@pytest.mark.parametrize(
    "told", ["My name is Gopal Rao, thanks.", "For Lakshmi Narayan, please", "For 98765 43210."]
)
def test_a_flow_that_a_model_calls_masks_what_its_call_masks(world: World, told: str) -> None:
    """The model calls it with a name alone, which tells nobody that it is one."""
    hook = {
        "url": "chat",
        "result_name": "it",
        "body": json.dumps({"input": "Greet @results.who"}),
    }
    flow = {
        "uuid": "greet",
        "name": "Greet",
        "nodes": [
            {"id": "ask", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "@results.it.response"},
            {"id": "no", "send": "Failed"},
        ],
    }
    publish(world.service, flow)
    world.call("chat", {"input": told})
    (given,) = re.findall(r"\[[A-Z]+_[0-9]+\]", world.openai.last.raw.decode())
    world.openai.say_tool_calls([{"name": "greet", "arguments": {"who": given}}])
    answer = world.call("function_calling", {"input": told, "functions": ["greet"]})
    (called,) = answer.json["calls"]
    whom = called["arguments"]["who"]
    assert whom in told
    assert called["result"]["response"] == f"Fine: Greet {whom}"
    assert not any(whom.encode() in asked.raw for asked in world.openai.requests)


def test_a_thread_has_the_same_placeholders(world: World) -> None:
    for question in (TEXT, "And now?", TEXT):
        world.call("parse_via_chat_gpt", {"question_text": question, "thread_id": "mine"})
    first, *_, last = world.openai.requests
    masked = first.body["messages"][-1]["content"]
    said = [one["content"] for one in last.body["messages"]]
    assert said[0] == said[-1] == masked


CUTS = [
    ("parse_via_chat_gpt", "question_text", 4_000, {"thread_id": "mine"}),
    ("detect_language", "text", 2_000, {}),
]


@pytest.mark.parametrize(("function", "field", "most", "more"), CUTS)
@pytest.mark.parametrize("left", [1, 4, 5, 6, 8, 10])
def test_no_part_of_a_number_that_is_cut_is_sent(
    world: World, left: int, function: str, field: str, most: int, more: dict[str, str]
) -> None:
    """Half of a phone number is none to the mask: what is cut is cut before it."""
    words = ("so on " * 1_000)[: most - left - 1]
    for _ in range(2):
        world.call(function, {field: f"{words} 98765 43210 and so on", **more})
        assert b"98765" not in world.openai.last.raw
        assert not re.search(rb" 9\d*", world.openai.last.raw)


# --- what cannot be masked ---


@pytest.mark.parametrize("way", UNMASKABLE, ids=str)
def test_what_cannot_be_masked_is_refused(service: Service, openai: FakeOpenAI, way: Way) -> None:
    world = guarded(service, openai)
    answer = way.play(world, "Hindi")
    assert (answer.status, answer.error["type"]) == (403, "blocked")
    assert way.unmaskable in answer.error["message"]
    assert re.search(r"admin .* unmaskable", answer.error["fix"])
    assert not any(asked.path.startswith(ASKING) for asked in openai.requests)


LINK = "http://10.0.0.1/note"
FETCHED = [
    ("chat_with_vision", {"input": [{"type": "image_url", "image_url": {"url": LINK}}]}),
    ("detect_language", {"speech": LINK}),
    (
        "function_calling",
        {
            "messages": [{"content": [{"type": "image_url", "image_url": {"url": LINK}}]}],
            "functions": ["get_buttons"],
        },
    ),
    ("parse_via_gpt_vision", {"url": LINK}),
    ("speech_to_text", {"speech": LINK}),
    ("voice-filesearch-gpt", {"speech": LINK, "vector_store_id": "vs_1"}),
]


@pytest.mark.parametrize(("function", "body"), FETCHED)
def test_what_will_be_refused_is_not_fetched(
    service: Service, openai: FakeOpenAI, function: str, body: dict[str, Any]
) -> None:
    """Where it is fetched, a link to a private address answers 400."""
    guarded(service, openai)
    refused = service.call(function, body)
    assert (refused.status, refused.error["type"]) == (403, "blocked")
    assert service.admin("PATCH", SECTION, {"unmaskable": "send"}).status == 200
    assert service.call(function, body).error["type"] == "invalid_input"


def test_without_masking_nothing_is_unmaskable(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.admin("PUT", SECTION, {"mask": [], "unmaskable": "refuse"}).status == 201
    assert service.call("text_to_speech", {"text": TEXT}).status == 200
    assert TEXT.encode() in openai.last.raw or openai.last.body["input"] == TEXT


def test_words_beside_a_picture_are_masked_where_it_is_sent(world: World) -> None:
    answer = world.call("chat_with_vision", {"input": [TEXT, IMAGE]})
    assert all(value in answer.json["response"] for value in VALUES)
    check_sent(world.openai)
    assert samples.IMAGE.encode() in world.openai.last.raw


LINKS = (
    "https://wa.me/919876543210?text=Hello",
    "https://example.org/forms?mail=asha.devi@example.org&id=7#part-2",
    "data:text/plain;base64,OTg3NjU0MzIxMA==",
    "https://example.org/orders/2026/11/29/1234567?page=2",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_comes_back_whole(world: World, link: str) -> None:
    """What identifies somebody in a link is masked as anywhere else, and the link is put back."""
    answer = world.call("chat", {"input": f"See {link} for more."})
    assert f"See {link} for more." in answer.json["response"]
    assert b"9876543210" not in world.openai.last.raw
    assert b"asha.devi@" not in world.openai.last.raw


# --- what could not be masked though it should ---

NUMBERS = [f"9{number:09d}" for number in range(800_000_000, 800_050_001)]
TOO_MANY = {"messages": [{"content": " ".join(NUMBERS[at::7])} for at in range(7)]}


def check_many_kept(service: Service) -> None:
    service.flush()
    (entry,) = service.admin("GET", "/logs/acme").json["logs"]
    assert NUMBERS[0].encode() not in service.admin("GET", f"/logs/acme/{entry['id']}").body


def test_a_call_that_cannot_be_masked_is_refused(service: Service, openai: FakeOpenAI) -> None:
    world = guarded(service, openai)
    answer = world.call("chat", TOO_MANY)
    assert (answer.status, answer.error["type"]) == (403, "blocked")
    assert re.search(r"admin .* if_masking_fails", answer.error["fix"])
    assert openai.requests == []
    check_many_kept(service)


def test_a_call_that_cannot_be_masked_is_sent_where_that_is_set(
    service: Service, openai: FakeOpenAI
) -> None:
    world = guarded(service, openai, if_masking_fails="send")
    assert world.call("chat", TOO_MANY).status == 200
    assert any(number.encode() in openai.last.raw for number in NUMBERS)
    check_many_kept(service)
