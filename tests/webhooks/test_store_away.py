"""Redis goes away during a call: what is paid for reaches the caller all the same."""

from __future__ import annotations

import fakeredis
import pytest
from redis.exceptions import RedisError

from tests.fakes.exchange import Exchange, Reply
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.faults import Answer as ProperAnswer
from tests.fixtures_app import OpenService, Service

QUESTION = {"question_text": "Why is the sky blue?"}


@pytest.fixture
def server() -> fakeredis.FakeServer:
    return fakeredis.FakeServer()


@pytest.fixture
def losing(open_service: OpenService, openai: FakeOpenAI, server: fakeredis.FakeServer) -> Service:
    """A service whose Redis is gone by the time the provider answers its first request."""
    service = open_service(fakeredis.FakeRedis(server=server, protocol=2))
    service.organisation(openai)
    return service


def loses(server: fakeredis.FakeServer, fault: faults.Fault | None = None) -> faults.Fault:
    """A provider that answers, or fails by `fault`, once Redis is gone."""

    def strike(exchange: Exchange, answer: ProperAnswer) -> Reply | None:
        server.connected = False
        return fault.strike(exchange, answer) if fault else answer()

    return faults.Fault("redis is gone", strike)


def test_a_conversation_is_answered_though_it_cannot_be_remembered(
    losing: Service, openai: FakeOpenAI, server: fakeredis.FakeServer
) -> None:
    openai.say("Blue.")
    openai.fail(loses(server))
    answer = losing.call("parse_via_chat_gpt", {**QUESTION, "thread_id": ""})
    assert (answer.status, answer.json["parsed_msg"]) == (200, "Blue.")
    assert answer.json["thread_id"].startswith("thread_")


def test_a_quirk_is_used_though_it_cannot_be_kept(
    losing: Service, openai: FakeOpenAI, server: fakeredis.FakeServer
) -> None:
    openai.retire("gpt-4")
    openai.fail(loses(server))
    assert losing.call("parse_via_chat_gpt", {**QUESTION, "gpt_model": "gpt-4"}).status == 200


def test_a_failure_is_the_providers_own_though_it_cannot_be_counted(
    losing: Service, openai: FakeOpenAI, server: fakeredis.FakeServer
) -> None:
    down = faults.status(503, headers={"x-should-retry": "false"})
    openai.fail(loses(server, down))
    assert losing.call("parse_via_chat_gpt", QUESTION).error["type"] == "provider_error"


def test_what_needs_redis_is_recorded_as_it_is_answered(
    losing: Service,
    openai: FakeOpenAI,
    server: fakeredis.FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("flowhook.organisations.cache.MAX_AGE_SECONDS", 60.0)
    assert losing.call("parse_via_chat_gpt", QUESTION).status == 200
    losing.flush()
    server.connected = False
    answer = losing.call("parse_via_chat_gpt", {**QUESTION, "thread_id": "homework"})
    assert (answer.status, answer.error["type"]) == (503, "overloaded")
    with pytest.raises(RedisError):
        losing.flush()
    assert '"status":"overloaded","http_status":503' in capsys.readouterr().out
    assert len(openai.requests) == 1
