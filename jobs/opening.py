"""Opens the desk as the configuration says."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from config import Config, ConfigError
from jobs.call import Call, Outcome
from jobs.desk import Desk
from jobs.performer import Delivery
from jobs.queue import DramatiqQueue, rabbitmq_queue, redis_queue
from providers.guard import AddressGuard
from providers.guarded_requests import GuardedRequestsTransport
from settings.cipher import Cipher
from settings.organisation import Organisation
from storage.connect import connect


def open_desk(
    config: Config,
    redis: Any,
    cipher: Cipher,
    guard: AddressGuard,
    find: Callable[[str], Organisation],
    run: Callable[[Call], Outcome],
    late: Delivery,
) -> Desk:
    """Everything about jobs, over the service's parts."""
    glific = GuardedRequestsTransport(
        lambda host, port, seconds: guard.addresses_of(host, port, seconds, "api_url")
    )
    return Desk(
        redis,
        choose_queue(config, redis),
        cipher,
        guard,
        glific,
        find,
        run,
        patience_seconds=config.job_patience_seconds,
        limit=config.max_in_flight,
        conversation=late,
    )


def choose_queue(config: Config, redis: Any) -> DramatiqQueue:
    """Jobs queue in the service's Redis, or where BROKER_URL says; raises ConfigError."""
    url = config.broker_url
    if url and url.startswith("amqp"):
        if find_spec("pika") is None:
            raise ConfigError("BROKER_URL names RabbitMQ, which needs a package: pip install pika")
        return rabbitmq_queue(url)
    return redis_queue(connect(url, config.data_dir) if url else redis)
