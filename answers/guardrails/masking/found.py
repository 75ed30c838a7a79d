"""What a finder found in a text."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """What of a text is of which kind; `start` and `end` are places in the text.

    `grade` tells how surely it is what it seems: where two overlap, the surer one stays, and of
    equal ones the longer.
    """

    start: int
    end: int
    kind: str
    grade: int = 0


LIKELY, REGULAR, SURE = 1, 2, 3
"""It could be; it is grouped as people group it; it is written whole, or as nothing else is."""
