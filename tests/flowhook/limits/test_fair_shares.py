"""Places of a process: most for one owner, and one always for the next."""

from __future__ import annotations

import pytest

from flowhook.limits.fair_shares import FairLine, FairShares


def fill(shares: FairShares, owner: str) -> int:
    taken = 0
    while shares.take(owner):
        taken += 1
    return taken


@pytest.mark.parametrize("most", [1, 2, 3, 4, 10, 256, 3000])
def test_a_lone_owner_gets_all_that_it_may(most: int) -> None:
    shares = FairShares(most)
    assert fill(shares, "a") == most
    assert shares.free >= 1
    assert not shares.has_room("a")
    assert shares.take("b")


def test_four_owners_that_take_all_they_get_leave_a_place_for_the_next() -> None:
    shares = FairShares(256)
    taken = [fill(shares, owner) for owner in "abcd"]
    assert taken == sorted(taken, reverse=True)
    assert shares.take("f")


def test_places_that_come_back_are_divided_evenly() -> None:
    shares = FairShares(30)
    held = {owner: fill(shares, owner) for owner in "abc"}
    for _ in range(200):
        busiest = max(held, key=lambda owner: held[owner])
        shares.give_back(busiest)
        held[busiest] -= 1
        for owner in sorted(held, key=lambda owner: -held[owner]):
            while shares.take(owner):
                held[owner] += 1
    assert max(held.values()) <= 2 * min(held.values())
    assert shares.free == shares.places - sum(held.values())


def test_items_of_one_owner_keep_their_order_and_owners_take_turns() -> None:
    line: FairLine[int] = FairLine(FairShares(30))
    for number in range(3):
        line.put("a", number)
    line.put("b", 10)
    assert [line.take() for _ in range(4)] == [("a", 0), ("b", 10), ("a", 1), ("a", 2)]
    assert line.take() is None


def test_an_owner_with_its_share_is_held_back_and_nobody_else() -> None:
    line: FairLine[int] = FairLine(FairShares(2))
    for number in range(5):
        line.put("a", number)
    assert [line.take(), line.take(), line.take()] == [("a", 0), ("a", 1), None]
    assert (len(line), line.held_back(), line.is_ready()) == (3, 3, False)
    line.put("b", 10)
    assert line.is_ready()
    assert line.take() == ("b", 10)
    line.shares.give_back("a")
    assert line.take() == ("a", 2)
    assert line.drain() == 3
    assert len(line) == 1
