"""The web process as production runs it: `python -m serving`.

Checks the environment, then becomes gunicorn, which by itself reads WEB_CONCURRENCY before any
configuration of ours and answers a malformed one with a traceback.
"""

from __future__ import annotations

import os
import sys

from config import Config, ConfigError


def main() -> None:
    try:
        config = Config.from_env()
    except ConfigError as error:
        sys.exit(str(error))
    os.environ["WEB_CONCURRENCY"] = str(config.web_concurrency)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no words from outside


if __name__ == "__main__":
    main()
