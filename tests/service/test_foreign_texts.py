"""Texts with odd characters through every door: mended on the way in, and never refused again."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from flowhook.mended_json import mended
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.signature import sign
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fakes.web import answer, serve
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, export, publish, say, texts
from tests.knowledge import vector_store

ASHA, RAVI = Person("919876543210"), Person("919876543211")

HALF, NUL = rb"\ud83d", rb"\u0000"
ODD = b"a" + HALF + NUL + b"b"
NUMBER = "123456789012345678901234567890"
MODEL_JSON = f'{{"t": "MARK", "n": {NUMBER}}}'


@pytest.fixture
def acme(open_service: OpenService, fake_redis: Any, openai: FakeOpenAI) -> Service:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation(openai)
    return service


class TestIn:
    """What comes in."""

    @pytest.mark.parametrize(
        "raw",
        [
            b'{"question_text": "Why? %b"}' % HALF,
            b'{"question_text": "Why?%b \xef\xbf\xbd"}' % NUL,
            b'\xef\xbb\xbf{"question_text": "Why? \\ufffd"}',
            '{"question_text": "Why? \ufffd"}'.encode("utf-16"),
            b'{"question_text": "Why? \\ufffd", "contact": {"name": "Asha %b"}}' % HALF,
            b'{"question_text": "Why? \\ufffd", "contact": {"id": %b}}' % NUMBER.encode(),
        ],
    )
    def test_a_call(self, acme: Service, openai: FakeOpenAI, raw: bytes) -> None:
        assert acme.call("parse_via_chat_gpt", None, raw=raw).status == 200
        assert openai.last.heard[-1] == ("user", "Why? \ufffd")

    def test_a_call_in_a_form_or_a_query(self, acme: Service) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answers = [
            acme.call("get_buttons", None, raw=b"buttons_data=a%00%7Cb", headers=form),
            acme.request(
                "GET", "/webhooks/get_buttons?buttons_data=a%00|b", token=acme.tenant.webhook_token
            ),
        ]
        assert [one.json["buttons"] for one in answers] == [{"button_1": "a", "button_2": "b"}] * 2

    def test_a_setting(self, acme: Service) -> None:
        raw = b'\xef\xbb\xbf{"phrase": "a long phrase%b %b"}' % (NUL, HALF)
        assert acme.admin("PUT", "/settings/acme/signature", raw=raw).status == 201
        called = acme.signed_call(
            "get_buttons", {"organization_id": "acme", "buttons_data": "a"}, "a long phrase \ufffd"
        )
        assert called.status == 200

    def test_an_import(self, acme: Service) -> None:
        raw = json.dumps(export({**GREETING, "name": "Greeting \ud83d\0"})).encode("utf-8-sig")
        imported = acme.admin("POST", "/flows/acme", raw=raw)
        assert imported.json["flows"][0]["name"] == "Greeting \ufffd"

    def test_a_message_through_the_conversations_api(self, acme: Service) -> None:
        publish(acme, GREETING)
        say(acme, "hello")
        assert texts(say(acme, {"text": "Asha \ud83d\0"})) == ["Hello Asha \ufffd"]

    def test_a_delivery_of_two_contacts(self, acme: Service, graph: FakeGraph, line: Line) -> None:
        acme.operator("PUT", "/settings/acme/whatsapp", line.settings())
        said = [(ASHA, "fine \0"), (RAVI, "Nice \ud83d")]
        parts = [graph.says(line, who, {"type": "text", "text": {"body": it}}) for who, it in said]
        whole = json.loads(parts[0][0])
        whole["entry"] += json.loads(parts[1][0])["entry"]
        raw = json.dumps(whole).encode()
        headers = {"X-Hub-Signature-256": sign(line.app_secret, raw)}
        taken = acme.request("POST", "/channels/whatsapp/acme", raw=raw, headers=headers)
        assert taken.status == 200
        assert [inbox(acme, who) for who, _ in said] == [["fine "], ["Nice \ufffd"]]


class TestBetween:
    """What models and authors' servers answer."""

    @pytest.mark.parametrize(
        ("function", "body", "field"),
        [
            ("parse_via_chat_gpt", {"question_text": "Why?"}, "parsed_msg"),
            ("prompt", {"prompt": "Why?"}, "response"),
            ("filesearch-gpt", {"question": "Why?", "vector_store_id": ""}, "message"),
        ],
    )
    def test_a_model(
        self, acme: Service, openai: FakeOpenAI, function: str, body: dict[str, Any], field: str
    ) -> None:
        if "vector_store_id" in body:
            body["vector_store_id"] = vector_store(openai)
        says(openai, "Nice MARK")
        answered = acme.call(function, body)
        assert answered.status == 200, answered.body
        assert answered.json[field] == "Nice a\ufffdb"

    def test_a_transcript(self, acme: Service, openai: FakeOpenAI) -> None:
        openai.say_transcript("Nice MARK")
        openai.fail(faults.replaced(b"MARK", ODD))
        url = "data:audio/ogg;base64," + base64.b64encode(sounds.ogg_opus(1)).decode()
        assert acme.call("speech_to_text", {"speech": url}).json["response"] == "Nice a\ufffdb"

    def test_json_of_a_model(self, acme: Service, openai: FakeOpenAI) -> None:
        assert parsed(acme, openai) == {"t": "a\ufffdb", "n": NUMBER}

    def test_arguments_of_a_tool(self, acme: Service, openai: FakeOpenAI) -> None:
        written = json.dumps({"buttons_data": "a\ud83d|\0b"})
        openai.say_tool_calls([{"name": "get_buttons", "arguments": written}])
        openai.say("Two.")
        asked = {"input": "Which?", "functions": ["get_buttons"]}
        (called,) = acme.call("function_calling", asked).json["calls"]
        assert called["result"]["buttons"] == {"button_1": "a\ufffd", "button_2": "b"}

    def test_an_error_of_a_model(self, acme: Service, openai: FakeOpenAI) -> None:
        raw = b'\xef\xbb\xbf{"error": {"code": "insufficient_quota", "message": "x%b"}}' % HALF
        openai.fail(faults.status(429, body=raw))
        refused = acme.call("parse_via_chat_gpt", {"question_text": "Why?"})
        assert refused.error["type"] == "insufficient_quota"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_an_author_s_server(self, acme: Service, encoding: str) -> None:
        raw = (b'{"t": "%b", "n": %b}' % (ODD, NUMBER.encode())).decode().encode(encoding)
        with serve(answer(raw)) as server:
            hook = {"url": f"http://127.0.0.1:{server.port}/", "method": "POST", "result_name": "r"}
            publish(acme, flow({"id": "h", "webhook": {**hook, "body": "{}"}}, "@results.r.t"))
            assert texts(say(acme, {"flow": "f"})) == ["a\ufffdb"]
        found = acme.admin("GET", "/conversations/acme/7").json["results"]
        assert (found["r"]["t"], found["r"]["n"]) == ("a\ufffdb", NUMBER)


