"""What a process gives up before it looks at a hostile file."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from pathlib import Path

from answers.knowledge.reading.bounds import (
    CPU_SECONDS,
    MEMORY_BYTES,
    NICENESS,
    OPEN_FILES,
    OUTPUT_BYTES,
    WALL_SECONDS,
)

LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: OUTPUT_BYTES,
    resource.RLIMIT_NOFILE: OPEN_FILES,
    resource.RLIMIT_NPROC: 0,
}
MOST_DESCRIPTORS = 1 << 20


def close_inherited() -> None:
    """Close all but the standard streams, such as listening sockets of the parent."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.closerange(3, MOST_DESCRIPTORS if soft < 0 else min(soft, MOST_DESCRIPTORS))


def confine() -> None:
    """Bound this process for good; the alarm ends it where its parent died and waits no more."""
    for what, most in LIMITS.items():
        _bound(what, most, most)
    _bound(resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1)  # SIGXCPU tells why, SIGKILL not
    signal.alarm(WALL_SECONDS)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):  # short of memory, the kernel ends this one, not its parent
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def _bound(what: int, soft: int, hard: int) -> None:
    """Lower a limit; one that is lower already stays."""
    _, allowed = resource.getrlimit(what)
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    with contextlib.suppress(ValueError, OSError):  # macOS has no limit of address space
        resource.setrlimit(what, (soft, hard))
