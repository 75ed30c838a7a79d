"""Lists of at most so many items."""

from __future__ import annotations

from flowhook import batches
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(batches)