class TestOnwards:
    """What this service answers is taken by each of its doors."""

    def test_an_answer_is_the_next_call_s_field(self, acme: Service, openai: FakeOpenAI) -> None:
        found = parsed(acme, openai)
        again = {"question_text": found["t"] + found["n"], "contact": {"fields": found}}
        assert acme.call("parse_via_chat_gpt", again).status == 200
        assert openai.last.heard[-1] == ("user", "a\ufffdb" + NUMBER)
        message = {"flow": "f", "results": {"r": {"input": "x", **found}}}
        publish(acme, flow({"id": "h", "send": "@results.r.n"}, "@results.r.t"))
        assert texts(say(acme, message)) == [NUMBER, "a\ufffdb"]

    def test_a_result_of_a_flow_is_the_next_node_s_field(
        self, acme: Service, openai: FakeOpenAI
    ) -> None:
        body = {"question_text": "Why? JSON", "response_format": "json_object"}
        ask = {"url": "parse_via_chat_gpt", "result_name": "first", "body": json.dumps(body)}
        more = {**body, "question_text": "@results.first.parsed_msg.t", "contact": "@results"}
        again = {"url": "parse_via_chat_gpt", "result_name": "next", "body": json.dumps(more)}
        publish(acme, flow({"id": "h", "webhook": ask}, "@results.next.parsed_msg.n", again))
        says(openai, MODEL_JSON, 2)
        assert texts(say(acme, {"flow": "f"})) == [NUMBER]
        assert openai.last.heard[-1] == ("user", "a\ufffdb")

    @pytest.mark.parametrize("value", [1e300, -1e-300, 2**64 - 1, -(2**63)])
    def test_a_number_goes_on(self, acme: Service, openai: FakeOpenAI, value: float) -> None:
        body = {"question_text": "Why? JSON", "response_format": "json_object"}
        ask = {"url": "parse_via_chat_gpt", "result_name": "r", "body": json.dumps(body)}
        publish(acme, flow({"id": "h", "webhook": ask}, "Fine"))
        openai.say(json.dumps({"n": value}))
        assert texts(say(acme, {"flow": "f"})) == ["Fine"]
        found = acme.admin("GET", "/conversations/acme/7").json["results"]["r"]["parsed_msg"]
        assert found == {"n": value}
        started = say(acme, {"flow": "f", "results": {"r": found}})
        assert started.status == 200


def says(openai: FakeOpenAI, text: str, times: int = 1) -> None:
    """The model says a text in which MARK stands for odd characters."""
    openai.say(*[text] * times)
    openai.fail(faults.replaced(b"MARK", ODD), times)


def parsed(service: Service, openai: FakeOpenAI) -> dict[str, str]:
    """The JSON that a model gave, from an answer that is itself JSON with nothing odd."""
    says(openai, MODEL_JSON)
    asked = {"question_text": "Why? JSON", "response_format": "json_object"}
    answered = service.call("parse_via_chat_gpt", asked)
    assert answered.status == 200, answered.body
    assert mended(answered.body) == answered.body
    found: dict[str, str] = answered.json["parsed_msg"]
    return found


def flow(first: dict[str, Any], last: str, then: dict[str, Any] | None = None) -> dict[str, Any]:
    """A flow of a node, perhaps one with another webhook, and a message."""
    nodes = [first, {"id": "yes", "send": last}, {"id": "no", "send": "Failed"}]
    if then is not None:
        nodes.insert(1, {"id": "then", "webhook": then, "success": "yes", "failure": "no"})
    way = {"success": nodes[1]["id"], "failure": "no"} if "webhook" in first else {"to": "yes"}
    return {"uuid": "f", "nodes": [{**first, **way}, *nodes[1:]]}


def inbox(service: Service, person: Person) -> list[str]:
    found: list[str] = []
    channel: WhatsAppChannel = service.app.extensions["whatsapp"]
    channel.drain_inbox("acme", person.identity, lambda inbound, _: found.append(inbound.text))
    return found
