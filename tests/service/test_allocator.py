from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.service.server import ROOT

BODIES = """
import psutil, sys
from service.allocator import return_large_blocks
if sys.argv[1] == "set":
    return_large_blocks()
del [bytearray(2_000_000)][:]  # the first that is freed is what glibc learns from
before = psutil.Process().memory_info().rss
kept = []
bodies = []
for _ in range(200):
    bodies.append(bytearray(900_000))
    kept.append(bytearray(2_000))
bodies.clear()
print((psutil.Process().memory_info().rss - before) // 1_000_000)
"""


def megabytes_left(how: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", BODIES, how], cwd=ROOT, check=True, capture_output=True, timeout=60
    )
    return int(ended.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_blocks_leave_nothing_behind_what_is_kept() -> None:
    assert megabytes_left("unset") > 100
    assert megabytes_left("set") < 20
