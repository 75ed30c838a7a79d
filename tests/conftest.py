"""Fixtures of all tests, and their order: files that start processes come first.

Such a file has few tests and takes long; begun last, one process would still be at it when the
others have nothing left to do.
"""

from __future__ import annotations

import gc

import pytest

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

FIRST = (
    "tests/service/",
    "tests/flowhook/jobs/",
    "tests/web/browser/",
    "tests/web/operations/",
    "tests/demo/",
    "tests/flowhook/redis/",
    "tests/test_",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_collection_finish() -> None:
    """Spare the garbage collector millions of objects that are there until the end."""
    gc.collect()
    gc.freeze()
