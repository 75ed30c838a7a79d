"""Slicing of sequences by a range, as Enum.slice and String.slice do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..values import Range

Item = TypeVar("Item")


def cut(items: Sequence[Item], wanted: Range) -> Sequence[Item]:
    """The items from first to last; negative ends count from the end of the sequence."""
    size = len(items)
    first = wanted.first if wanted.first >= 0 else max(size + wanted.first, 0)
    last = wanted.last if wanted.last >= 0 else size + wanted.last
    return items[first : max(last + 1, first)]
