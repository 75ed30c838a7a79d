from __future__ import annotations

from typing import Any

import pytest

from flows.channels.whatsapp.render import render
from flows.play.bubbles import seen_in_whatsapp

PICTURE = "https://media.example/a.png"
LONG = "The air scatters blue light. " * 100  # too long beside options, and for a caption
YES_NO = [{"title": "Yes"}, {"title": "No"}]


@pytest.mark.parametrize(
    ("message", "types"),
    [
        ({"type": "text", "text": "Hello"}, ["text"]),
        ({"type": "text", "text": LONG * 2}, ["text", "text"]),
        ({"type": "quick_reply", "text": "Sure?", "options": YES_NO}, ["quick_reply"]),
        ({"type": "quick_reply", "text": LONG, "options": YES_NO}, ["text", "quick_reply"]),
        (
            {"type": "quick_reply", "text": "Sure?", "options": YES_NO, "url": PICTURE},
            ["quick_reply"],
        ),
        ({"type": "list", "text": "Which?", "options": YES_NO, "url": PICTURE}, ["image", "list"]),
        ({"type": "image", "text": "Sky", "url": PICTURE}, ["image"]),
        ({"type": "image", "text": LONG, "url": PICTURE}, ["image", "text"]),
        ({"type": "location_request", "text": "Where?"}, ["location_request"]),
        ({"type": "text", "text": "Dear Asha", "template": {"name": "hello"}}, ["text"]),
    ],
)
def test_there_is_one_for_each_message_that_the_channel_sends(
    message: dict[str, Any], types: list[str]
) -> None:
    bubbles, numbered = seen_in_whatsapp(message)
    assert [one["type"] for one in bubbles] == types
    assert len(render(message).contents) == len(types)
    assert numbered is None
    words = " ".join(one["text"] for one in bubbles).split()
    assert [one for one in words if one != "👇"] == message["text"].split()


def test_options_have_their_full_titles_and_their_picture() -> None:
    message = {
        "type": "list",
        "text": "Which?",
        "options": [{"title": "Yes", "description": "of course"}, {"title": "No"}],
    }
    [bubble], _ = seen_in_whatsapp(message)
    assert bubble["options"] == [
        {"title": "Yes", "description": "of course", "kind": "list"},
        {"title": "No", "kind": "list"},
    ]
    [bubble], _ = seen_in_whatsapp(
        {**message, "type": "quick_reply", "options": YES_NO, "url": PICTURE}
    )
    assert (bubble["url"], bubble["media"]) == (PICTURE, "image")


def test_many_options_are_numbered() -> None:
    titles = [f"Choice {number}" for number in range(12)]
    options = [{"title": title} for title in titles]
    message = {
        "type": "list",
        "text": "Which?",
        "options": options,
        "interactive": {"msgid": "n1"},
    }
    [bubble], numbered = seen_in_whatsapp(message)
    assert bubble["text"].splitlines()[-1] == "12. Choice 11"
    assert numbered == {"kind": "list", "node": "n1", "titles": titles}
