"""What `make test` and `make check` run, up to the first failure of lint, tests or types.

    python -m tests.run [PYTEST ARGUMENT...]    lint, format, types, and every test
    python -m tests.run --check                 the same with the tests of the house's rules alone

The types are checked while the tests run. Where CI is set, a server that does not start fails its
tests instead of skipping them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
WORKERS = "4"
"""Test processes: the tests wait as much as they reckon, so twice as many as two cores pay."""

FIRST = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
)
TYPES = ("mypy",)
TESTS = ("pytest", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder")
COMPILE = ("pytest", "--collect-only", "--quiet", "--quiet")
COMPILED = "tests/__pycache__/*-pytest-*.pyc"
"""Tests are compiled by the first process that reads them, which takes it half a minute; several
that begin at once would each do it."""

RULES = (
    "tests/test_rooms.py",
    "tests/test_completeness.py",
    "tests/test_locks.py",
    "tests/flows/test_docstrings.py",
)


def main(arguments: list[str]) -> int:
    is_check = arguments == ["--check"]
    tests = ("pytest", *RULES) if is_check else (*TESTS, *arguments)
    for name, command in FIRST:
        if failed := run(name, command):
            return failed
    with beside(TYPES) as (types, said):
        if not is_check and not any(ROOT.glob(COMPILED)):
            with beside((*COMPILE, *arguments)) as (compiling, _):
                compiling.wait()
        failed = run("tests", tests)
        if types.wait():
            said.seek(0)
            print("--- types", said.read().decode(), sep="\n", flush=True)
    return failed or types.returncode


def run(name: str, command: tuple[str, ...]) -> int:
    print(f"--- {name}", flush=True)
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode


@contextmanager
def beside(command: tuple[str, ...]) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A command that runs meanwhile, and the file it writes to."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield process, said
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
