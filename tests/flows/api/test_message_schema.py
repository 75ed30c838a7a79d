"""Bodies of messages in all their forms."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flows.api.message_schema import (
    MAX_TEXT,
    MessageSchema,
    contact_update_of,
    load,
    message_of,
)
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message

HERE = {"latitude": 0, "longitude": 77.5}


def read(body: dict[str, Any]) -> Message:
    return message_of(load(MessageSchema(), body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": "Hi", "id": "m1"}, Message("Hi", id="m1")),
        ({"text": ""}, Message("")),
        (
            {"quick_reply": "Yes"},
            Message("Yes", "quick_reply", interactive={"title": "Yes"}),
        ),
        (
            {"list": {"title": "Yes", "id": 1}},
            Message("Yes", "list", interactive={"title": "Yes", "id": 1}),
        ),
        (
            {"type": "list", "title": "Yes"},
            Message("Yes", "list", interactive={"title": "Yes"}),
        ),
        (
            {"type": "quick_reply", "text": "Yes", "interactive": {"id": 2}},
            Message("Yes", "quick_reply", interactive={"id": 2}),
        ),
        ({"location": HERE}, Message(type="location", latitude=0, longitude=77.5)),
        ({"type": "location", **HERE}, Message(type="location", latitude=0, longitude=77.5)),
        ({"text": "Hi", **HERE}, Message("Hi")),
        (
            {"type": "image", "url": "https://x.org/a.png", "caption": "See"},
            Message(type="image", url="https://x.org/a.png", caption="See"),
        ),
        (
            {"type": "whatsapp_form_response", "form": {"a": 1}},
            Message(type="whatsapp_form_response", form={"a": 1}),
        ),
        ({"type": "contact"}, Message(type="contact")),
        ({"text": "a" * MAX_TEXT}, Message("a" * MAX_TEXT)),
    ],
    ids=range(13),
)
def test_a_message_is_read(body: dict[str, Any], message: Message) -> None:
    assert read(body) == message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"type": "quick_reply"}, "text"),
        ({"type": "image"}, "url"),
        ({"type": "sticker", "url": ""}, "url"),
        ({"type": "location"}, "location"),
        ({"type": "location", "latitude": 1}, "location"),
        ({"location": {"latitude": 1}}, "location"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location"),
        ({"text": "a" * (MAX_TEXT + 1)}, "text"),
        ({"type": "dance"}, "type"),
        ({"text": "Hi", "colour": "red"}, "colour"),
    ],
    ids=range(11),
)
def test_what_is_no_message_is_refused_by_name(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(body)
    assert list(refused.value.fields or {}) == [field]


def test_what_is_told_of_the_contact_is_read() -> None:
    fields = {"a": {"value": "x"}, "b": True, "c": False, "d": 5, "e": "y", "f": {}}
    told = {"name": "Asha", "phone": "91", "language": "hi", "fields": fields}
    found = contact_update_of(load(MessageSchema(), {"text": "Hi", "contact": told}))
    texts = {"a": "x", "b": "true", "c": "false", "d": "5", "e": "y", "f": ""}
    assert found == ContactUpdate("Asha", "91", language="hi", fields=texts)
    assert contact_update_of({}) == ContactUpdate()


@pytest.mark.parametrize("value", [None, ["a"], "a" * (MAX_TEXT + 1), {"value": None}])
def test_a_contacts_field_is_a_text_or_a_number(value: Any) -> None:
    with pytest.raises(InvalidInput, match="the contact's field a must be"):
        contact_update_of({"contact": {"fields_": {"a": value}}})
