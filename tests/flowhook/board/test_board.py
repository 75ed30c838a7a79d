"""The operator's board: what is counted, found, sorted and forgotten."""

from __future__ import annotations

import calendar
from typing import Any

import pytest

from flowhook.board.board import Board
from flowhook.records.batch import batches_of
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.connect import Client
from flowhook.usage.prices import Price, Prices
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service

NOON = calendar.timegm((2026, 11, 20, 12, 0, 0))
HOUR = 3600


class Clock:
    now = float(NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(any_redis: Client, clock: Clock) -> Board:
    return Board(any_redis, Prices({"m": Price(input=1.0, output=2.0)}), clock)


def entry(org: str | None = "acme", at: float = NOON, **more: Any) -> LogEntry:
    known = {"function": "chat", "status": "ok", "model": "m", "request_id": "r", **more}
    return LogEntry(organization_id=org, at=at, http_status=200, milliseconds=1.0, **known)


def write(board: Board, *entries: LogEntry) -> None:
    pipe = board.redis.pipeline(transaction=False)
    board.add_to(pipe, batches_of(entries))
    pipe.execute()


def test_runs_of_question_sets_count_as_tokens_and_cost_alone(board: Board) -> None:
    write(board, entry(), entry(status="truncated", input_tokens=10, called_by=QUESTION_SET))
    (acme,) = board.standings(["acme"])
    assert acme.day == {"calls": 1, "failures": 0, "tokens": 10, "cost": 0.00001}


def test_calls_failures_tokens_and_cost_of_a_day_and_a_month(board: Board, clock: Clock) -> None:
    write(board, entry(at=NOON - 30 * HOUR, input_tokens=1_000_000))
    write(
        board,
        entry(input_tokens=10, output_tokens=5),
        entry(status="truncated", output_tokens=500_000),
        entry("other"),
        entry(None),
    )
    acme, other, nobody = board.standings(["acme", "other", "nobody"])
    assert acme.day == {"calls": 2, "failures": 1, "tokens": 500_015, "cost": 1.00002}
    assert acme.month == {"calls": 3, "failures": 1, "tokens": 1_500_015, "cost": 2.00002}
    assert (acme.last_call, nobody.last_call) == (NOON, 0.0)
    assert other.day["calls"] == 1
    assert set(nobody.day.values()) == set(nobody.month.values()) == {0}
    assert board.scores("day:failures") == {"acme": 1}
    assert board.scores("month:cost") == {"acme": 2_000_020}
    assert board.scores("last_call") == {"acme": NOON, "other": NOON}
    clock.now += 26 * HOUR
    for name in ("calls", "failures", "tokens", "cost"):
        board.redis.delete(f"{{fh:board}}:sum:day:{name}")  # which is renewed each half minute
    (acme,) = board.standings(["acme"])
    assert (acme.day["calls"], acme.month["calls"]) == (0, 3)


def test_a_batch_that_is_sent_again_counts_once(board: Board) -> None:
    batches = batches_of([entry(), entry("other")])
    for _ in range(2):
        pipe = board.redis.pipeline(transaction=False)
        board.add_to(pipe, batches)
        pipe.execute()
    assert [one.day["calls"] for one in board.standings(["acme", "other"])] == [1, 1]


def test_what_is_counted_ends_by_itself(board: Board) -> None:
    write(board, entry(input_tokens=10))
    write(board, entry(at=NOON + 1, input_tokens=10))
    for metric in ("calls", "tokens"):
        for span, days in ((str(NOON // 7200), 2), ("2026-11", 62)):
            left = board.redis.ttl(f"{{fh:board}}:{metric}:{span}")
            assert 0 < left <= days * 24 * HOUR, (metric, span)


def test_what_the_newest_calls_say_of_a_key(board: Board) -> None:
    def key_error() -> str:
        return board.standings(["acme"])[0].key_error

    write(board, entry(status="invalid_api_key", model=""))
    assert key_error() == "invalid_api_key"
    write(board, entry(status="empty_input", model="", at=NOON + 1), entry(model="", at=NOON + 1))
    assert key_error() == "invalid_api_key"  # no provider was asked
    write(board, entry(status="insufficient_quota", model="", at=NOON + 2), entry(at=NOON + 2))
    assert key_error() == ""


def test_nothing_is_left_of_a_deleted_organisation(board: Board) -> None:
    write(board, entry(status="invalid_api_key"), entry("other", status="insufficient_quota"))
    board.name("acme", "Asha", ["pilot"])
    board.standings(["acme"])
    board.forget("acme")
    (acme, other) = board.standings(["acme", "other"])
    assert (acme.title, acme.key_error, acme.last_call, acme.day["calls"]) == ("", "", 0.0, 0)
    assert acme.month["calls"] == 0
    assert (other.key_error, other.day["calls"]) == ("insufficient_quota", 1)


# --- over HTTP ---


def test_the_board_over_http(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, org="quiet")
    service.organisation(openai, org="busy")
    service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    openai.fail(faults.status(401))
    service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    openai.violations.clear()
    service.flush()
    service.operator("PUT", "/settings/keyless/limits", {})
    answer = service.operator("GET", "/organizations?sort=failures").json
    assert answer["next_cursor"] is None
    busy, *others = answer["organizations"]
    assert (busy["id"], busy["day"]["calls"], busy["day"]["failures"]) == ("busy", 2, 1)
    assert busy["key_state"] == "invalid_api_key"
    assert {one["id"]: one["key_state"] for one in others} == {
        "keyless": "missing",
        "quiet": "active",
    }
    found = service.operator("GET", "/organizations?q=QUI").json["organizations"]
    assert [one["id"] for one in found] == ["quiet"]
    total = service.operator("GET", "/usage?by=function").json["usage"]
    assert [(one["function"], one["calls"], one["errors"]) for one in total] == [
        ("parse_via_chat_gpt", 2, 1)
    ]


def test_titles_and_tags_are_kept_and_found(service: Service) -> None:
    service.organisation()
    named = service.operator("PATCH", "/organizations/acme", {"title": "आशा", "tags": ["pilot"]})
    assert named.json == {"id": "acme", "title": "आशा", "tags": ["pilot"]}
    kept = service.operator("PATCH", "/organizations/acme", {"tags": ["Bihar"]})
    assert kept.json["title"] == "आशा"
    for words in ("आशा", "bihar", "CME"):
        found = service.operator("GET", f"/organizations?q={words}").json["organizations"]
        assert [one["title"] for one in found] == ["आशा"], words
    assert service.operator("PATCH", "/organizations/nobody", {}).status == 404
    assert service.operator("PATCH", "/organizations/acme", {"tags": ["x"] * 21}).status == 400
    table = service.operator("GET", "/organizations", headers={"Accept": "text/csv"})
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.body.decode().splitlines()[1].startswith("acme,आशा,Bihar,missing,,0,0,0,0")


@pytest.mark.parametrize("query", ["sort=name", "cursor=x", "cursor=-1"])
def test_a_query_that_cannot_be_is_refused(service: Service, query: str) -> None:
    assert service.operator("GET", f"/organizations?{query}").status == 400


def test_only_the_operator_sees_it(service: Service) -> None:
    service.organisation()
    for method, path in (("GET", "/organizations"), ("PATCH", "/organizations/acme")):
        assert service.admin(method, path, {}).status == 403
    assert service.admin("GET", "/usage").status == 403


@pytest.mark.parametrize("name", ["\u202e\u200b", "\u2067", "a\nb", "a\u2028b", "a\tb", "\u3164"])
def test_a_title_or_tag_that_people_cannot_read_is_refused(service: Service, name: str) -> None:
    service.organisation()
    for given in ({"title": name}, {"tags": [name]}):
        refused = service.operator("PATCH", "/organizations/acme", given)
        assert refused.status == 400, given
        assert list(refused.error["fields"]) == list(given)
    named = service.operator("PATCH", "/organizations/acme", {"title": "क्\u200dष 🌱"})
    assert named.json["title"] == "क्\u200dष 🌱"


def test_a_stored_title_that_shows_nothing_is_none(board: Board) -> None:
    board.name("acme", "\u202e\u200b", [])
    (acme,) = board.standings(["acme"])
    assert acme.title == ""
