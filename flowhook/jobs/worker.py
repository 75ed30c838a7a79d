"""A worker process, which performs jobs on threads until it is told to end."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable

from flowhook.jobs.services import JobServices

END_SECONDS = 120  # jobs that run at SIGTERM may finish
WATCH_SECONDS = 0.5

logger = logging.getLogger(__name__)


def work(
    job_services: JobServices,
    threads: int,
    parent: int | None = None,
    beat: Callable[[], object] = bool,
    end: Callable[[], object] = bool,
) -> None:
    """Perform jobs until SIGTERM or SIGINT, or until the process `parent` has ended.

    `beat` is called each moment, `end` once the process begins to end.
    Running jobs are finished; waiting ones return to the queue.
    """
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    worker = job_services.queue.worker(job_services.job_runner.perform, threads)
    worker.start()
    job_services.liveness.become_worker()
    logger.info("job worker starts", extra={"threads": threads})
    while not ending.wait(WATCH_SECONDS):
        beat()
        if parent is not None and os.getppid() != parent:
            logger.warning("the job worker's parent is gone")
            break
    end()
    worker.stop(END_SECONDS * 1000)
    logger.info("job worker ended")
