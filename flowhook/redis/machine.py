"""How much memory this machine, or the container that the process runs in, may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


def machine_bytes(root: Path = CGROUPS, own: Path = OWN_CGROUPS) -> int:
    """Return the machine's memory, or the lowest limit of the control groups if that is less."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([whole, *_limits(root, own)])


def _limits(root: Path, own: Path) -> Iterator[int]:
    """The limits of this process's group and of those around it: cgroup v2's, or v1's."""
    for line in _read(own).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        base, name = (
            (root / "memory", "memory.limit_in_bytes") if controllers else (root, "memory.max")
        )
        group = Path(path.lstrip("/"))
        for part in (group, *group.parents):
            text = _read(base / part / name).strip()
            if text.isdigit() and int(text) > 0:
                yield int(text)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # no control groups: macOS, or another version of them
        return ""
