"""The memory that a process may use: the machine's, or its container's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowhook.redis.machine import machine_bytes

WHOLE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024


def write(path: Path, text: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


def test_without_limits_it_is_the_machines(tmp_path: Path) -> None:
    assert machine_bytes(tmp_path / "none", tmp_path / "none") == WHOLE
    write(tmp_path / "own", "0::/")
    write(tmp_path / "memory.max", "max")
    assert machine_bytes(tmp_path, tmp_path / "own") == WHOLE


@pytest.mark.parametrize(
    ("own", "limits", "least"),
    [
        ("0::/", {"memory.max": 512}, 512),
        ("0::/a/b", {"a/memory.max": 256, "a/b/memory.max": 300, "memory.max": 512}, 256),
        ("0::/not/seen/here", {"memory.max": 128}, 128),
        ("3:cpu:/x\n9:memory:/box", {"memory/box/memory.limit_in_bytes": 64}, 64),
    ],
)
def test_the_lowest_limit_of_the_groups_counts(
    tmp_path: Path, own: str, limits: dict[str, int], least: int
) -> None:
    write(tmp_path / "own", own)
    for name, mebibytes in limits.items():
        write(tmp_path / name, mebibytes * MIB)
    assert machine_bytes(tmp_path, tmp_path / "own") == least * MIB


def test_a_limit_above_the_machines_memory_is_none(tmp_path: Path) -> None:
    """As cgroup v1 writes it where there is no limit."""
    write(tmp_path / "own", "9:memory:/")
    write(tmp_path / "memory/memory.limit_in_bytes", 2**63 - 4096)
    assert machine_bytes(tmp_path, tmp_path / "own") == WHOLE
