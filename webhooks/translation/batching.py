"""Pack segments into batches for one request to the model each."""

from __future__ import annotations

from collections.abc import Iterable

from webhooks.translation.segment import Segment


def batches(segments: Iterable[Segment], max_characters: int) -> list[list[Segment]]:
    """Split segments, in order, into batches of at most `max_characters`; a longer one is alone."""
    packed: list[list[Segment]] = []
    room = 0
    for segment in segments:
        size = len(segment.masked)
        if not packed or size > room:
            packed.append([])
            room = max_characters
        packed[-1].append(segment)
        room -= size
    return packed
