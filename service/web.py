"""The web processes as production runs them: checks the environment, then becomes gunicorn.

gunicorn by itself reads WEB_CONCURRENCY before any configuration of ours and answers a malformed
one with a traceback.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from flowhook.config import Config, ConfigError
from service.job_worker import RUN_WORKER


def run(with_worker: bool = True) -> NoReturn:
    """Replace this process by gunicorn's master; exits with one line where a variable is wrong."""
    try:
        config = Config.from_env()
    except ConfigError as error:
        sys.exit(str(error))
    os.environ["WEB_CONCURRENCY"] = str(config.web_concurrency)
    os.environ[RUN_WORKER] = str(with_worker)
    command = [sys.executable, "-m", "gunicorn", "--config", "python:service.gunicorn_conf"]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no words from outside
