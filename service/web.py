"""Starts the web processes: checks the environment, then becomes gunicorn.

By itself gunicorn reads WEB_CONCURRENCY before its configuration, and answers a malformed one with
a traceback, and a taken port after five seconds of tries.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from flowhook.config import Config, ConfigError
from service.job_worker import RUN_WORKER
from service.listening import check_listening
from service.module_path import environment


def run(with_worker: bool = True) -> NoReturn:
    """Replace this process by gunicorn's master; exits with one line if a variable is invalid
    or its port is taken."""
    try:
        config = Config.from_env()
        check_listening(config)
    except ConfigError as error:
        sys.exit(str(error))
    set_here = {"WEB_CONCURRENCY": str(config.web_concurrency), RUN_WORKER: str(with_worker)}
    command = [sys.executable, "-m", "service.master", "--config", "python:service.gunicorn_conf"]
    os.execve(sys.executable, command, {**environment(), **set_here})  # noqa: S606 - ourselves
