"""Lists of conversations, by every filter, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from flowhook.redis.connect import Client
from flows.conversations import roster_search
from flows.conversations.interventions import Interventions
from flows.conversations.roster import node_key
from flows.conversations.roster_search import RosterFilter, RosterSearch, read_cursor
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.conversations.test_roster import FLOW, OTHER
from tests.flows.room import ORG, Room
from tests.flows.rostered import indices

NAMES = ("Asha Devi", "Bina Devi", "आशा", "")
SCRIPTS = (("go",), ("go", "x"), ("go", "x", "stop"), ("other",), ("other", "bye"), ())


class Town:
    """Twenty-four contacts, each somewhere else or called otherwise, a minute apart."""

    def __init__(self, redis: Any) -> None:
        self.room = Room(redis)
        self.room.publish(FLOW, OTHER)
        self.search = RosterSearch(self.room.conversations.store)
        people = Interventions(self.room.conversations)
        for number, (name, texts) in enumerate(product(NAMES, SCRIPTS)):
            contact = f"9198000000{number:02}"
            self.room.pass_time(60)
            for text in texts or ("nothing",):
                self.room.conversations.receive(
                    ORG, contact, Message(text=text), known=ContactUpdate(name=name)
                )
            if number % 5 == 0:
                people.pause(ORG, contact, "Asha")

    def all(self, count: int = 100, **wanted: Any) -> list[dict[str, Any]]:
        """All pages together."""
        return [one for page in self.pages(count, **wanted) for one in page]

    def pages(self, count: int, **wanted: Any) -> Iterator[list[dict[str, Any]]]:
        cursor = ""
        while True:
            page = self.search.page(ORG, RosterFilter(**wanted), cursor, count)
            yield page["conversations"]
            if page["next_cursor"] is None:
                return
            cursor = page["next_cursor"]


@pytest.fixture
def town(any_redis: Client) -> Town:
    return Town(any_redis)


def test_all_are_listed_newest_first(town: Town) -> None:
    found = town.all()
    assert [one["contact"][-2:] for one in found] == [f"{n:02}" for n in reversed(range(24))]
    assert found[1] == {
        "contact": "919800000022",
        "name": "",
        "flow": "g",
        "node": "only",
        "status": "completed",
        "since": "2026-01-02T06:53:00.000Z",
        "last_message": "bye",
    }
    assert found[3]["status"] == "paused"


@pytest.mark.parametrize("most", [0, 3, roster_search.MAX_JOINED])
def test_every_filter_finds_those_who_fit_and_no_others(
    town: Town, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Compared with all, looked through one by one."""
    monkeypatch.setattr(roster_search, "MAX_JOINED", most)
    everybody = town.all()
    times = (None, 1767337200_000, 1767337500_000)
    for flow, node, status, until, name in product(
        ("", "f", "g", "gone"),
        ("", "name", "village"),
        ("", "waiting", "completed", "paused", "failed"),
        times,
        ("", "devi", "ASHA devi", "आशा"),
    ):
        if node and not flow:
            continue
        wanted: dict[str, Any] = {
            "flow": flow,
            "node": node,
            "status": status,
            "until": until,
            "words": name,
        }
        fitting = [one["contact"] for one in everybody if fits(one, **wanted)]
        assert [one["contact"] for one in town.all(**wanted)] == fitting, wanted


def fits(
    one: dict[str, Any], flow: str, node: str, status: str, until: int | None, words: str
) -> bool:
    is_in = one["last_message"] not in ("stop", "bye")
    since = datetime.fromisoformat(one["since"]).timestamp() * 1000
    return (
        (not flow or one["flow"] == flow)
        and (not node or (one["node"] == node and is_in))
        and (not status or one["status"] == status)
        and (until is None or since <= until)
        and set(words.lower().split()) <= set(one["name"].lower().split())
    )


@pytest.mark.parametrize("count", [1, 5, 24])
def test_pages_follow_each_other_without_gap(town: Town, count: int) -> None:
    whole = town.all()
    pages = list(town.pages(count))
    assert [one for page in pages for one in page] == whole
    assert [len(page) for page in pages[:-1]] == [count] * (len(pages) - 1)
    assert pages[-1]


def test_many_of_one_moment_are_all_listed(any_redis: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(roster_search, "FIRST", 3)
    monkeypatch.setattr(roster_search, "AT_ONCE", 4)
    room = Room(any_redis)
    room.publish(FLOW)
    for number in range(30):
        room.conversations.receive(ORG, f"c{number:02}", Message(text="go"))
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = RosterSearch(room.conversations.store).page(ORG, RosterFilter(), cursor, 7)
        found += [one["contact"] for one in page["conversations"]]
        cursor = page["next_cursor"]
    assert found == [f"c{number:02}" for number in reversed(range(30))]


def test_a_rare_match_takes_several_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_search, "AT_ONCE", 4)
    monkeypatch.setattr(roster_search, "MAX_LOOKED", 8)
    monkeypatch.setattr(roster_search, "MAX_SET", 2)
    pages = list(town.pages(10, words="asha"))
    assert [one["contact"][-2:] for page in pages for one in page] == [
        *("05", "04", "03", "02", "01", "00")
    ]
    assert len(pages) == 4


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("919800000007", ["07"]),
        ("+91 98000 00007", ["07"]),
        ("98000-00007", ["07"]),
        ("98000 00099", []),
        ("Asha Bina", []),
        ("…", []),
    ],
)
def test_a_contact_is_found_by_number_and_id(town: Town, words: str, found: list[str]) -> None:
    assert [one["contact"][-2:] for one in town.all(words=words)] == found


def test_whose_id_is_sought_hides_no_others(town: Town) -> None:
    for contact, known in (
        ("devi", ContactUpdate(name="Chaya")),
        ("x", ContactUpdate(phone="+91 98000 00007")),
    ):
        town.room.pass_time(60)
        town.room.conversations.receive(ORG, contact, Message(text="go"), known=known)
    assert len(town.all(words="devi")) == 13
    assert town.all(words="devi")[0]["contact"] == "devi"
    numbered = [one["contact"] for one in town.all(words="919800000007")]
    assert numbered == ["x", "919800000007"]
    assert town.all(words="devi", status="completed", flow="f")


def test_whom_an_older_release_forgot_is_not_listed(town: Town) -> None:
    redis, store = town.room.redis, town.room.conversations.store
    redis.delete(store.key(ORG, "919800000007", "state"))
    assert len(town.all(flow="f")) == 11
    assert len(town.all()) == 23
    left = [key for key, held in indices(redis).items() if "919800000007" in held]
    assert all(":node:" in key or ":word:" in key for key in left)
    assert len(town.all(flow="f", node="village")) == 3
    assert redis.zscore(node_key(ORG, "f", "village"), "919800000007") is None


def test_a_cursor_is_one_that_was_given() -> None:
    assert read_cursor("") is None
    assert read_cursor("12-~ab-c") == (12, b"~ab-c")
    for wrong in ("x", "12", "-7", "12-" + "x" * 300):
        with pytest.raises(ValueError, match="Not a cursor"):
            read_cursor(wrong)
