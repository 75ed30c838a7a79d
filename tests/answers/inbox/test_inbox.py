"""What people do with an inbox, how answers reach those who asked, and what the sweep finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers.inbox.changes import PAUSES
from answers.inbox.delivery import STEP
from answers.inbox.inbox import Inbox
from answers.inbox.intake import InboxIntake, KnownContact
from answers.inbox.item import (
    ANSWERED,
    CLOSED,
    DELIVERED,
    FAILED,
    OPEN,
    WAITING,
    InboxItem,
    SaidBefore,
)
from answers.inbox.store import InboxStore
from answers.inbox.sweep import InboxSweep
from flowhook.errors import Conflict, NotFound, ProviderUnavailable
from flowhook.jobs.job_runner import NotDelivered
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.answers.inbox.items import ORG, Clock, Queue, asked
from tests.fixtures_app import FIRST_KEY

DAY = 86_400


class WayOfTest:
    """A delivery that keeps what it was given; `failure` is raised once."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.failure: Exception | None = None

    def deliver(self, item: InboxItem) -> None:
        self._tell(item.state.answer)

    def end(self, item: InboxItem) -> None:
        self._tell("no answer")

    def _tell(self, text: str) -> None:
        failure, self.failure = self.failure, None
        if failure:
            raise failure
        self.told.append(text)


class Room:
    """An inbox with one way, its clock and its queue."""

    def __init__(self, redis: Client) -> None:
        self.clock, self.queue, self.way = Clock(), Queue(), WayOfTest()
        self.intake = InboxIntake(InboxStore(redis, Cipher([FIRST_KEY]), self.clock))
        self.inbox = Inbox(self.intake, self.queue)
        self.inbox.add_delivery("job", self.way)
        self.sweep = InboxSweep(redis, self.inbox, lambda: [ORG])

    def add(self, **more: Any) -> str:
        return self.intake.add(ORG, replace(asked(), **more)).id

    def work(self) -> list[float]:
        """Perform the messages that are queued; returns their delays."""
        sent, self.queue.sent = self.queue.sent, []
        for name, step, _ in sent:
            assert step == STEP
            self.inbox.deliveries.perform(name)
        return [delay for *_, delay in sent]

    def item(self, item_id: str) -> InboxItem:
        return self.inbox.store.get(ORG, item_id)

    def standing(self, item_id: str) -> tuple[str, str]:
        state = self.item(item_id).state
        return state.status, state.delivery


@pytest.fixture
def room(fake_redis: Client) -> Room:
    return Room(fake_redis)


def test_an_answer_is_delivered_once(room: Room) -> None:
    item_id = room.add()
    answered = room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    assert (answered.state.status, answered.state.delivery) == (ANSWERED, WAITING)
    again = room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    assert again.state == answered.state
    room.work()
    assert room.way.told == ["Yes."]
    assert room.standing(item_id) == (ANSWERED, DELIVERED)
    assert room.item(item_id).state.assigned == "Meera"
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.work()
    assert room.way.told == ["Yes."]


