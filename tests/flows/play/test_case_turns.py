from __future__ import annotations

from typing import Any

import pytest

from flows.api.message_schema import MessageSchema, load, message_of
from flows.model.contact import Contact
from flows.model.session import Message, Session
from flows.play.case_turns import NO_RESPONSE, turn_of, turns_of
from flows.play.recording import add_turn, new_recording, step_of
from tests.flows.room import Room

NOW = Room.moment


@pytest.mark.parametrize(
    "message",
    [
        Message(text="Yes", type="quick_reply", interactive={"title": "Yes", "id": "n1"}),
        Message(text="No", type="quick_reply", interactive={"title": "No"}),
        Message(type="image", url="https://example.org/a.png", caption="My field"),
        Message(type="location", latitude=26.5, longitude=80.0),
        Message(type="whatsapp_form_response", form={"name": "Asha"}),
    ],
)
def test_a_turn_is_a_message_as_the_api_takes_it(message: Message) -> None:
    turn = turn_of(message)
    assert isinstance(turn, dict)
    assert message_of(load(MessageSchema(), turn)) == message


def test_a_recording_becomes_the_turns_of_its_contact() -> None:
    recording: Any = new_recording("f", Contact("1"), NOW)
    place = Message(type="location", latitude=1.0, longitude=2.0)
    steps = [
        step_of(None, starts=True),
        step_of(None),
        step_of(Message("Hi")),
        step_of(None, is_silent=True),
        step_of(place),
    ]
    for step in steps:
        recording = add_turn(recording, step, [], Session(Contact("1")), NOW)
    assert turns_of(recording) == [
        "Hi",
        {"type": NO_RESPONSE},
        {"type": "location", "latitude": 1.0, "longitude": 2.0},
    ]


def test_a_tapped_option_is_said_by_its_title_alone() -> None:
    tapped = Message(text="No", type="quick_reply", interactive={"title": "No"})
    assert turn_of(tapped) == {"type": "quick_reply", "text": "No"}


def test_nothing_is_made_of_what_was_not_recorded() -> None:
    assert turns_of(None) == []
