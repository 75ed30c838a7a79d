"""Puts the parts of jobs together over one Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobs.answer_writer import AnswerWriter
from jobs.call import Call, Outcome
from jobs.callbacks import Callback
from jobs.dead import DeadLetters
from jobs.deadlines import Deadlines
from jobs.flow_resume import FlowResume
from jobs.liveness import Liveness
from jobs.performer import Delivery, Performer
from jobs.queue import DramatiqQueue
from jobs.repeats import Repeats
from jobs.store import CALLBACK, CONVERSATION, GLIFIC, JobStore
from jobs.workers import Workers
from providers.guard import AddressGuard
from providers.transport import Transport
from settings.cipher import Cipher
from settings.organisation import Organisation


class Desk:
    """Everything a web process and a worker need of jobs; `close` when the process ends."""

    NAME = "flowhook-jobs"

    def __init__(
        self,
        redis: Any,
        queue: DramatiqQueue,
        cipher: Cipher,
        guard: AddressGuard,
        glific: Transport,
        find: Callable[[str], Organisation],
        run: Callable[[Call], Outcome],
        *,
        patience_seconds: float,
        limit: int,
        conversation: Delivery,
    ) -> None:
        """`find` reads an organisation, `run` runs a call and never raises; `conversation`
        hands results to conversations of this service."""
        self.queue = queue
        self.store = JobStore(redis, cipher)
        self.liveness = Liveness(redis)
        self.workers = Workers(redis)
        self.dead = DeadLetters(self.store, queue)
        self.writer = AnswerWriter(redis)
        self.repeats = Repeats(redis, cipher, self.liveness, self.writer)
        deliveries: dict[str, Delivery] = {
            CALLBACK: Callback(guard, find),
            GLIFIC: FlowResume(redis, cipher, glific, find),
            CONVERSATION: conversation,
        }
        self.performer = Performer(
            self.store,
            queue,
            self.liveness,
            self.dead,
            run,
            deliveries,
            patience_seconds,
        )
        self.deadlines = Deadlines(self.store, queue, self.liveness, self.performer, run, limit)

    def close(self) -> None:
        """Let the calls that run beside requests finish, then let go of everything."""
        self.deadlines.close()
        self.writer.close()
        self.liveness.close()
