"""The queue: dramatiq on Redis (or RabbitMQ), its messages holding ids only.

The job store holds everything else; for a message delivered twice it tells that the step is
held or done. So the queue has to deliver at least once, which dramatiq's Redis broker
does with these settings (measured in docs/performance.md): thread workers, a heartbeat of
15 s, maintenance with every command.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, cast
from uuid import uuid4

import dramatiq
from dramatiq.broker import Broker, Consumer
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import BrokerError
from dramatiq.worker import Worker, WorkerThread
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.jobs.fair_queue import FairQueue
from flowhook.limits.fair_shares import FairShares

QUEUE = "jobs"
ACTOR = "perform"
NAMESPACE = "{dq}"  # a hash tag: all the queue's keys in one slot of a Redis Cluster
HEARTBEAT_MILLISECONDS = 15_000
ALWAYS = 1_000_000  # of a million commands do maintenance
POLL_MILLISECONDS = 100
IDLE_MILLISECONDS = 2000  # how long a thread without work sleeps; work wakes it at once
MOST_HELD_BACK = 65_535  # messages in a worker's memory that wait for their organisation's share
RABBITMQ_PREFETCH = 64  # messages for each thread: RabbitMQ counts those held back, too

Perform = Callable[[str, str, str], None]


class Queue(Protocol):
    """A queue of job steps for the workers."""

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        """Queue a step for a worker, to be performed after the delay.

        `suspect` is a holder that seemed dead at the last check. Raises RedisError
        if the queue is unavailable, on any broker.
        """


class DramatiqQueue:
    """A Queue on any dramatiq broker, opened at its first use."""

    def __init__(self, open_broker: Callable[[], Broker], alone: bool = False) -> None:
        """`alone`: the broker's connections belong to one thread (RabbitMQ's do)."""
        self._open_broker = open_broker
        self._broker: Broker | None = None
        self._lock = threading.Lock()
        self._sender = ThreadPoolExecutor(1, "queue") if alone else None

    @property
    def broker(self) -> Broker:
        with self._lock:
            if self._broker is None:
                broker = self._open_broker()
                broker.declare_queue(QUEUE)
                self._broker = broker
            return self._broker

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        arguments = (job_id, step, suspect)
        message: dramatiq.Message[Any] = dramatiq.Message(
            queue_name=QUEUE, actor_name=ACTOR, args=arguments, kwargs={}, options={}
        )
        delay = round(delay_seconds * 1000) if delay_seconds > 0 else None
        try:
            if self._sender:
                self._sender.submit(self.broker.enqueue, message, delay=delay).result()
            else:
                self.broker.enqueue(message, delay=delay)
        except BrokerError as error:
            raise RedisConnectionError("the queue is away") from error

    def forget_organisation(self, org: str) -> None:
        """Remove the messages about a deleted organisation's jobs; RabbitMQ's end unheeded."""
        if isinstance(self.broker, RedisBroker):
            _forget(self.broker.client, f'"{org}.'.encode())

    def worker(self, perform: Perform, threads: int) -> Worker:
        """Create a worker of this process, not yet started: `threads` for one organisation."""
        dramatiq.Actor(
            perform, broker=self.broker, actor_name=ACTOR, queue_name=QUEUE, priority=0, options={}
        )
        return ThreadWorker(self.broker, threads)


class ThreadWorker(Worker):
    """A dramatiq worker whose threads are shared fairly, and sleep when idle."""

    def __init__(self, broker: Broker, threads: int) -> None:
        """`threads`: how many one organisation may occupy; there are more, for the others."""
        shares = FairShares(threads)
        super().__init__(broker, worker_timeout=POLL_MILLISECONDS, worker_threads=shares.places)
        self.fair_queue = FairQueue(shares)
        self.work_queue = self.fair_queue  # type: ignore[assignment]
        self.queue_prefetch = shares.places  # not more: other workers are idle meanwhile
        if isinstance(broker, SteadyRedisBroker):
            broker.held_back = self.fair_queue.held_back
        else:
            self.queue_prefetch = min(shares.places * RABBITMQ_PREFETCH, MOST_HELD_BACK)

    def _add_worker(self) -> None:
        thread = FairThread(
            broker=self.broker,
            consumers=self.consumers,
            work_queue=self.work_queue,
            worker_timeout=IDLE_MILLISECONDS,
        )
        thread.start()
        self.workers.append(thread)

    def stop(self, timeout: int = 600_000) -> None:
        """End after the messages in hand; threads without one at once.

        All are told before the first wakes: one that was not yet would ask again and again.
        """
        for thread in self.workers:
            thread.stop()
        self.fair_queue.close()
        super().stop(timeout)


class FairThread(WorkerThread):
    """A thread that gives its place back with each message it has processed."""

    def process_message(self, message: Any) -> None:
        try:
            super().process_message(message)
        finally:
            self.work_queue.leave(message)  # type: ignore[attr-defined]


# A script that has deleted something may write, also when Redis is out of memory.
EVEN_IF_FULL = b'redis.call("DEL", "%b:nothing")\n' % NAMESPACE.encode()


class SteadyRedisBroker(RedisBroker):
    """A dramatiq Redis broker that loses no messages when a Redis reply is lost.

    It works while the store is full, so that accepted jobs are done.

    A fetch whose reply was lost leaves messages assigned to a worker that never
    received them, and delayed messages are lost on a disconnect. Under a new id they count
    as a dead worker's, and are delivered again.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._consumed: set[str] = set()
        dispatch = cast(bytes, self.scripts["dispatch"].script)
        self.scripts["dispatch"] = self.client.register_script(EVEN_IF_FULL + dispatch)
        self.held_back: Callable[[], int] = int  # none, unless a worker says otherwise

    @property
    def consumer_class(self) -> type[Consumer]:
        return FairConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        if queue_name in self._consumed:
            self._consumed.clear()
            self.broker_id = str(uuid4())
        self._consumed.add(queue_name)
        return super().consume(queue_name, prefetch, timeout)


class FairConsumer(_RedisConsumer):
    """A consumer that does not count messages held back among those it fetched ahead."""

    @property
    def outstanding_message_count(self) -> int:
        count: int = super().outstanding_message_count
        if self.queue_name != QUEUE:
            return count
        return max(0, count - min(self.broker.held_back(), MOST_HELD_BACK))


def redis_queue(redis: Any) -> DramatiqQueue:
    """Create the queue on any kind of Redis client, including Cluster and Sentinel."""

    def open_broker() -> Broker:
        return SteadyRedisBroker(
            client=redis,
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=ALWAYS,
            middleware=[],
        )

    return DramatiqQueue(open_broker)


def rabbitmq_queue(url: str) -> DramatiqQueue:
    """Create the queue on RabbitMQ; needs the package pika."""

    def open_broker() -> Broker:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # pika is an optional dependency

        return RabbitmqBroker(url=url, middleware=[], confirm_delivery=True)

    return DramatiqQueue(open_broker, alone=True)


def _forget(redis: Any, begin: bytes) -> None:
    """Remove the messages with an argument that begins so."""
    for name in (QUEUE, f"{QUEUE}.DQ", f"{QUEUE}.XQ"):
        queue = f"{NAMESPACE}:{name}"
        for message_id, message in redis.hscan_iter(f"{queue}.msgs", count=1000):
            if begin in message:
                pipe = redis.pipeline(transaction=True)
                pipe.hdel(f"{queue}.msgs", message_id)
                if name.endswith(".XQ"):
                    pipe.zrem(queue, message_id)
                else:
                    pipe.lrem(queue, 1, message_id)
                pipe.execute()
