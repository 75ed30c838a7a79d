"""How many files, so connections, a process may have open."""

from __future__ import annotations

import resource

ENOUGH = 65_536


def raise_limit() -> int:
    """Raise the limit of this process and its children as far as they may need; returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
