"""Embeddings of passages, in memory: the nearest ones to a question's, without numpy.

A vector is kept as signed bytes and as its signs' bits. The bits, compared by how many differ, tell
which few are worth a comparison of the bytes: 5,000 vectors of 1,536 numbers take 9 MB.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Sequence
from math import sqrt
from operator import mul

_LARGEST = 127
_SHIFT = 32  # bits below a count of differences, which hold the passage's number
_MASK = (1 << _SHIFT) - 1
_CANDIDATES = 32  # whose bytes are compared


class Vectors:
    """The embeddings of a base's passages, all by the same model."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._numbers: dict[int, tuple[array[int], float]] = {}

    def __len__(self) -> int:
        return len(self._bits)

    @property
    def bytes(self) -> int:
        """What they take in memory, about."""
        return sum(len(numbers) * 9 // 8 + 300 for numbers, _ in self._numbers.values())

    def add(self, passage: int, embedding: Sequence[float]) -> None:
        """Keep the embedding of a passage; one of zeros is left out."""
        numbers, length = _bytes_of(embedding)
        if length:
            self._bits[passage] = _bits_of(embedding)
            self._numbers[passage] = numbers, length

    def nearest(self, embedding: Sequence[float], top: int) -> list[tuple[int, float]]:
        """The passages whose embeddings are nearest, the nearest first, with their cosine."""
        wanted, length = _bytes_of(embedding)
        if not length:
            return []
        bits = _bits_of(embedding)
        differing = [
            ((bits ^ other).bit_count() << _SHIFT) + passage
            for passage, other in self._bits.items()
        ]
        near = [one & _MASK for one in heapq.nsmallest(_CANDIDATES, differing)]
        found = [(passage, self._cosine(passage, wanted, length)) for passage in near]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:top]

    def _cosine(self, passage: int, wanted: array[int], length: float) -> float:
        numbers, other = self._numbers[passage]
        if len(numbers) != len(wanted):
            return 0.0
        return float(sum(map(mul, numbers, wanted)) / (length * other))


def _bytes_of(embedding: Sequence[float]) -> tuple[array[int], float]:
    """A vector as signed bytes, and its length."""
    largest = max(map(abs, embedding), default=0.0)
    if not largest:
        return array("b"), 0.0
    numbers = array("b", (round(one * _LARGEST / largest) for one in embedding))
    return numbers, sqrt(sum(map(mul, numbers, numbers)))


def _bits_of(embedding: Sequence[float]) -> int:
    return int("".join("1" if one > 0 else "0" for one in embedding), 2)
