"""Repeats: the same call runs once, in one process and across several."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flowhook.errors import Conflict
from flowhook.jobs.answer_writer import AnswerWriter
from flowhook.jobs.idempotency import (
    CLAIM_SECONDS,
    WAIT_SECONDS,
    Claim,
    IdempotencyStore,
    name_call,
)
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.services import JobServices
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import Client
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import FIRST_KEY, Answer, OpenService, Service
from tests.waiting import wait_for

NODE = {"question_text": "Why?", "contact": {"id": "5"}, "flow": {"id": 7}, "result_name": "r"}


@pytest.fixture
def pair(open_service: OpenService, any_redis: Client, openai: FakeOpenAI) -> list[Service]:
    """Two processes' worth of the service over one Redis, on every kind of Redis."""
    first, second = open_service(any_redis), open_service(any_redis)
    second.tenant = first.organisation(openai)
    return [first, second]


def ask(service: Service, body: dict[str, Any] = NODE, key: str = "", **more: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    token = service.tenant.webhook_token
    # A client of its own: test clients are not for several threads.
    with service.app.test_client() as client:
        response = client.post(
            "/webhooks/parse_via_chat_gpt",
            json=body,
            headers={"Authorization": f"Bearer {token}", **headers, **more},
        )
        return Answer(response.status_code, dict(response.headers), response.get_data())


def replayed(answer: Answer) -> bool:
    return answer.headers.get("Idempotent-Replay") == "true"


def test_a_repeat_gets_the_firsts_answer_from_any_process(
    pair: list[Service], openai: FakeOpenAI
) -> None:
    openai.say("The first.", "The second.")
    first = ask(pair[0])
    again = [ask(service) for service in (*pair, *pair)]
    assert not replayed(first)
    assert all(replayed(answer) for answer in again)
    assert {answer.body for answer in again} == {first.body}
    assert len(openai.requests) == 1


def test_repeats_of_a_running_call_wait_for_its_answer(
    pair: list[Service], openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    openai.say("Once.", "Twice.")
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(ask, pair[0])
        wait_for(lambda: openai.in_flight == 1, "the first call")
        others = [threads.submit(ask, service) for service in (*pair, *pair)]
        gate.set()
        answers = [other.result(10) for other in others]
        body = first.result(10).body
    assert all(replayed(answer) and answer.body == body for answer in answers)
    assert len(openai.requests) == 1


def test_a_key_makes_calls_the_same_whatever_else_they_say(
    pair: list[Service], openai: FakeOpenAI
) -> None:
    openai.say("The first.", "Another.")
    bare = {"question_text": "Why?"}
    first = ask(pair[0], bare, key="k1")
    assert replayed(ask(pair[1], bare, key="k1"))
    assert replayed(ask(pair[1], {"question_text": "Something else?"}, key="k1"))
    other = ask(pair[1], bare, key="k2")
    assert not replayed(other)
    assert other.body != first.body


@pytest.mark.parametrize(
    "change",
    [
        {"question_text": "When?"},
        {"contact": {"id": "6"}},
        {"flow": {"id": 8}},
        {"result_name": "other"},
    ],
)
def test_calls_that_differ_are_not_repeats(
    service: Service, openai: FakeOpenAI, change: dict[str, Any]
) -> None:
    service.organisation(openai)
    ask(service)
    assert not replayed(ask(service, {**NODE, **change}))
    assert len(openai.requests) == 2


def test_without_key_or_contact_and_flow_every_call_runs(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    for body in ({"question_text": "Why?"}, {"question_text": "Why?", "contact_id": "1"}):
        assert not replayed(ask(service, body))
        assert not replayed(ask(service, body))
    assert len(openai.requests) == 4


def test_organisations_and_functions_do_not_share_keys(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, org="one")
    ask(service, key="k")
    service.organisation(openai, org="two")
    assert not replayed(ask(service, key="k"))
    buttons = service.call("get_buttons", {"buttons_data": "a"}, headers={"Idempotency-Key": "k"})
    assert not replayed(buttons)


def test_a_provider_failure_is_not_kept_for_the_next_try(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    openai.fail(faults.status(400))
    assert ask(service, key="k").status == 502
    again = ask(service, key="k")
    assert (again.status, replayed(again)) == (200, False)


def test_those_who_wait_for_a_call_that_fails_get_its_failure(
    pair: list[Service], openai: FakeOpenAI
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate))
    openai.remove_key(openai.key)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(ask, pair[0], key="k")
        wait_for(lambda: openai.in_flight == 1, "the first call")
        others = [threads.submit(ask, service, key="k") for service in pair]
        waiting = lambda: sum(future.running() for future in others) == len(others)  # noqa: E731
        wait_for(waiting, "the others")
        gate.set()
        answers = [future.result(10) for future in (first, *others)]
    assert [answer.error["type"] for answer in answers] == ["invalid_api_key"] * 3
    assert len(openai.requests) <= 3  # who came too late to wait asks for itself


def test_a_mistake_in_the_call_is_replayed(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    first = ask(service, {**NODE, "question_text": ""})
    again = ask(service, {**NODE, "question_text": ""})
    assert (first.status, again.status) == (400, 400)
    assert replayed(again)


def test_a_repeat_of_a_call_that_became_a_job_names_the_same_job(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    first = ask(service, {**NODE, "wait_seconds": 0})
    again = ask(service, {**NODE, "wait_seconds": 0})
    assert (first.status, again.status) == (202, 202)
    assert again.json["job_id"] == first.json["job_id"]


def test_what_a_dead_process_claimed_is_run_by_the_next_who_asks(
    pair: list[Service], openai: FakeOpenAI
) -> None:
    dead: JobServices = pair[0].app.extensions[JobServices.NAME]
    name = name_call(Organisation("acme", {}, {}), "parse_via_chat_gpt", "k", b"")
    assert name is not None
    assert isinstance(dead.idempotency.begin(name), Claim)
    dead.liveness.close()  # as if it had been killed and its lease had lapsed
    answer = ask(pair[1], key="k")
    assert (answer.status, replayed(answer)) == (200, False)


@pytest.mark.parametrize(
    ("change", "status"), [({"is_active": False}, 403), ({"default_model": "gpt-6"}, 200)]
)
def test_changed_settings_are_not_hidden_by_an_answer_from_before(
    service: Service, openai: FakeOpenAI, change: dict[str, Any], status: int
) -> None:
    service.organisation(openai)
    openai.add_model("gpt-6")
    ask(service)
    assert replayed(ask(service))
    assert service.operator("PATCH", "/settings/acme/openai", change).status == 200
    answer = ask(service)
    assert (answer.status, replayed(answer)) == (status, False)


def test_too_long_a_key_is_refused(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    assert ask(service, key="k" * 256).status == 400


def test_kept_answers_are_sealed_and_lapse(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say("A secret answer.")
    ask(service)
    pattern = "fh:{acme}:once:" + "?" * 32  # what counts their bytes comes with the answer
    found = list(service.redis.scan_iter(match=pattern))
    assert len(found) == 1
    wait_for(lambda: service.redis.get(found[0])[:1] == b"K", "the answer")
    assert b"secret" not in service.redis.get(found[0])
    assert 0 < service.redis.ttl(found[0]) <= 60


def test_the_first_answer_of_a_process_is_given_also_if_redis_went_away_meanwhile(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    server = service.redis.connection_pool.connection_kwargs["server"]
    gate = threading.Event()
    openai.fail(faults.held(gate))
    openai.say("It was paid for.", "Again.")
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask, service, {**NODE, "contact": {"id": "915"}})
        wait_for(lambda: openai.in_flight == 1, "the call")
        server.connected = False
        gate.set()
        answer = first.result(20)
    server.connected = True
    assert answer.status == 200


def test_who_has_waited_long_enough_is_told_to_ask_again_and_nothing_runs_twice(
    fake_redis: Client,
) -> None:
    now = [0.0]
    cipher, liveness, writer = Cipher([FIRST_KEY]), Liveness(fake_redis), AnswerWriter(fake_redis)
    idempotency = IdempotencyStore(
        fake_redis,
        cipher,
        liveness,
        writer,
        clock=lambda: now[0],
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
    )
    name = name_call(Organisation("acme", {}, {}), "chat", "key", b"")
    assert name is not None
    assert isinstance(idempotency.begin(name), Claim)
    with pytest.raises(Conflict) as refused:
        idempotency.begin(name)
    assert refused.value.retry_after_seconds
    assert WAIT_SECONDS <= now[0] < CLAIM_SECONDS
    liveness.close()
