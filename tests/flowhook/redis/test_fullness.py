"""A store near its bound and at it: told in words, new work refused, accepted work finished."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.exceptions import OutOfMemoryError, ResponseError

from flowhook.errors import RateLimited, StoreFull
from flowhook.jobs.call import new_job_id
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.store import RUN, JobStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.key_check import check_keys
from flowhook.outcome import Outcome, as_error
from flowhook.redis.connect import connect
from flowhook.redis.fullness import FINE, FULL, NEAR, Fill, Fullness, refuses_writes
from flows.model.session import Message
from tests.fakes.openai import FakeOpenAI
from tests.fakes.valkey import Valkey
from tests.fixtures_app import FIRST_KEY, PHRASE, OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flowhook.jobs.processes import CALL
from tests.flows.talking import publish, say
from tests.waiting import wait_for
from tests.web.visitor import Visitor, signed_in

MIB = 1024 * 1024
BOUND = 64 * MIB
BUTTONS = {"buttons_data": "Yes|No"}
ASYNC = {"headers": {"Prefer": "respond-async"}}
FLOW = {"uuid": "f1", "keywords": ["hello"], "nodes": [{"id": "a", "send": "Hello"}]}


@pytest.fixture
def bounded(tmp_path: Path) -> Iterator[redis.Redis]:
    """A server that may use 64 MiB."""
    options = ("--maxmemory", str(BOUND), "--maxmemory-policy", "noeviction")
    at_once = ("--lazyfree-lazy-user-del", "no")  # what is deleted takes no room from then on
    with (
        Valkey(tmp_path / "bounded", *options, *at_once) as server,
        connect(f"redis://{server.address}", Path("unused")) as client,
    ):
        assert isinstance(client, redis.Redis)
        yield client


def fill(client: redis.Redis, part: float) -> None:
    """Have the server use this part of its bound."""
    client.delete("ballast")
    for size in (MIB, 16 * 1024):
        while part * BOUND - client.info("memory")["used_memory"] > 2 * size:
            client.rpush("ballast", b"x" * size)
    assert abs(client.info("memory")["used_memory"] - part * BOUND) < MIB / 4


def overfill(client: redis.Redis) -> None:
    """Lower the bound below what is used, so that the server itself refuses writes."""
    client.config_set("maxmemory", client.info("memory")["used_memory"] - MIB)
    with pytest.raises(OutOfMemoryError):
        client.set("more", "x")


@pytest.fixture
def service(bounded: redis.Redis, open_service: OpenService, openai: FakeOpenAI) -> Service:
    opened = open_service(bounded)
    opened.organisation(openai)
    publish(opened, FLOW)
    return opened


def readiness(service: Service) -> Any:
    return service.request("GET", "/readyz")


def test_near_its_bound_the_store_is_told_in_words(service: Service, bounded: redis.Redis) -> None:
    fill(bounded, 0.9)
    ready = readiness(service)
    assert ready.status == 200
    assert ready.json["status"] == "ready"
    assert "% full" in ready.json["warning"]
    assert "EMBEDDED_MAX_MEMORY" in ready.json["warning"]
    text = service.operator("GET", "/metrics").body.decode()
    metrics = dict(line.split(" ") for line in text.splitlines() if line.startswith("flowhook_s"))
    assert float(metrics["flowhook_store_max_bytes"]) == BOUND
    assert 0.85 * BOUND < float(metrics["flowhook_store_used_bytes"]) < BOUND
    operator = Visitor(service.app)
    operator.sign_in(service.config.admin_token)
    assert "% full" in operator.get("/").text
    assert service.call("get_buttons", BUTTONS, **ASYNC).status == 202


def test_when_full_new_work_is_refused_and_the_rest_goes_on(
    service: Service, bounded: redis.Redis
) -> None:
    job_id = JobsService(service).accept("get_buttons", BUTTONS, **ASYNC)
    fill(bounded, 0.97)
    unready = readiness(service)
    assert unready.status == 503
    assert "full" in unready.error["message"]
    refused = [
        service.call("get_buttons", BUTTONS, **ASYNC),
        say(service, "hello"),
        service.admin("POST", "/flows/acme", FLOW),
        service.request("POST", "/channels/whatsapp/acme", raw=b"{}", headers={}),
    ]
    for answer in refused:
        assert (answer.status, answer.error["type"]) == (503, "overloaded"), answer.body
        assert "the store is full" in answer.error["message"]
        assert answer.headers["Retry-After"]
    assert service.call("get_buttons", BUTTONS).status == 200
    assert service.admin("GET", "/flows/acme").status == 200
    assert service.admin("DELETE", "/conversations/acme/5").status in (204, 404)
    jobs = JobsService(service)
    jobs.start_worker()
    assert jobs.wait(job_id)["status"] == "done"
    jobs.stop_worker()
    fill(bounded, 0.5)
    assert readiness(service).json == {"success": True, "status": "ready"}
    assert service.call("get_buttons", BUTTONS, **ASYNC).status == 202


def test_a_call_that_takes_long_is_answered_late_rather_than_made_a_job(
    service: Service, bounded: redis.Redis
) -> None:
    fill(bounded, 0.97)
    readiness(service)
    body = {"question_text": "Why?", "wait_seconds": 0.001}
    assert service.call("parse_via_chat_gpt", body).status == 200


def test_a_full_store_lets_settings_and_tokens_be_deleted(
    service: Service, bounded: redis.Redis
) -> None:
    """What is deleted makes room; what would be kept of it needs some."""
    service.operator("PUT", "/settings/acme/limits", {"concurrent_calls": 5})
    service.operator("PUT", "/settings/acme/openai/accounts/second", {"project": "p"})
    visitor = signed_in(service)
    page = visitor.get("/organisations/acme/settings/limits")
    overfill(bounded)
    assert service.operator("DELETE", "/settings/acme/openai/accounts/second").status == 204
    typed = {"tag": page.values()["tag"]}
    deleted = visitor.post("/organisations/acme/settings/limits/delete", typed)
    assert deleted.status == 303
    assert "Deleted for good: the store is full" in visitor.get(deleted.headers["Location"]).text
    [token, *_] = service.operator("GET", "/settings/acme/tokens").json["tokens"]
    assert service.operator("DELETE", f"/settings/acme/tokens/{token['id']}").status == 204
    shown = service.operator("GET", "/settings/acme").json
    assert ("limits" in shown, shown["accounts"]) == (False, {})
    assert service.operator("GET", "/trash/acme").json["trash"] == []
    bounded.config_set("maxmemory", BOUND)
    assert service.operator("DELETE", "/settings/acme/openai").status == 204
    assert len(service.operator("GET", "/trash/acme").json["trash"]) == 1


def test_while_full_the_log_keeps_no_bodies(service: Service, bounded: redis.Redis) -> None:
    fill(bounded, 0.97)
    readiness(service)
    service.call("get_buttons", BUTTONS)
    service.flush()
    [entry] = service.admin("GET", "/logs/acme").json["logs"]
    whole = service.admin("GET", f"/logs/acme/{entry['id']}").json
    assert (whole["status"], whole["request"], whole["response"]) == ("ok", None, None)


def test_it_is_logged_once_by_all_processes_and_once_when_it_is_over(
    bounded: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "flowhook.redis.fullness")
    processes = [Fullness(bounded), Fullness(bounded)]
    for part in (0.5, 0.9, 0.97, 0.9, 0.5):
        fill(bounded, part)
        for process in (*processes, *processes):
            process.look()
    words = [record.getMessage().split(" (")[0] for record in caplog.records]
    assert all(told.startswith("the store is ") for told in words[:3])
    assert words[3:] == ["the store has room again"]
    assert [record.levelname for record in caplog.records] == [
        "WARNING",
        "ERROR",
        "WARNING",
        "INFO",
    ]


def test_what_was_told_before_a_restart_is_over_where_there_is_room(
    bounded: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    fill(bounded, 0.97)
    Fullness(bounded).look()
    fill(bounded, 0.5)
    caplog.clear()
    caplog.set_level(logging.INFO, "flowhook.redis.fullness")
    for part in (0.5, 0.97):
        fill(bounded, part)
        started = Fullness(bounded)
        started.look()
    assert [record.levelname for record in caplog.records] == ["INFO", "ERROR"]


def test_a_full_store_can_be_started(bounded: redis.Redis) -> None:
    cipher = Cipher([FIRST_KEY])
    check_keys(bounded, cipher)
    overfill(bounded)
    check_keys(bounded, cipher)
    bounded.delete("fh:key_check")
    check_keys(bounded, cipher)


def test_while_full_only_contacts_who_are_known_go_on(
    service: Service, bounded: redis.Redis
) -> None:
    publish(service, FLOW)
    assert say(service, "hello", "5").status == 200
    fill(bounded, 0.97)
    service.background.fullness.look()
    conversations = service.background.waker.conversations
    conversations.receive("acme", "5", Message(text="hello"))
    with pytest.raises(RateLimited):
        conversations.receive("acme", "6", Message(text="hello"))


def test_while_full_a_signature_proves_nothing_twice(
    service: Service, bounded: redis.Redis, openai: FakeOpenAI
) -> None:
    assert service.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).status == 201
    overfill(bounded)
    body, at = {"question_text": "Why?", "organization_id": "acme"}, time.time()
    answers = [service.signed_call("parse_via_chat_gpt", body, at=at) for _ in range(3)]
    assert {one.status for one in answers} == {503}
    assert not openai.requests


def test_a_state_does_not_come_and_go_at_its_border() -> None:
    fullness = Fullness(None)
    seen = []
    for part in (0.84, 0.85, 0.83, 0.81, 0.85, 0.95, 0.93, 0.91, 0.83, 0.81):
        fullness.state = fullness._judge(part)
        seen.append(fullness.state)
    assert seen == [FINE, NEAR, NEAR, FINE, NEAR, FULL, FULL, NEAR, NEAR, FINE]


def test_what_was_accepted_is_finished_though_the_server_refuses_writes(
    bounded: redis.Redis,
) -> None:
    store, liveness = JobStore(bounded, Cipher([FIRST_KEY])), Liveness(bounded)
    holder = liveness.holder()
    job = store.create(new_job_id("acme"), CALL, [])
    bounded.pexpire(f"fh:process:{liveness.process}", 500)
    overfill(bounded)
    with pytest.raises(OutOfMemoryError) as refused:
        store.create(new_job_id("acme"), CALL, [])
    assert isinstance(as_error(refused.value, "r"), StoreFull)
    claim = store.claim(job.id, RUN, holder)
    assert claim.job is not None
    assert store.finish(claim.job, holder, Outcome(200, {"success": True}, "answer"))
    liveness.is_worker = True
    liveness._renew()
    assert bounded.pttl(f"fh:process:{liveness.process}") > 500
    liveness.close()


def test_accepted_jobs_and_turns_are_done_though_the_server_refuses_writes(
    service: Service, bounded: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = JobsService(service)
    job_ids = [jobs.accept("get_buttons", BUTTONS, **ASYNC) for _ in range(3)]
    service.flush()
    overfill(bounded)
    caplog.clear()
    jobs.start_worker()
    for job_id in job_ids:
        assert jobs.wait(job_id)["status"] == "done"
    jobs.stop_worker()
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [record for record in told if record.name.startswith("dramatiq")]
    assert len(told) <= 1


def test_a_turn_is_stored_though_the_server_refuses_writes(
    service: Service, bounded: redis.Redis
) -> None:
    conversations = service.background.waker.conversations
    lock = conversations.store.begin("acme", "5")
    overfill(bounded)
    conversations.store.commit(lock, {"contact": {}})
    again = conversations.store.begin("acme", "5")
    assert again.state == {"contact": {}}
    conversations.store.release(again)


def test_errors_of_a_server_that_cannot_write_are_told_apart() -> None:
    assert refuses_writes(OutOfMemoryError("command not allowed when used memory > 'maxmemory'."))
    assert refuses_writes(ResponseError("MISCONF Errors writing to the AOF file: No space left"))
    assert not refuses_writes(ResponseError("WRONGTYPE"))
    assert not refuses_writes(redis.ConnectionError("OOM command not allowed"))


def test_a_full_disk_is_a_full_store() -> None:
    assert Fill(1, 100, is_disk_full=True).part == 1
    assert "disk" in Fill(1, 100, is_disk_full=True).words()


def test_the_fullest_primary_counts(cluster_redis: Any) -> None:
    cluster_redis.config_set("maxmemory", 1024 * MIB, target_nodes="primaries")
    try:
        fill = Fullness(cluster_redis).look()
        assert fill.most == 1024 * MIB
        assert 0 < fill.part < 0.5
    finally:
        cluster_redis.config_set("maxmemory", 0, target_nodes="primaries")


@pytest.mark.parametrize("answer", [ResponseError("unknown command 'INFO'"), None])
def test_a_server_that_tells_no_bound_has_none(answer: Exception | None) -> None:
    class Silent:
        def info(self, *_sections: str, **_more: Any) -> Any:
            if answer is not None:
                raise answer
            return {"used_memory": 5}

        def exists(self, _key: str) -> int:
            return 0

    fullness = Fullness(Silent())
    assert fullness.look().part == 0
    assert fullness.state == FINE


def test_a_process_looks_by_itself_once_it_works(
    bounded: redis.Redis,
) -> None:
    fill(bounded, 0.97)
    fullness = Fullness(bounded)
    wait_for(lambda: fullness.is_full, "the first look")
    with pytest.raises(StoreFull):
        fullness.check()
    fullness.close()
