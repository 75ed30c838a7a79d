"""Ends with 0 if this machine's web process answers: the health check of a container.

python -m service.healthcheck

It asks /healthz, so a Redis that is away makes no container be replaced. PORT and HOST say where,
as they do for the web process; the standard library alone, because it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 5.0
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def main() -> int:
    """Ask once; the status of the process. What is wrong goes to standard error."""
    host = os.environ.get("HOST", "").strip()
    port = int(os.environ.get("PORT", "").strip() or 8000)
    connection = HTTPConnection(EVERYWHERE.get(host, host), port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        print(f"no answer at port {port}: {error}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if status != 200:
        print(f"/healthz answered {status}", file=sys.stderr)
    return int(status != 200)


if __name__ == "__main__":
    sys.exit(main())
