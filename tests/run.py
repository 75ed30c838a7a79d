"""What `make test` runs: lint, format, types and tests, in that order, up to the first failure.

    python -m tests.run [PYTEST ARGUMENT...]

pytest's summary is the last that is printed. Where CI is set, a server that does not start fails
its tests instead of skipping them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = "3"
"""Test processes: the tests wait more than they reckon, so one more than two cores pays."""

STEPS = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("tests", ("pytest", "-n", WORKERS, "--dist", "loadfile")),
)


def main(more: list[str]) -> int:
    for name, command in STEPS:
        print(f"--- {name}", flush=True)
        arguments = [*command, *(more if name == "tests" else [])]
        ended = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=False)
        if ended.returncode:
            return ended.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