def test_the_second_who_answers_is_told_who_did(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    for answer, by in (("Yes.", "Ravi"), ("No.", "Meera")):
        with pytest.raises(Conflict, match="Meera answered this at 2026-01-02T12:00:00"):
            room.inbox.answer(ORG, item_id, answer, by)
    room.inbox.close(ORG, item_id, "Meera")  # put away
    with pytest.raises(Conflict, match="Meera answered this at") as put_away:
        room.inbox.answer(ORG, item_id, "No.", "Ravi")
    assert put_away.value.fix == "Read their answer; yours was not sent."


def test_what_nobody_waits_for_needs_no_delivery(room: Room) -> None:
    item_id = room.add(way={"kind": "none"})
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    assert room.queue.sent == []
    assert room.standing(item_id) == (ANSWERED, "")


def test_a_delivery_is_tried_again_and_given_up(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    delays = []
    for _ in range(len(PAUSES) + 1):
        room.way.failure = ProviderUnavailable("it is away")
        delays += room.work()
    assert delays == [0.0, *(pause / 1000 for pause in PAUSES)]
    assert room.standing(item_id) == (ANSWERED, FAILED)
    assert room.item(item_id).state.error == "it is away"
    assert room.queue.sent == []
    room.inbox.answer(ORG, item_id, "Yes, till noon.", "Ravi")
    room.work()
    assert room.way.told == ["Yes, till noon."]


def test_a_delivery_that_meets_an_unexpected_error_is_given_up_as_well(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    for _ in range(len(PAUSES) + 1):
        room.way.failure = KeyError("Asha")
        room.work()
    assert room.standing(item_id) == (ANSWERED, FAILED)
    assert room.item(item_id).state.error == "something went wrong inside the service"


def test_a_final_failure_is_not_tried_again(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.way.failure = NotDelivered("the contact is gone", final=True)
    room.work()
    assert room.queue.sent == []
    assert room.standing(item_id) == (ANSWERED, FAILED)


def test_an_unknown_way_is_a_failed_delivery(room: Room) -> None:
    item_id = room.add(way={"kind": "pigeon"})
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.work()
    assert room.item(item_id).state.error == "there is no way pigeon to deliver an answer by"


def test_what_is_closed_ends_for_whoever_waits(room: Room) -> None:
    item_id = room.add()
    room.inbox.close(ORG, item_id, "Meera")
    room.inbox.close(ORG, item_id, "Ravi")
    room.work()
    assert room.way.told == ["no answer"]
    assert room.standing(item_id) == (CLOSED, DELIVERED)
    with pytest.raises(Conflict, match="closed by Meera"):
        room.inbox.answer(ORG, item_id, "Yes.", "Ravi")
    with pytest.raises(Conflict, match="closed already"):
        room.inbox.assign(ORG, item_id, "Ravi")


def test_an_answer_that_is_put_away_is_still_delivered(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.inbox.close(ORG, item_id, "Meera")
    room.work()
    assert room.way.told == ["Yes."]
    assert room.standing(item_id) == (CLOSED, DELIVERED)


def test_a_worker_that_holds_an_item_keeps_others_from_it(room: Room, fake_redis: Client) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    held = org_key(ORG, "to_answer", "held", item_id)
    fake_redis.set(held, b"another")
    room.work()
    assert room.way.told == []
    fake_redis.delete(held)
    assert room.work() == [30.0]
    assert room.way.told == ["Yes."]


def test_the_sweep_sends_what_a_killed_process_left(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.queue.sent.clear()
    room.sweep.look()
    assert room.queue.sent == []
    room.clock.now += 30
    room.sweep.look()
    room.work()
    assert room.way.told == ["Yes."]


def test_the_sweep_sends_once_what_workers_are_too_busy_for(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.queue.sent.clear()
    for _ in range(4):
        room.clock.now += 60
        room.sweep.look()
    assert len(room.queue.sent) == 1
    room.clock.now += 180
    room.sweep.look()
    assert len(room.queue.sent) == 2, "the first may be lost"
    room.work()
    assert room.way.told == ["Yes."]
    room.inbox.store.look_again(ORG, item_id, room.inbox.store.now)  # by a sweep that came late
    room.sweep.look()
    assert room.standing(item_id) == (ANSWERED, DELIVERED)


def test_nobody_waits_longer_than_a_week(room: Room) -> None:
    item_id = room.add()
    room.clock.now += 7 * DAY - 1
    room.sweep.look()
    assert room.standing(item_id) == (OPEN, "")
    room.clock.now += 1
    room.sweep.look()
    room.work()
    assert room.way.told == ["no answer"]
    assert room.standing(item_id) == (CLOSED, DELIVERED)
    assert room.item(item_id).state.ended_by == ""


def test_what_ended_is_kept_for_thirty_days(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.work()
    room.clock.now += 30 * DAY - 1
    room.sweep.look()
    assert room.standing(item_id) == (ANSWERED, DELIVERED)
    room.clock.now += 1
    room.sweep.look()
    with pytest.raises(NotFound):
        room.item(item_id)


def test_an_organisation_says_how_long_what_ended_is_kept(room: Room) -> None:
    days = dict[str, int]()
    room.sweep.keeping.days_of = days.get
    answered, closed, still_open = (room.add() for _ in range(3))
    room.inbox.answer(ORG, answered, "Yes.", "Meera")
    room.work()
    room.clock.now += 3 * DAY
    room.inbox.close(ORG, closed, "Meera")
    room.work()
    room.clock.now += 2 * DAY
    assert room.sweep.keeping.shorten(ORG, 6) == 0
    assert room.sweep.keeping.shorten(ORG, 5) == 1
    assert [room.inbox.store.find(ORG, one) is None for one in (answered, closed, still_open)] == [
        True,
        False,
        False,
    ]
    days[ORG] = 40  # longer than without it
    room.clock.now += 30 * DAY
    room.sweep.look()
    assert room.standing(closed) == (CLOSED, DELIVERED)
    room.clock.now += 8 * DAY
    room.sweep.look()
    with pytest.raises(NotFound):
        room.item(closed)


def test_what_waits_to_be_delivered_is_kept(room: Room) -> None:
    item_id = room.add()
    room.inbox.answer(ORG, item_id, "Yes.", "Meera")
    room.clock.now += 9 * DAY
    assert room.sweep.keeping.shorten(ORG, 1) == 0
    assert room.standing(item_id) == (ANSWERED, WAITING)


def test_one_process_a_minute_looks(room: Room, fake_redis: Client) -> None:
    room.sweep.sweep()
    assert fake_redis.ttl("fh:to_answer:look") > 50


def test_what_is_known_of_the_contact_is_added(room: Room) -> None:
    known = KnownContact("Asha", "hi", (SaidBefore("contact", "Namaste"),))

    class Histories:
        def of(self, org: str, contact: str) -> KnownContact | None:
            return known if contact == "91800" else None

    room.intake.add_history(Histories())
    item = room.item(room.add(contact="91800", name="", said=()))
    assert (item.asked.name, item.asked.language, item.asked.said) == ("Asha", "hi", known.said)
    assert room.item(room.add(contact="91811", said=())).asked.said == ()
