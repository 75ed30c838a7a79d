"""Durations in the page's language."""

from __future__ import annotations

import re

from flowhook import durations
from web.language import N_, translated

UNIT = re.compile(r"[a-z]+")
UNITS = {"d": N_("d"), "h": N_("h"), "min": N_("min"), "s": N_("s")}


def duration(seconds: float) -> str:
    """A duration in its two largest units, such as `1 d 1 h`."""
    return UNIT.sub(lambda unit: translated(UNITS[unit[0]]), durations.duration(seconds))
