"""A session: which run is talked to, when it wakes, and its way through JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowhook.errors import InvalidInput
from flows.model.contact import Contact, Profile
from flows.model.session import Ending, Message, Run, Session, WebhookAnswer, contact_of

MOMENT_ONE = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)


def run(number: int, **more: object) -> Run:
    return Run(id=number, flow="f", revision=1, node="n", **more)  # type: ignore[arg-type]


def session(*runs: Run) -> Session:
    return Session(Contact("7"), runs=list(runs))


def test_a_message_without_an_id_is_internal() -> None:
    assert Message("Success").is_internal
    assert not Message("Success", id=0).is_internal


def test_numbers_are_given_once() -> None:
    someone = session()
    assert [someone.next_id(), someone.next_id()] == [1, 2]


def test_the_last_run_in_the_foreground_is_the_active_one() -> None:
    first, second = run(1), run(2)
    someone = session(first, second, run(3, in_background=True), run(4, ended="completed"))
    assert someone.active_run() is second
    assert someone.find_run(1) is first
    assert someone.find_run(4) is None
    assert session(run(1, in_background=True)).active_run() is None


def test_the_earliest_timer_comes_first() -> None:
    later = MOMENT_ONE + timedelta(seconds=1)
    someone = session(run(1, wakeup_at=later), run(2), run(3, wakeup_at=MOMENT_ONE))
    assert someone.next_wakeup() == MOMENT_ONE
    assert session(run(1)).next_wakeup() is None


@pytest.mark.parametrize(
    ("runs", "ending", "status"),
    [
        ([], "", "completed"),
        ([], "failed", "failed"),
        ([run(1)], "failed", "waiting"),
        ([run(1, failure="broken")], "", "failed"),
        ([run(1, in_background=True)], "failed", "waiting"),
    ],
)
def test_status(runs: list[Run], ending: str, status: str) -> None:
    someone = session(*runs)
    someone.ending = Ending(ending, "f", "n", {}) if ending else None
    assert someone.status == status


@pytest.mark.parametrize(
    ("answer", "succeeded"),
    [
        (WebhookAnswer(200), True),
        (WebhookAnswer(299), True),
        (WebhookAnswer(199), False),
        (WebhookAnswer(300), False),
        (WebhookAnswer(200, error="late"), False),
    ],
)
def test_an_answer_succeeds_with_a_status_of_2xx(answer: WebhookAnswer, succeeded: bool) -> None:
    assert answer.succeeded is succeeded


def test_a_session_of_another_version_is_refused() -> None:
    stored = session().as_dict()
    stored["version"] = 99
    with pytest.raises(InvalidInput, match="version 99"):
        Session.from_dict(stored)


def test_a_contact_is_stored_as_the_last_release_reads_it() -> None:
    """It may still be running beside this one, and refuses a key that it does not know."""
    known = "id name phone language fields groups settings status optin_time optout_time"
    known += " last_message_at profiles profile"
    full = session()
    full.contact.opt_in("2026-11-28T19:05:29Z", "m1")
    full.contact.count_message("2026-11-28T19:05:29Z")
    stored = full.as_dict()
    assert set(stored["contact"]) == set(known.split())
    assert contact_of(stored) == full.contact == Session.from_dict(stored).contact
    del stored["contact_later"]
    assert Session.from_dict(stored).contact.last_message_number == 0


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
RESULTS = st.dictionaries(
    TEXT, st.dictionaries(TEXT, TEXT | st.none() | st.integers(-9, 9), max_size=2), max_size=2
)
MOMENT = st.datetimes(timezones=st.just(UTC))
RUNS = st.builds(
    Run,
    id=st.integers(1, 99),
    flow=TEXT,
    revision=st.integers(1, 9) | TEXT,
    node=TEXT,
    parent=st.none() | st.integers(1, 9),
    is_draft=st.booleans(),
    results=RESULTS,
    waiting=st.sampled_from(["", "message", "time", "result", "webhook", "flow"]),
    wakeup_at=st.none() | MOMENT,
    in_background=st.booleans(),
    call=st.none() | st.integers(1, 9),
    failure=TEXT,
    sent=st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=2),
    delay_seconds=st.just(0),
    entered=st.just(frozenset()),
    ended=st.just(""),
)
CONTACTS = st.builds(
    Contact,
    id=TEXT,
    name=TEXT,
    fields=RESULTS,
    groups=st.dictionaries(TEXT, TEXT, max_size=2),
    settings=RESULTS,
    optin_time=st.none() | TEXT,
    profiles=st.lists(
        st.builds(Profile, id=st.integers(1, 9), name=TEXT, fields=RESULTS), max_size=2
    ),
    profile=st.none() | st.integers(1, 9),
)
SESSIONS = st.builds(
    Session,
    contact=CONTACTS,
    runs=st.lists(RUNS, max_size=2),
    ending=st.none() | st.builds(Ending, TEXT, TEXT, TEXT, RESULTS),
    last_id=st.integers(0, 99),
    input_labels=TEXT,
    last_input=st.none() | TEXT | st.integers(1, 9),
)


@settings(max_examples=100, deadline=None)
@given(SESSIONS)
def test_a_session_survives_json(stored: Session) -> None:
    assert Session.from_dict(orjson.loads(orjson.dumps(stored.as_dict()))) == stored
