"""What `make test` and `make check` run, up to the first failure; pytest's summary comes last.

    python -m tests.run [PYTEST ARGUMENT...]    lint, format, types, and every test
    python -m tests.run --check                 the same with the tests of the house's rules alone

Where CI is set, a server that does not start fails its tests instead of skipping them.
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
)
TESTS = ("pytest", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder")
RULES = (
    "tests/test_rooms.py",
    "tests/test_completeness.py",
    "tests/test_locks.py",
    "tests/flows/test_docstrings.py",
)


def main(arguments: list[str]) -> int:
    tests = ("pytest", *RULES) if arguments == ["--check"] else (*TESTS, *arguments)
    for name, command in (*STEPS, ("tests", tests)):
        print(f"--- {name}", flush=True)
        ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False)
        if ended.returncode:
            return ended.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
