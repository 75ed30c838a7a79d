"""An organisation that is deleted while everything of it is in flight leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError

from flowhook.organisations.deletion import LAST_LOOK_SECONDS
from flowhook.redis.connect import Client
from flowhook.redis.keys import DELETED, audit_key, gone_key, org_key
from flows.conversations.wakeups import CLAIMED, DUE
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.receiver import Receiver
from tests.fakes.valkey import Valkey
from tests.fixtures_app import OpenService, Service
from tests.fixtures_graph import deliver_to
from tests.fixtures_jobs import JobsService
from tests.flowhook.organisations.everything import values_of
from tests.flows.talking import export, publish, say
from tests.waiting import wait_for
from tests.web.visitor import Visitor

ORG = "vanishing-org"
MARKER = "marker-of-all-its-words"
ASHA = Person("919876543210", "IN.1234567890")
CALLS = 7
INDICES = (
    "fh:inbox:orgs",
    "fh:outbox:orgs",
    "fh:people:orgs",
    *DUE,
    *CLAIMED,
    "{dq}:jobs.msgs",
    "{dq}:jobs.DQ.msgs",
)

Json = dict[str, Any]

ASKING: Json = {
    "uuid": "f",
    "keywords": ["ask"],
    "nodes": [
        {
            "id": "h",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "result_name": "gpt",
                "body": f'{{"question_text": "{MARKER}", "contact": "@contact"}}',
            },
            "success": "yes",
            "failure": "yes",
        },
        {"id": "yes", "send": f"{MARKER} @results.gpt.parsed_msg", "to": "w"},
        {"id": "w", "wait": {"seconds": 86400}},
    ],
}


@pytest.fixture(params=["fake_redis", "real_redis", "cluster_redis"])
def jobs(
    request: pytest.FixtureRequest, open_service: OpenService, graph: FakeGraph
) -> Iterator[JobsService]:
    redis = request.getfixturevalue(request.param)
    service = open_service(
        redis, allow_private_urls=("127.0.0.1",), whatsapp_base_url=graph.base_url
    )
    jobs = JobsService(service)
    jobs.start_worker()
    yield jobs
    jobs.stop_worker()


def of_it(redis: Client) -> dict[str, bytes]:
    """The keys, with their values, that name the organisation, its contact or its words."""
    kept = {audit_key(ORG), gone_key(ORG), DELETED}  # who deleted it; and that it is deleted
    found = {}
    for key in redis.scan_iter(count=1000):
        whole = b"\n".join([key, *values_of(redis, key)])
        traces = [ORG.encode(), ASHA.identity.encode(), MARKER.encode(), b"proj_of_it"]
        if key.decode() not in kept and any(trace in whole for trace in traces):
            found[key.decode()] = whole
    return found


def begin(jobs: JobsService, openai: FakeOpenAI, graph: FakeGraph, line: Line) -> list[Any]:
    """Calls of every kind, each with its thread, all waiting for the model."""
    service = jobs.service
    asked = {"question_text": MARKER, "contact": {"id": "7"}}
    keyed = {"headers": {"Idempotency-Key": MARKER}}
    say(service, "hello", contact="8")
    waker = service.background.waker

    def write_by_whatsapp() -> None:
        deliver_to(service, ORG, line)
        assert graph.writes(line, ASHA, "ask") == 200
        wait_for(waker.look, "the contact's wake-up")

    kinds = [
        lambda: service.call("parse_via_chat_gpt", {**asked, "thread_id": MARKER}, **keyed),
        lambda: service.call("parse_via_chat_gpt", {**asked, "thread_id": ""}),
        lambda: service.call("detect_language", {"speech": MARKER}),
        lambda: service.call("text_to_speech", {"text": MARKER}),
        lambda: say(service, "ask"),
        write_by_whatsapp,
    ]
    threads = [threading.Thread(target=kind) for kind in kinds]
    for thread in threads:
        thread.start()
    return threads


def test_nothing_comes_back(
    jobs: JobsService, openai: FakeOpenAI, graph: FakeGraph, line: Line, receiver: Receiver
) -> None:
    service = jobs.service
    service.organisation(openai, ORG, project="proj_of_it")
    tenant = service.tenant
    limits = {"monthly_tokens": 10_000_000, "concurrent_calls": 50, "requests_per_minute": 1000}
    service.operator("PUT", f"/settings/{ORG}/limits", limits)
    service.operator("PUT", f"/settings/{ORG}/whatsapp", line.settings())
    publish(service, ASKING)
    jobs.sign()
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    threads = begin(jobs, openai, graph, line)
    receiver.fail(*[500] * 20)
    job_id = jobs.accept(
        "parse_via_chat_gpt",
        {"question_text": MARKER, "callback_url": receiver.url},
        headers={"Prefer": "respond-async"},
    )
    wait_for(lambda: openai.in_flight >= CALLS - 1, "all calls in flight", seconds=20)
    assert len(of_it(service.redis)) > 10
    assert job_id.startswith(ORG)

    assert service.operator("DELETE", f"/settings/{ORG}").status == 204
    assert of_it(service.redis) == {}
    gate.set()
    for thread in threads:
        thread.join()
    wait_for(lambda: openai.in_flight == 0, "the answers")
    jobs.stop_worker()
    service.flush()
    jobs.job_services.writer.flush()

    for key in of_it(service.redis):  # an index is cleared by the last look, a claim lapses
        assert key in INDICES or 0 < service.redis.ttl(key) <= 180, key
    look_again(service)
    assert of_it(service.redis) == {}
    assert 0 < service.redis.ttl(gone_key(ORG)) <= 3600
    assert service.redis.zscore(DELETED, ORG) is None
    assert service.call(
        "get_buttons", {"buttons_data": "a"}, token=tenant.webhook_token
    ).status in (
        401,
        403,
    )


def look_again(service: Service) -> None:
    """What a worker does when all that was in flight has ended."""
    deletion = service.background.settings.store.deletion
    deletion.clock = lambda: time.time() + LAST_LOOK_SECONDS + 1
    deletion.look_again()


def test_what_waits_forgets_its_name(
    jobs_unattended: JobsService, openai: FakeOpenAI, receiver: Receiver
) -> None:
    """Queued jobs, delayed callbacks, parked contacts, sessions of its admins."""
    jobs = jobs_unattended
    service = jobs.service
    service.organisation(openai, ORG)
    jobs.sign()
    publish(service, ASKING)
    for answer in (say(service, "ask"), say(service, "ask", contact=ASHA.identity)):
        assert answer.status == 200
    visitor = Visitor(service.app)
    visitor.sign_in(service.tenant.admin_token)
    hook = {"question_text": MARKER, "callback_url": receiver.url}
    asynchronous = {"headers": {"Prefer": "respond-async"}}
    receiver.fail(500)
    delayed = jobs.accept("parse_via_chat_gpt", hook, **asynchronous)
    jobs.start_worker()
    wait_for(lambda: receiver.requests, "a callback that fails")
    wait_for(lambda: jobs.show(delayed)["deliveries"] == {"callback": "queued"}, "its second try")
    jobs.stop_worker()
    jobs.accept("get_buttons", {"buttons_data": MARKER}, **asynchronous)
    shared = {key for key in of_it(service.redis) if f"{{{ORG}}}" not in key}
    assert {key.partition(":")[0] for key in shared} == {"fh", "{dq}", "{fh"}
    assert any(key.startswith("{fh:board}:") for key in shared)
    assert any(key.startswith("fh:wake:") for key in shared)
    assert any(key.startswith("fh:session:") for key in shared)
    assert service.operator("DELETE", f"/settings/{ORG}").status == 204
    assert of_it(service.redis) == {}


def test_an_organisation_created_again_is_a_new_one(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, ORG)
    publish(service, ASKING)
    assert service.operator("DELETE", f"/settings/{ORG}").status == 204
    late = service.operator("POST", f"/flows/{ORG}", export(ASKING))
    assert (late.status, late.error["type"]) == (404, "not_found")
    service.organisation(openai, ORG)
    publish(service, ASKING)
    assert say(service, "ask").json["messages"]
    service.flush()
    before = of_it(service.redis)
    look_again(service)
    assert of_it(service.redis) == before


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    with Valkey(tmp_path) as valkey, valkey.client() as client:
        yield client


def test_a_full_store_makes_room_by_it(own_redis: Redis, open_service: OpenService) -> None:
    service = open_service(own_redis)
    service.organisation(org=ORG)
    own_redis.set(org_key(ORG, "filler"), b"x" * 8 * 1024 * 1024)
    own_redis.config_set("maxmemory", own_redis.info("memory")["used_memory"] - 1024 * 1024)
    with pytest.raises(OutOfMemoryError):
        own_redis.set("another", b"x")
    assert service.operator("DELETE", f"/settings/{ORG}").status == 204
    assert of_it(own_redis) == {}
