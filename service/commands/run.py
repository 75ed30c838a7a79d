"""`flowhook run`: the web processes, and a job worker."""

from __future__ import annotations

from typing import NoReturn

import click


@click.command(short_help="Serve: the web processes, and a job worker.")
@click.option("--no-worker", is_flag=True, help="Jobs are run by others (flowhook worker).")
def command(no_worker: bool) -> NoReturn:
    """Serve: the web processes, and a job worker.

    Says where to open it. SIGTERM or Ctrl-C ends it, once the calls in flight are finished; a
    second Ctrl-C ends it at once.
    """
    from service import web

    web.run(with_worker=not no_worker)
