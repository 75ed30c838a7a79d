"""gunicorn's master, which `flowhook run` becomes.

python -m service.master --config python:service.gunicorn_conf
"""

from __future__ import annotations

import os

from gunicorn.app.wsgiapp import WSGIApplication


class Master(WSGIApplication):
    """gunicorn's master, which imports nothing from the working directory."""

    def chdir(self) -> None:
        """Change to the configured directory without adding it to the module path."""
        os.chdir(self.cfg.chdir)


if __name__ == "__main__":
    Master(prog="flowhook").run()
