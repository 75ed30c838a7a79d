"""The queue on every kind of Redis, and where BROKER_URL puts it."""

from __future__ import annotations

import time

import pytest
import redis
from redis.exceptions import ConnectionError

from flowhook.config import Config, ConfigError
from flowhook.jobs.queue import IDLE_MILLISECONDS, SteadyRedisBroker
from flowhook.jobs.services import choose_queue
from flowhook.redis.connect import Client
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, OpenService, make_config
from tests.fixtures_jobs import JobsService
from tests.versions import check_versions
from tests.waiting import wait_for


def test_jobs_run_on_every_kind_of_redis(open_service: OpenService, any_redis: Client) -> None:
    jobs = JobsService(open_service(any_redis))
    jobs.service.organisation()
    jobs.start_worker()
    accepted = [
        jobs.accept("get_buttons", {"buttons_data": "a|b", "wait_seconds": 0, "webhook_log_id": n})
        for n in range(20)
    ]
    assert all(jobs.wait(job_id)["result"]["button_count"] == 2 for job_id in accepted)
    jobs.stop_worker()


def test_delayed_steps_are_performed_when_they_are_due(
    open_service: OpenService, any_redis: Client
) -> None:
    jobs = JobsService(open_service(any_redis))
    jobs.service.organisation()
    job_id = jobs.accept("get_buttons", {"buttons_data": "a", "wait_seconds": 0})
    jobs.job_services.queue.broker.flush_all()
    began = time.monotonic()
    jobs.job_services.queue.send(job_id, "run", delay_seconds=0.5)
    jobs.start_worker()
    assert jobs.wait(job_id)["status"] == "done"
    assert time.monotonic() - began >= 0.5
    jobs.stop_worker()


def test_the_first_step_of_a_process_is_queued_on_any_node_of_a_cluster(
    cluster_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script that a process runs once, without a key, runs on a node that chance names."""
    for number in range(20):
        monkeypatch.setattr(SteadyRedisBroker, "_max_unpack_size_val", None)
        choose_queue(make_config(), cluster_redis).send(f"acme.{number}", "run")
    assert cluster_redis.llen("{dq}:jobs") == 20


def test_a_consumer_that_lost_redis_counts_as_another_worker(any_redis: Client) -> None:
    """What Redis gave out but could not say is then delivered again."""
    broker = SteadyRedisBroker(client=any_redis, namespace="{dq}", middleware=[])
    broker.declare_queue("jobs")
    first = broker.broker_id
    broker.consume("jobs")
    broker.consume("jobs.DQ")
    assert broker.broker_id == first
    broker.consume("jobs")
    second = broker.broker_id
    assert second != first
    broker.consume("jobs.DQ")
    assert broker.broker_id == second


def test_a_queue_that_is_away_is_told_as_redis_is() -> None:
    pytest.importorskip("pika")
    address = FakeOpenAI.closed_base_url().replace("http", "amqp")
    queue = choose_queue(make_config(broker_url=address), None)
    with pytest.raises(ConnectionError, match="the queue is away"):
        queue.send("acme.1", "run")


@pytest.mark.parametrize("value", ["nonsense", "http://host", "amqp://", "amqp:///vhost"])
def test_a_malformed_broker_url_is_named(value: str) -> None:
    environ = {
        "REDIS_URL": "redis://127.0.0.1:6379",
        "ADMIN_TOKEN": ADMIN_TOKEN,
        "ENCRYPTION_KEYS": FIRST_KEY,
    }
    with pytest.raises(ConfigError, match="BROKER_URL"):
        Config.from_env({**environ, "BROKER_URL": value})
    known = "amqp://user:secret@rabbit:5672/vhost"
    assert Config.from_env({**environ, "BROKER_URL": known}).broker_url == known


def test_an_idle_thread_is_woken_by_work(open_service: OpenService, real_redis: Client) -> None:
    """Ten jobs, each of which finds the only thread asleep."""
    jobs = JobsService(open_service(real_redis))
    jobs.service.organisation()
    jobs.start_worker(threads=1)
    wait_for(lambda: jobs.job_services.queue.broker.queues, "the queue")
    began = time.monotonic()
    for _ in range(10):
        job_id = jobs.accept("get_buttons", {"buttons_data": "a", "wait_seconds": 0})
        assert jobs.wait(job_id)["status"] == "done"
    assert time.monotonic() - began < 5 * IDLE_MILLISECONDS / 1000
    jobs.stop_worker()


def test_an_idle_worker_ends_at_once(
    open_service: OpenService, fake_redis: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.jobs.queue.IDLE_MILLISECONDS", 3_600_000)
    jobs = JobsService(open_service(fake_redis))
    jobs.start_worker()
    threads = list(jobs._worker.workers)
    wait_for(lambda: all(thread.running for thread in threads), "the threads")
    jobs.stop_worker()
    assert not any(thread.is_alive() for thread in threads)


def test_a_thousand_idle_threads_end_without_asking_again(
    open_service: OpenService, fake_redis: redis.Redis
) -> None:
    """Those that wake while others are still to be told must not keep the processor busy."""
    jobs = JobsService(open_service(fake_redis))
    jobs.start_worker(threads=750)
    threads = list(jobs._worker.workers)
    wait_for(lambda: all(thread.running for thread in threads), "the threads")
    began = time.process_time()
    jobs.stop_worker()
    assert time.process_time() - began < 2
    assert not any(thread.is_alive() for thread in threads)


def test_the_dramatiq_whose_worker_and_broker_are_extended() -> None:
    check_versions("dramatiq", ">=2.2.1,<2.3")
