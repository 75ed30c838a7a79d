"""Assembles the parts of jobs over one Redis."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from flowhook.config import Config, ConfigError
from flowhook.jobs.answer_writer import AnswerWriter
from flowhook.jobs.call import Call
from flowhook.jobs.callbacks import Callback
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.flow_resume import FlowResume
from flowhook.jobs.idempotency import IdempotencyStore
from flowhook.jobs.inline_runner import InlineRunner
from flowhook.jobs.job_runner import Delivery, JobRunner, Task
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.person_runner import PersonRunner
from flowhook.jobs.queue import DramatiqQueue, rabbitmq_queue, redis_queue
from flowhook.jobs.room import JobRoom
from flowhook.jobs.store import CALLBACK, GLIFIC, JobStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.providers.guard import AddressGuard
from flowhook.providers.guarded_requests import GuardedRequestsTransport
from flowhook.redis.connect import connect
from flowhook.redis.fullness import Fullness


class JobServices:
    """The job services of a web process or a worker; `close` when the process ends."""

    NAME = "flowhook-jobs"

    def __init__(
        self,
        config: Config,
        redis: Any,
        cipher: Cipher,
        guard: AddressGuard,
        find: Callable[[str], Organisation],
        run: Callable[[Call], Outcome],
        fullness: Fullness,
    ) -> None:
        """Assemble the services; `find` reads an organisation, `run` runs a call, never raising."""
        glific = GuardedRequestsTransport(
            lambda host, port, seconds: guard.addresses_of(host, port, seconds, "api_url")
        )
        queue = choose_queue(config, redis)
        self.queue = queue
        self.store = JobStore(redis, cipher, room=JobRoom.of(config.jobs_megabytes))
        self.liveness = Liveness(redis)
        self.dead = DeadLetters(self.store, queue)
        self.writer = AnswerWriter(redis)
        self.idempotency = IdempotencyStore(redis, cipher, self.liveness, self.writer)
        self.flow_resume = FlowResume(redis, cipher, glific, find)
        self.deliveries: dict[str, Delivery] = {
            CALLBACK: Callback(guard, find),
            GLIFIC: self.flow_resume,
        }
        self.job_runner = JobRunner(
            self.store,
            queue,
            self.liveness,
            self.dead,
            run,
            self.deliveries,
            config.job_patience_seconds,
        )
        self.inline_runner = InlineRunner(
            self.store,
            queue,
            self.liveness,
            self.job_runner,
            run,
            config.max_in_flight,
            fullness,
        )

        self.person_runner = PersonRunner(
            self.store, self.liveness, self.job_runner, run, config.max_in_flight, fullness
        )

    def add_delivery(self, step: str, delivery: Delivery) -> None:
        """Add a way to deliver results; call this before the first job runs."""
        self.deliveries[step] = delivery

    def add_task(self, step: str, perform: Task) -> None:
        """Add work that is no call: `perform` gets each message of this step. Call this before the
        first job runs."""
        self.job_runner.tasks[step] = perform

    def close(self) -> None:
        """Wait for the calls that run beside requests, then release everything."""
        self.inline_runner.close()
        self.writer.close()
        self.liveness.close()


def choose_queue(config: Config, redis: Any) -> DramatiqQueue:
    """Open the queue in the service's Redis or at BROKER_URL. Raises ConfigError if invalid."""
    url = config.broker_url
    if url and url.startswith("amqp"):
        if find_spec("pika") is None:
            raise ConfigError("BROKER_URL names RabbitMQ, which needs a package: pip install pika")
        return rabbitmq_queue(url)
    return redis_queue(connect(url, config.data_dir) if url else redis)
