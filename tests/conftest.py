"""Fixtures of all tests, and their order: files that wait go among files that reckon.

A file that starts processes has few tests, takes long and mostly waits. Begun last, it would keep
one test process busy when the others have nothing left to do; side by side, such files would leave
the processor idle.
"""

from __future__ import annotations

import gc
import os
import sys

import pytest

# Keep compiled modules, whatever the environment says: compiling the service anew takes each of
# the hundreds of processes that tests start a second or two, and all tests each test process.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = [
    "tests.fixtures_redis",
    "tests.fixtures_model",
    "tests.fixtures_openai",
    "tests.fixtures_app",
    "tests.fixtures_commands",
    "tests.fixtures_google",
    "tests.fixtures_graph",
    "tests.fixtures_jobs",
    "tests.fixtures_media",
    "tests.fixtures_sarvam",
]

WAITING = (
    "tests/flowhook/jobs/test_chaos",
    "tests/web/browser/",
    "tests/web/operations/test_schemathesis",
    "tests/service/test_web_failures_keep_nothing",
    "tests/service/test_processes",
    "tests/deploy/",
    "tests/service/test_failures_keep_nothing",
    "tests/flows/conversations/test_store",
    "tests/demo/",
    "tests/service/",
    "tests/flowhook/redis/",
    "tests/flowhook/jobs/",
    "tests/flows/channels/test_local_model",
    "tests/flows/play/",
    "tests/web/operations/",
    "tests/test_",
)
"""Files that wait, or take long, by how their names begin; the longest first."""

BETWEEN = 2
"""How many other files follow each of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    waiting = [name for start in WAITING for name in files if name.startswith(start)]
    waiting = list(dict.fromkeys(waiting))
    others = [name for name in files if name not in set(waiting)]
    order: list[str] = []
    for place, name in enumerate(waiting):
        order += (name, *others[place * BETWEEN : (place + 1) * BETWEEN])
    order += others[len(waiting) * BETWEEN :]
    items[:] = [item for name in order for item in files[name]]


def pytest_collection_finish() -> None:
    """Spare the garbage collector millions of objects that are there until the end, and looks that
    find nothing: a third of what a service costs to make."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
