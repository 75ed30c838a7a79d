"""The parts of jobs over one Redis, and where BROKER_URL puts the queue."""

from __future__ import annotations

import sys

import pytest

from flowhook.config import ConfigError
from flowhook.jobs.call import Call, new_job_id
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.services import JobServices, choose_queue
from flowhook.jobs.store import CONVERSATION, RUN, Job
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.providers.guard import AddressGuard
from flowhook.redis.connect import Client
from flowhook.redis.fullness import Fullness
from tests.fixtures_app import FIRST_KEY, make_config


def test_the_broker_url_names_another_redis(any_redis: Client) -> None:
    own = choose_queue(make_config(), any_redis)
    assert own.broker.client is any_redis  # type: ignore[attr-defined]
    other = choose_queue(make_config(broker_url="redis://127.0.0.1:1/3"), any_redis)
    options = other.broker.client.connection_pool.connection_kwargs  # type: ignore[attr-defined]
    assert (options["port"], options["db"]) == (1, 3)


def test_the_broker_url_names_a_rabbitmq() -> None:
    pytest.importorskip("pika")
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    queue = choose_queue(make_config(broker_url="amqp://user:secret@127.0.0.1:1/"), None)
    assert isinstance(queue._open_broker(), RabbitmqBroker)


def test_a_rabbitmq_without_its_package_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pika", None)
    with pytest.raises(ConfigError, match=r"BROKER_URL.*pip install pika"):
        choose_queue(make_config(broker_url="amqp://user:secret@127.0.0.1:1/"), None)


class Told:
    """A delivery that keeps what it was told."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def check(self, organisation: Organisation, call: Call) -> bool:
        return True

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


def test_a_delivery_that_is_added_is_told_and_closing_lets_go(any_redis: Client) -> None:
    outcome = Outcome(200, {"success": True}, "answer")
    organisation = Organisation("acme", {"openai": {}}, {})
    jobs = JobServices(
        make_config(),
        any_redis,
        Cipher([FIRST_KEY]),
        AddressGuard(),
        lambda org: organisation,
        lambda call: outcome,
        Fullness(any_redis),
    )
    told = Told()
    jobs.add_delivery(CONVERSATION, told)
    job_id = new_job_id("acme")
    call = Call("acme", "chat", {}, "request-1", "token-1", "")
    jobs.store.create(job_id, call, [CONVERSATION])
    jobs.job_runner.perform(job_id, RUN)
    assert told.outcomes == [outcome]
    holder = jobs.liveness.holder()
    other = Liveness(any_redis)
    assert other.lives(holder)
    jobs.close()
    assert not other.lives(holder)
