"""Masks what the log keeps of a call, so that it has what a provider got."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from answers.guardrails.masking.json_texts import each_text
from answers.guardrails.masking.masks import Masks
from flowhook.records.log_entry import LogEntry
from flowhook.records.shortened import CUT, most_bytes

BEGINNING = 2_000  # characters of a long text that are looked at, more than the log keeps
CUT_OFF = 512  # of these at the end, where the half of an identifier may stand

FindMasks = Callable[[], Masks | None]


def mask_entry(entry: LogEntry, find_masks: FindMasks) -> None:
    """Mask the request and the answer of an entry; what could not be masked is not kept.

    Of a text that alone is longer than what the log keeps of the whole, only the beginning is
    masked and kept: the rest would be masked in vain, up to half a minute for 1 MB of digits.
    """
    try:
        masks = find_masks()
        if masks is None:
            return
        most = most_bytes(entry.status)
        entry.request = _masked(entry.request, masks, most)
        entry.response = _masked(entry.response, masks, most)
    except Exception:
        entry.request = entry.response = None


def _masked(value: Any, masks: Masks, most: int) -> Any:
    def masked(text: str) -> str:
        if len(text) <= most:
            return masks.mask(text)
        return masks.mask(text[:BEGINNING])[:-CUT_OFF] + CUT

    return each_text(value, masked)
