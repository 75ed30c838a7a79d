"""What a router keeps of each kind of message."""

from __future__ import annotations

from typing import Any

import pytest

from flows.model.session import Message
from flows.routers.results import result_of

AT = "2026-01-02T12:00:00.000000Z"
KEPT = {"category": "Yes", "inserted_at": AT}
PLACE = {"category": "location", "inserted_at": AT}


@pytest.mark.parametrize(
    ("message", "case", "result"),
    [
        (Message("haan", id=3), "has_phrase", {"input": "haan", **KEPT, "intent": None}),
        (
            Message("b a b"),
            "has_multiple",
            {"input": "b a b", **KEPT, "selected": ["a", "b"]},
        ),
        (
            Message("book", intent="book", confidence=0.9, response="Done"),
            "has_intent",
            {
                "input": "book",
                **KEPT,
                "intent": "book",
                "confidence": 0.9,
                "response": "Done",
            },
        ),
        (
            Message("Yes", "quick_reply"),
            "",
            {"input": "Yes", **KEPT, "intent": None, "interactive": {"title": "Yes"}},
        ),
        (
            Message("Yes", "list", interactive={"title": "Yes", "postbackText": "1"}),
            "has_multiple",
            {
                "input": "Yes",
                **KEPT,
                "intent": None,
                "interactive": {"title": "Yes", "postbackText": "1"},
            },
        ),
        (
            Message("here", "location", id=3, latitude=1.5, longitude=2.5),
            "has_location",
            {"id": 3, "latitude": 1.5, "longitude": 2.5, **PLACE},
        ),
    ],
)
def test_result(message: Message, case: str, result: dict[str, Any]) -> None:
    assert result_of(message, "Yes", AT, keeps_words=case == "has_multiple") == result


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document"])
def test_of_media_the_address_is_kept(kind: str) -> None:
    message = Message("text", kind, id=3, url="https://x.org/a", caption="See")
    assert result_of(message, "Yes", AT) == {
        "id": 3,
        "url": "https://x.org/a",
        "source_url": "https://x.org/a",
        "input": "https://x.org/a",
        "caption": "See",
        "category": "media",
        "inserted_at": AT,
    }


def test_of_a_form_its_answers_are_kept() -> None:
    form = {"name": "Asha", "langs": ["hi", 2, True], "items": [{"a": 1}], "deep": {"b": 2}}
    kept = result_of(Message(type="whatsapp_form_response", form=form), "Yes", AT)
    assert kept == {"name": "Asha", "langs": "hi, 2, true", "items": '{"a":1}', "deep": {"b": 2}}
    assert result_of(Message(type="whatsapp_form_response"), "Yes", AT) == {}
