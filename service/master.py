"""gunicorn's master, which `flowhook run` becomes.

python -m service.master --config python:service.gunicorn_conf
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.arbiter import Arbiter

ENDING = (signal.SIGTERM, signal.SIGQUIT)


class PatientArbiter(Arbiter):
    """gunicorn's arbiter, which lets calls in flight finish at Ctrl-C, too; a second one ends it
    at once."""

    def handle_int(self) -> None:
        if sys.stderr.isatty():
            print("Finishing the calls in flight; Ctrl-C again ends at once.", file=sys.stderr)
        self.handle_term()

    def spawn_worker(self) -> Any:
        """Start a worker, for which a signal to end waits until it has its own handlers; the
        master's would lose it, and the master sends it once."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


class Master(WSGIApplication):
    """gunicorn's master, which imports nothing from the working directory."""

    def chdir(self) -> None:
        """Change to the configured directory without adding it to the module path."""
        os.chdir(self.cfg.chdir)

    def run(self) -> None:
        PatientArbiter(self).run()


if __name__ == "__main__":
    Master(prog="flowhook").run()
