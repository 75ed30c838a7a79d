"""Questions on their way into the inbox."""

from __future__ import annotations

import pytest
import redis

from answers.inbox.changes import assigned
from answers.inbox.intake import InboxIntake
from answers.inbox.item import ASK_A_PERSON, NOT_FOUND, NOWHERE, OPEN_TICKET
from answers.inbox.listing import InboxFilter, InboxList
from answers.inbox.store import InboxStore
from flowhook.errors import RateLimited
from flowhook.organisations.cipher import Cipher
from tests.answers.inbox.items import ORG, asked
from tests.fixtures_app import FIRST_KEY


@pytest.fixture
def intake(fake_redis: redis.Redis) -> InboxIntake:
    return InboxIntake(InboxStore(fake_redis, Cipher([FIRST_KEY])))


def not_found(intake: InboxIntake, question: str = "Is it open?", contact: str = "5") -> str:
    new = asked(question, kind=NOT_FOUND, contact=contact, way=NOWHERE)
    return intake.add(ORG, new, same=f"{contact}\0{question}").id


def listed(intake: InboxIntake) -> set[str]:
    return {one.id for one in InboxList(intake.store).page(ORG, InboxFilter()).items}


@pytest.mark.parametrize(
    ("kind", "question", "context"),
    [
        (ASK_A_PERSON, "is it  OPEN?", ""),
        (ASK_A_PERSON, "Please answer", "They asked: Is it open?"),
        (OPEN_TICKET, "Question of a contact: Is it open?", ""),
    ],
)
def test_a_flow_that_asks_people_what_was_not_found_asks_them_once(
    intake: InboxIntake, kind: str, question: str, context: str
) -> None:
    not_found(intake)
    others = {not_found(intake, "Where is it?"), not_found(intake, contact="6")}
    new = asked(question, kind=kind, context=context, contact="5")
    added = intake.add(ORG, new).id
    assert listed(intake) == {added, *others}


def test_what_somebody_has_stays(intake: InboxIntake) -> None:
    item_id = not_found(intake)
    intake.store.change(ORG, item_id, lambda item: assigned(item, "Meera"))
    asked_for = intake.add(ORG, asked("Is it open?", contact="5")).id
    assert listed(intake) == {item_id, asked_for}


def test_what_was_not_found_leaves_half_of_the_inbox_to_what_people_are_asked(
    intake: InboxIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.inbox.intake.MAX_OPEN", 4)
    monkeypatch.setattr("answers.inbox.store.MAX_OPEN", 4)
    for number in range(2):
        not_found(intake, f"Is {number} open?")
    with pytest.raises(RateLimited):
        not_found(intake, "Is it free?")
    intake.add(ORG, asked("Is it free?"))
    assert len(listed(intake)) == 3
