"""Durations as people read them."""

from __future__ import annotations

import math

UNITS = ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))


def duration(seconds: float) -> str:
    """A duration in its two largest units.

    >>> duration(90_000), duration(320), duration(11.2), duration(82_800)
    ('1 d 1 h', '5 min 20 s', '12 s', '23 h')
    """
    whole = math.ceil(seconds)
    for size, name, part, part_name in UNITS:
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{whole} s"
