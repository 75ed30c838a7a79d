"""gunicorn's configuration: gevent workers, JSON logs, graceful shutdown."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from flowhook.config import Config, ConfigError
from flowhook.limits.fair_shares import FairShares
from flowhook.redis import embedded
from flowhook.usage.prices import Prices
from service.job_worker import JOB_WORKER, RUN_WORKER
from service.module_path import environment as child_environment
from service.start_words import start_words

try:
    environment = Config.from_env()
    Prices.load(environment.prices_file)  # an invalid file fails here, not in every worker
except ConfigError as error:
    sys.exit(str(error))

# Set before any worker imports prometheus_client. A new directory, so that no earlier process is
# counted; unchanged after a reload (SIGHUP) of this master.
metrics_prefix = f"flowhook-metrics-{os.getpid()}-"
if not Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")).name.startswith(metrics_prefix):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=metrics_prefix)

wsgi_app = "app:application()"
bind = (
    f"[{environment.host}]:{environment.port}"
    if ":" in environment.host
    else f"{environment.host}:{environment.port}"
)
workers = environment.web_concurrency
worker_class = "service.gunicorn_worker.FlowhookWorker"
# Calls being answered, as many clients who have yet to send something, and those whose calls are
# refused; so that a new connection is always taken.
worker_connections = 2 * FairShares(environment.max_in_flight).places + 1000
backlog = 2048
keepalive = environment.client_seconds  # also for a whole request head, and again for its body
timeout = 30  # seconds without a sign of life after which a worker is killed and replaced
graceful_timeout = 120  # calls in flight at SIGTERM or SIGHUP may finish
sendfile = False  # it would block for ever on a client that reads nothing
limit_request_line = 8190
limit_request_fields = 100
control_socket_disable = True
forwarded_allow_ips = ""  # app.py heeds forwarded headers of as many proxies as are named
accesslog = None
errorlog = "-"
loglevel = environment.log_level.lower()
logger_class = "service.logs.GunicornLogger"


def on_starting(_server: object) -> None:
    """Start the embedded Redis, unless REDIS_URL is set; it runs as long as the master."""
    if environment.redis_url is None:
        try:
            embedded.ensure(environment.data_dir, max_memory=environment.embedded_max_memory)
        except ConnectionError as error:
            sys.exit(f"DATA_DIR: {error}; mend what it names, or set REDIS_URL")
    # A process of its own, for what it imports must be imported after gevent's patches here.
    check = [sys.executable, "-m", "service.start_check"]
    if status := subprocess.run(check, env=child_environment(), check=False).returncode:
        sys.exit(status)


def when_ready(server: Any) -> None:
    """Say where to open it, and start a job worker if `flowhook run` requested one; by default, if
    Redis is embedded."""
    server.log.info(words := start_words(environment))
    if sys.stderr.isatty():  # a person, who would not find it among the JSON
        print(f"\n{words}\n", file=sys.stderr)
    if os.environ.get(RUN_WORKER, str(environment.redis_url is None)) == str(True):
        JOB_WORKER.start()


def child_exit(_server: object, worker: object) -> None:
    """Remove a dead worker's gauges from the metrics."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]


def on_exit(_server: object) -> None:
    JOB_WORKER.end()
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def post_fork(_server: object, worker: object) -> None:
    """Register what ends a worker before all that it registers itself, so that it runs last."""
    atexit.register(_end_at_once, worker)


def worker_exit(_server: object, worker: Any) -> None:
    """Note that a worker ended well, which the exception that ends it tells."""
    worker.ended_well = isinstance(end := sys.exception(), SystemExit) and not end.code


def _end_at_once(worker: Any) -> None:
    """End a worker that has written and closed all: taking down its modules and objects one by one
    would take a third of a second of the processor, as much as a quarter of its start."""
    if not worker.ended_well:
        gc.unfreeze()  # so that the interpreter shuts down in its usual order
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)
