"""An answer to a contact in Glific, whose flow has gone on without one."""

from __future__ import annotations

import pytest

from answers.inbox.inbox import Inbox
from tests.answers.inbox.items import asked
from tests.fakes.glific import FakeGlific
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for


@pytest.fixture
def inbox(jobs: JobsService, glific: FakeGlific) -> Inbox:
    jobs.service.organisation()
    section = {"api_url": glific.api_url, "phone": glific.phone, "password": glific.password}
    assert jobs.service.operator("PUT", "/settings/acme/glific", section).status == 201
    found: Inbox = jobs.service.app.extensions[Inbox.NAME]
    return found


def add(inbox: Inbox) -> str:
    return inbox.intake.add("acme", asked(contact="5", way={"kind": "glific"})).id


def standing(inbox: Inbox, item_id: str) -> tuple[str, str]:
    state = inbox.store.get("acme", item_id).state
    return state.delivery, state.error


def test_the_answer_is_a_message(inbox: Inbox, glific: FakeGlific) -> None:
    item_id = add(inbox)
    inbox.answer("acme", item_id, "Yes.", "Meera")
    wait_for(lambda: standing(inbox, item_id) == ("delivered", ""), "the message")
    assert glific.messages == [(5, "Yes.")]


def test_what_glific_refuses_is_shown(inbox: Inbox, glific: FakeGlific) -> None:
    glific.silent.add(5)
    item_id = add(inbox)
    inbox.answer("acme", item_id, "Yes.", "Meera")
    refused = ("failed", "Glific did not send the message")
    wait_for(lambda: standing(inbox, item_id) == refused, "the refusal")


def test_a_closed_question_is_no_message(inbox: Inbox, glific: FakeGlific) -> None:
    item_id = add(inbox)
    inbox.close("acme", item_id, "Meera")
    wait_for(lambda: standing(inbox, item_id) == ("delivered", ""), "the end")
    assert glific.messages == []
