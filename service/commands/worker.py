"""`flowhook worker`: one more process that runs jobs."""

from __future__ import annotations

import gc
from typing import NoReturn

import click


@click.command(short_help="Run jobs, timers and WhatsApp messages.")
@click.option("--parent", type=int, metavar="PID", help="End when this process is gone.")
@click.option("--heartbeat", type=int, metavar="FD", help="Tell this pipe of each moment.")
def command(parent: int | None, heartbeat: int | None) -> NoReturn:
    """Run jobs, timers and WhatsApp messages until SIGTERM.

    Beside `flowhook run --no-worker`, on this machine or another with the same REDIS_URL.
    """
    gc.disable()  # what is loaded stays; looking through it takes a tenth of the start
    from app import create_app
    from service import worker

    worker.run(create_app, parent, heartbeat)
