"""Has the C library give large blocks back to the system as soon as they are free."""

from __future__ import annotations

import ctypes

LARGE_BYTES = 256 * 1024
M_MMAP_THRESHOLD = -3  # of glibc's malloc.h


def return_large_blocks() -> None:
    """Allocate each large block by itself, for good; where the library is not glibc, do nothing.

    glibc begins so, but puts blocks of a size into its heap once one of that size was freed. There
    they stay, after some hundred bodies, until everything behind them is free, too.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
