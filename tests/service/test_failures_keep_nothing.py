"""Failures of every kind, many times with large bodies: nothing of them stays in memory.

These run in one process with threads, as in a job worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowhook.errors import FlowhookError
from flowhook.jobs.store import CALLBACK, RUN
from flowhook.providers.transport import Transport, TransportError
from flowhook.redis.leases import RENEW
from tests.fakes import web
from tests.fakes.faulty_redis import FaultyRedis
from tests.fakes.graph import FakeGraph, Line
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.faults import Fault
from tests.fakes.tcp import silent_server
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.fixtures_media import Files
from tests.flowhook.providers.conftest import TRANSPORTS
from tests.flowhook.providers.fetching import NAME, guard
from tests.flows.channels.whatsapp.world import ASHA, World, text
from tests.flows.talking import publish, say
from tests.garbage import assert_keeps_nothing

BODY = "words of a contact " * 6_000  # 114 KB
QUESTION = {"question_text": "Why?", "prompt": BODY[:90_000], "contact": BODY[:100_000]}
SOUND_BYTES = 14 * 1024 * 1024
LATER = {"Prefer": "respond-async"}

Fail = Callable[[], object]


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Iterator[Service]:
    """An organisation whose circuit and log are emptied by `failing`."""
    service.organisation(openai)
    yield service
    openai.violations.clear()  # what is sent is beside the point


def failing(service: Service, call: Fail, openai: FakeOpenAI | None = None) -> Fail:
    """A failing call whose records, and what the fakes remember, are dropped after it."""
    know_scripts(service)
    kept = {key for key in service.redis.scan_iter("*") if b"settings" in key or b"tok" in key}

    def fail() -> None:
        call()
        service.flush()
        if openai is not None:
            openai.requests.clear()
        for key in set(service.redis.scan_iter("*")) - kept:
            service.redis.delete(key)

    return fail


def know_scripts(service: Service) -> None:
    """Have the store know the script that renews leases, which a slow machine calls first in the
    middle of a test: what it does not know is an exception, once."""
    RENEW.run(service.redis, ["fh:lease"], ["nobody", 0])


def refused(service: Service, function: str, body: Any, *status: int, **more: Any) -> Fail:
    def call() -> None:
        answer = service.call(function, body, **more)
        assert answer.status in status, (answer.status, answer.body[:200])

    return call


@pytest.mark.parametrize(
    ("function", "body", "status"),
    [
        ("get_buttons", {"buttons_data": {}, "contact": BODY}, 400),
        ("parse_via_chat_gpt", {"question_text": "@results.x", "contact": BODY}, 400),
        ("get_button", {"buttons_data": "Yes", "contact": BODY}, 404),
        ("get_buttons", {"buttons_data": "Yes", "contact": BODY * 10}, 413),
    ],
)
def test_calls_that_are_wrong(
    acme: Service, function: str, body: dict[str, Any], status: int
) -> None:
    assert_keeps_nothing(failing(acme, refused(acme, function, body, status)))


def test_bodies_that_are_no_json(acme: Service) -> None:
    raw = b'{"buttons_data": "' + BODY.encode()
    head = {"Content-Type": "application/json"}
    call = refused(acme, "get_buttons", None, 400, raw=raw, headers=head)
    assert_keeps_nothing(failing(acme, call))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/settings/acme/openai", {"api_key": {}, "more": BODY}),
        ("/flows/acme", {"flows": [{"definition": BODY}]}),
        ("/conversations/acme/7/messages", {"text": [], "more": BODY}),
        ("/sign-in", {"token": BODY}),
        ("/nowhere", {"more": BODY}),
    ],
)
def test_requests_that_are_wrong(acme: Service, path: str, body: dict[str, Any]) -> None:
    def call() -> None:
        method = "PUT" if path.startswith("/settings") else "POST"
        assert acme.operator(method, path, body).status >= 400

    assert_keeps_nothing(failing(acme, call))


PROVIDER_FAILURES = {
    "500": faults.status(500, headers={"x-should-retry": "false"}),
    "400": faults.status(400),
    "no JSON": faults.not_json(),
    "a web page": faults.html(),
    "no choices": faults.empty_choices(),
    "no quota": faults.insufficient_quota(),
}


@pytest.mark.parametrize("fault", PROVIDER_FAILURES.values(), ids=PROVIDER_FAILURES)
def test_chats_that_a_provider_fails(acme: Service, openai: FakeOpenAI, fault: Fault) -> None:
    acme.organisation(openai, timeout_seconds=1)  # so that nothing is retried
    openai.fail(fault, times=None)
    call = refused(acme, "parse_via_chat_gpt", QUESTION, 429, 500, 502, 503, 504)
    assert_keeps_nothing(failing(acme, call, openai))


@pytest.mark.parametrize("name", ["requests", "pooled"])
def test_providers_that_hang(name: str) -> None:
    transport: Transport = TRANSPORTS[name]()
    with silent_server() as port:

        def call() -> None:
            with pytest.raises(TransportError):
                transport.send("POST", f"http://127.0.0.1:{port}/", {}, BODY.encode(), 0.02)

        assert_keeps_nothing(call)


@pytest.mark.parametrize("name", TRANSPORTS)
@pytest.mark.parametrize("sent", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"no"])
def test_providers_that_break_off(name: str, sent: bytes) -> None:
    transport: Transport = TRANSPORTS[name]()
    part = BODY.encode() if sent.startswith(b"HTTP") else b""
    with web.serve(lambda connection, head: connection.sendall(sent + part)) as server:

        def call() -> None:
            with pytest.raises(TransportError):
                transport.send("GET", f"http://127.0.0.1:{server.port}/", {}, None, 5)

        assert_keeps_nothing(call)


@pytest.mark.parametrize("answer", [web.answer(BODY.encode()), web.redirect("ftp://a/")])
def test_media_that_cannot_be_fetched(answer: web.Handler) -> None:
    fetcher = guard()
    with web.serve(answer) as server:

        def call() -> None:
            with pytest.raises(FlowhookError):
                fetcher.fetch(f"http://{NAME}:{server.port}/", max_bytes=50_000, timeout_seconds=5)

        assert_keeps_nothing(call)


def test_recordings_that_a_provider_refuses(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    openai.fail(faults.status(400), times=None)
    body = {"speech": files.add("note.wav", b"RIFF\0\0\0\0WAVE" + bytes(SOUND_BYTES))}
    call = refused(media_service, "speech_to_text", body, 400, 502)
    assert_keeps_nothing(failing(media_service, call, openai))
    openai.violations.clear()


def test_calls_while_the_store_is_away(open_service: OpenService, fake_redis: Any) -> None:
    store = FaultyRedis(fake_redis)
    service = open_service(store)
    service.organisation()
    store.away = True
    assert_keeps_nothing(refused(service, "get_buttons", {"buttons_data": BODY}, 503))
    store.away = False


def test_jobs_that_fail(jobs_unattended: JobsService, openai: FakeOpenAI) -> None:
    service, sent = jobs_unattended.service, []
    service.organisation(openai)
    openai.fail(faults.status(400), times=None)
    jobs_unattended.job_services.queue.send = lambda *message: sent.append(message)  # type: ignore[method-assign]

    def call() -> None:
        jobs_unattended.accept("parse_via_chat_gpt", QUESTION, headers=LATER)
        job_id, step, *_ = sent.pop()
        jobs_unattended.job_services.job_runner.perform(job_id, step)
        assert jobs_unattended.show(job_id)["status"] == "failed"

    assert_keeps_nothing(failing(service, call, openai))


def test_callbacks_that_break_off(jobs_unattended: JobsService) -> None:
    service, sent = jobs_unattended.service, []
    service.organisation()
    jobs_unattended.sign()
    jobs_unattended.job_services.queue.send = lambda *message: sent.append(message)  # type: ignore[method-assign]
    with web.serve(lambda connection, head: connection.close()) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        body = {"buttons_data": "Yes", "contact": BODY[:100_000], "callback_url": url}

        def call() -> None:
            job_id = jobs_unattended.accept("get_buttons", body, headers=LATER)
            sent.clear()
            jobs_unattended.job_services.job_runner.perform(job_id, RUN)
            assert [step for _, step, *_ in sent] == [CALLBACK], "it is tried again"
            receiver.requests.clear()

        assert_keeps_nothing(failing(service, call))


def test_turns_whose_server_breaks_off(open_service: OpenService, fake_redis: Any) -> None:
    service = open_service(fake_redis, allow_private_urls=("127.0.0.1",))
    service.organisation()
    with web.serve(lambda connection, head: connection.close()) as server:
        call_webhook = {
            "type": "call_webhook",
            "url": f"http://127.0.0.1:{server.port}/",
            "method": "POST",
            "headers": {},
            "body": json.dumps({"words": BODY[:90_000]}),
            "result_name": "answer",
        }
        turn = turns(service, call_webhook)

        def call() -> None:
            turn()
            server.requests.clear()

        assert_keeps_nothing(call)


def test_turns_that_fail(acme: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(400), times=None)
    body = json.dumps({"question_text": "@results.name", "prompt": BODY[:90_000]})
    call_webhook = {
        "type": "call_webhook",
        "url": "parse_via_chat_gpt",
        "method": "FUNCTION",
        "headers": {},
        "body": body,
        "result_name": "answer",
    }
    turn = turns(acme, call_webhook)

    def call() -> None:
        turn()
        openai.requests.clear()

    assert_keeps_nothing(call)


def turns(service: Service, call_webhook: dict[str, Any]) -> Fail:
    """A conversation in which this action fails; what it stored is dropped after it."""
    nodes = [
        {"id": "w", "wait": {"result": "name"}, "else": "c"},
        {"id": "c", "actions": [call_webhook], "to": "m"},
        {"id": "m", "send": "That did not work."},
    ]
    publish(service, {"uuid": "asks", "keywords": ["ask"], "nodes": nodes})
    know_scripts(service)
    kept = set(service.redis.scan_iter("*"))

    def call() -> None:
        say(service, "ask")
        assert "did not work" in say(service, "Why?").body.decode()
        service.flush()
        for key in set(service.redis.scan_iter("*")) - kept:
            service.redis.delete(key)

    return call


def test_messages_that_whatsapp_refuses(fake_redis: Any, graph: FakeGraph, line: Line) -> None:
    world = World(fake_redis, graph, line)
    world.says(ASHA, "hi")

    def call() -> None:
        world.graph.fail(131009)
        world.graph.fail(2)
        world.send(text(BODY[:4000]), text(BODY[:4000]))
        world.graph.now += 60
        world.drain()
        world.graph.requests.clear()
        world.redis.delete(*world.redis.keys("*outbox*"))

    assert_keeps_nothing(call)
