"""Spelling slips: how many letters two words differ by."""

from __future__ import annotations


def distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, leave out or swap with the next; `most` + 1 where it is more.

    >>> distance("vacine", "vaccine", 2), distance("weaht", "wheat", 2), distance("rye", "wheat", 2)
    (1, 2, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def most_slips(word: str) -> int:
    """How many slips a word of its length may hold and still be known.

    >>> most_slips("cow"), most_slips("wheat"), most_slips("fertilizer")
    (0, 1, 2)
    """
    return 0 if len(word) < 5 else 1 if len(word) < 9 else 2
