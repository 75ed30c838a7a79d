"""The nearest embeddings, as exact arithmetic has them."""

from __future__ import annotations

import random
from math import sqrt

from answers.knowledge.finding.vectors import Vectors


def cosine(one: list[float], other: list[float]) -> float:
    length = sqrt(sum(x * x for x in one)) * sqrt(sum(x * x for x in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / length


def test_the_nearest_come_first_with_their_cosine() -> None:
    chances = random.Random(1)
    known = {at: [chances.gauss(0, 1) for _ in range(256)] for at in range(500)}
    vectors = Vectors()
    for at, embedding in known.items():
        vectors.add(at, embedding)
    for at in range(0, 500, 50):
        asked = [value + chances.gauss(0, 0.7) for value in known[at]]
        (nearest, found), *_ = vectors.nearest(asked, 5)
        assert nearest == at
        assert abs(found - cosine(asked, known[at])) < 0.02


def test_nothing_is_nearest_to_zeros_nor_zeros_to_anything() -> None:
    vectors = Vectors()
    vectors.add(1, [0.0, 0.0])
    assert len(vectors) == 0
    vectors.add(2, [1.0, 0.0])
    assert vectors.nearest([0.0, 0.0], 3) == []
    assert vectors.nearest([], 3) == []


def test_an_embedding_of_another_length_is_near_to_none() -> None:
    vectors = Vectors()
    vectors.add(1, [1.0, 0.5])
    assert vectors.nearest([1.0, 0.5, 0.2], 1) == [(1, 0.0)]
