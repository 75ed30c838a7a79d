"""Health, readiness and metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowhook.redis.connect import Client, connect
from tests.fakes.openai import FakeOpenAI
from tests.fakes.tcp import silent_server
from tests.fakes.valkey import Valkey
from tests.fixtures_app import OpenService, Service
from tests.waiting import wait_for

UNUSED = Path("unused")


def test_the_process_lives(service: Service) -> None:
    answer = service.request("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {"success": True, "status": "ok"})


def test_ready_on_every_kind_of_redis(any_redis: Client, open_service: OpenService) -> None:
    answer = open_service(any_redis).request("GET", "/readyz")
    assert (answer.status, answer.json) == (200, {"success": True, "status": "ready"})


def test_without_redis_it_is_alive_but_not_ready(open_service: OpenService) -> None:
    service = open_service(connect("redis://127.0.0.1:1", UNUSED))
    assert service.request("GET", "/healthz").status == 200
    answer = service.request("GET", "/readyz")
    assert answer.status == 503
    assert answer.error["type"] == "overloaded"
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_silent_redis_is_not_ready_either(open_service: OpenService) -> None:
    with silent_server() as port, connect(f"redis://127.0.0.1:{port}", UNUSED) as client:
        service = open_service(client)
        assert service.request("GET", "/readyz").status == 503
        service.background.close()
        service.background.listener.join()


def test_while_redis_is_away_calls_are_overloaded_and_the_provider_untouched(
    tmp_path: Path, open_service: OpenService, openai: FakeOpenAI
) -> None:
    ask = {"question_text": "Why?"}
    server = Valkey(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "always")
    with server, connect(f"redis://{server.address}", UNUSED) as client:
        service = open_service(client)
        service.organisation(openai)
        assert service.call("parse_via_chat_gpt", ask).status == 200
        asked = len(openai.requests)
        server.kill()

        def is_overloaded() -> bool:
            return service.call("parse_via_chat_gpt", ask).status == 503

        wait_for(is_overloaded, "the cached settings to grow old")
        touched = len(openai.requests)
        for method, path in (
            ("POST", "/webhooks/parse_via_chat_gpt"),
            ("GET", "/settings/acme"),
            ("PUT", "/settings/acme/openai"),
            ("GET", "/logs/acme"),
            ("GET", "/readyz"),
        ):
            body = ask if method == "POST" else {} if method == "PUT" else None
            answer = service.admin(method, path, body)
            assert answer.status == 503, path
            assert answer.error["type"] == "overloaded"
            assert "checks that Redis runs" in answer.error["fix"], "no advice to add capacity"
            assert answer.headers["Retry-After"]
        assert len(openai.requests) == touched >= asked
        server.start()
        wait_for(lambda: service.call("parse_via_chat_gpt", ask).status == 200, "recovery")
        service.background.close()
        service.background.listener.join()


def test_metrics_are_the_operators(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert service.request("GET", "/metrics").status == 401
    assert service.admin("GET", "/metrics").status == 403
    assert service.operator("GET", "/metrics").status == 200


def counted(service: Service, sample: str) -> float:
    text = service.operator("GET", "/metrics").body.decode()
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    ("body", "sample"),
    [
        (
            {"question_text": "Why?"},
            'flowhook_webhook_calls_total{function="parse_via_chat_gpt",status="ok"}',
        ),
        (
            {"question_text": ""},
            'flowhook_webhook_calls_total{function="parse_via_chat_gpt",status="empty_input"}',
        ),
        (
            {"question_text": "Why?"},
            'flowhook_webhook_duration_seconds_count{function="parse_via_chat_gpt"}',
        ),
    ],
)
def test_each_call_is_counted_once(
    service: Service, openai: FakeOpenAI, body: dict[str, str], sample: str
) -> None:
    service.organisation(openai)
    before = counted(service, sample)
    service.call("parse_via_chat_gpt", body)
    assert counted(service, sample) == before + 1


def test_tokens_are_counted_and_nothing_stays_in_flight(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    sample = 'flowhook_model_tokens_total{direction="input"}'
    before = counted(service, sample)
    service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    assert counted(service, sample) > before
    assert counted(service, "flowhook_webhook_calls_in_flight") == 0


def test_unknown_names_make_no_series(service: Service) -> None:
    service.organisation()
    for number in range(5):
        service.call(f"unknown_{number}", {})
    text = service.operator("GET", "/metrics").body.decode()
    assert "unknown_" not in text
    assert 'function="unknown"' in text
