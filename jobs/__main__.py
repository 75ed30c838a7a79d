"""`python -m jobs`: a worker process, as the Procfile runs it.

`--parent PID` ends it when that process is gone: the web processes' master, which runs one
where the embedded Redis serves.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading

from app import Background, create_app
from config import Config, ConfigError
from jobs.desk import Desk
from jobs.worker import work
from serving import logs

STACK_BYTES = 512 * 1024  # a thread's; jobs wait for providers and need little


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    parent = parser.parse_args().parent
    try:
        config = Config.from_env()
    except ConfigError as error:
        sys.exit(str(error))
    logs.configure(config.log_level)
    logging.getLogger("dramatiq").setLevel(logging.ERROR)
    threading.stack_size(STACK_BYTES)
    app = create_app(config)
    background = app.extensions[Background.NAME]
    background.waker.start()
    work(app.extensions[Desk.NAME], config.worker_threads, parent)
    background.close()
    sys.stdout.flush()
    os._exit(0)  # idle threads of libraries must not hold up the end


if __name__ == "__main__":
    main()
