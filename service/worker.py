"""A worker process: jobs, timers and WhatsApp messages."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from flowhook.config import Config, ConfigError
from flowhook.jobs.services import JobServices
from flowhook.jobs.worker import work
from service import logs
from service.allocator import return_large_blocks
from service.background import Background
from service.heartbeat import Heartbeat
from service.start_check import check_start

STACK_BYTES = 512 * 1024  # for each thread; jobs mostly wait for providers


def run(
    create_app: Callable[[Config], Any], parent: int | None = None, heartbeat: int | None = None
) -> NoReturn:
    """Work until SIGTERM, or until the process `parent` is gone; `heartbeat` is a pipe.

    Exits with one line if a variable is invalid.
    """
    return_large_blocks()
    threading.stack_size(STACK_BYTES)
    try:
        config = Config.from_env()
        logs.configure(config.log_level)
        logging.getLogger("dramatiq").setLevel(logging.ERROR)
        if parent is None:  # else it was checked by the master, and may be away for a moment
            check_start(config)
        app = create_app(config)
    except ConfigError as error:
        sys.exit(str(error))
    except ConnectionError as error:
        sys.exit(f"DATA_DIR: {error}; mend what it names, or set REDIS_URL")
    background = app.extensions[Background.NAME]
    background.waker.start()
    gc.collect()
    gc.freeze()  # so that what failures leave in the oldest generation is looked for often
    gc.enable()
    pulse = Heartbeat(heartbeat)
    work(app.extensions[JobServices.NAME], config.worker_threads, parent, pulse.beat, pulse.end)
    background.close()
    sys.stdout.flush()
    os._exit(0)  # idle threads of libraries must not delay the end
