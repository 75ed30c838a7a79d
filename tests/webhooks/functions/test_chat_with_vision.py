"""The webhook function chat_with_vision through the front door."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, pictures
from tests.fixtures_app import Service
from tests.fixtures_media import Files

PNG = pictures.png(b"\x20\x80\x40")
DATA_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def image(url: str, **more: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **more}}


def said(*parts: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(parts)}]}


def test_texts_and_images_arrive_in_order(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    openai.say_choices("Two plants.", "Plants.")
    first = files.add("a", PNG)
    body = said(
        {"type": "text", "text": "Compare"},
        image(first, detail="low"),
        {"type": "text", "text": "with"},
        {"type": "image", "url": DATA_URL},
    )
    answer = media_service.call("chat_with_vision", {**body, "prompt": "Be short.", "n": "2"})
    responses = ["Two plants.", "Plants."]
    assert answer.json == {"success": True, "response": responses[0], "responses": responses}
    system, user = openai.last.body["messages"]
    assert system == {"role": "system", "content": "Be short."}
    assert user["content"] == [
        {"type": "text", "text": "Compare"},
        image(DATA_URL, detail="low"),
        {"type": "text", "text": "with"},
        image(DATA_URL),
    ]


def test_who_may_not_ask_has_no_image_fetched(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai, is_active=False)
    answer = media_service.call("chat_with_vision", said(image(files.add("a", PNG))))
    assert (answer.status, answer.error["type"]) == (403, "inactive")
    assert files.requests == []


def test_messages_may_be_text_alone(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"messages": [{"role": "user", "content": "Hello"}], "input": "And now?"}
    assert service.call("chat_with_vision", body).status == 200


def test_the_input_may_show_images_too(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"prompt": "Be short.", "input": ["Which plant is this?", image(DATA_URL)]}
    assert service.call("chat_with_vision", body).status == 200
    text = {"type": "text", "text": "Which plant is this?"}
    assert openai.last.body["messages"][1] == {"role": "user", "content": [text, image(DATA_URL)]}


def test_an_input_typed_like_a_list_stays_text(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    typed = '["https://169.254.169.254/a.png"]'
    assert service.call("chat_with_vision", {"input": typed}).status == 200
    assert openai.last.body["messages"] == [{"role": "user", "content": typed}]


def test_a_private_image_in_the_input_is_refused(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("chat_with_vision", {"input": [image("http://169.254.169.254/a.png")]})
    assert answer.error["type"] == "invalid_input"
    assert "input[0]" in answer.error["message"]
    assert openai.requests == []


def test_the_thread_remembers_the_words(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = said({"type": "text", "text": "What is this?"}, image(DATA_URL))
    first = service.call("chat_with_vision", {**body, "thread_id": ""}).json
    again = {"input": "Is it healthy?", "thread_id": first["thread_id"]}
    second = service.call("chat_with_vision", again).json
    assert second["thread_id"] == first["thread_id"]
    roles = [message["role"] for message in openai.last.body["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert openai.last.body["messages"][0]["content"] == "What is this?"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (said(image("")), "empty_input"),
        (said(image("@results.photo.url")), "unresolved_variable"),
        (said({"type": "image_url"}), "empty_input"),
        (said(image(DATA_URL, detail="sharp")), "invalid_input"),
        (said({"type": "video_url", "video_url": "x"}), "invalid_input"),
        (said(image(DATA_URL), role="assistant"), "invalid_input"),
        (said(*[image(DATA_URL)] * 11), "invalid_input"),
        (said(image("http://127.0.0.1:1/x")), "invalid_input"),
        (said(image("data:image/png;base64,aGVsbG8=")), "invalid_input"),
        ({}, "empty_input"),
    ],
)
def test_what_is_wrong_is_said(
    service: Service, openai: FakeOpenAI, body: dict[str, Any], kind: str
) -> None:
    service.organisation(openai)
    answer = service.call("chat_with_vision", body)
    assert (answer.status, answer.error["type"]) == (400, kind)
    assert openai.requests == []


def test_the_image_that_is_wrong_is_named(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    body = said({"type": "text", "text": "Look"}, image(files.add("b", b"no image")))
    answer = media_service.call("chat_with_vision", body)
    assert "messages[0].content[1]" in answer.error["message"]


def test_the_images_are_bounded_together(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    large = image(files.add("large", PNG + bytes(5 * 1024 * 1024 - len(PNG))))
    answer = media_service.call("chat_with_vision", said(*[large] * 5))
    assert (answer.status, answer.error["type"]) == (413, "too_large")
    assert openai.requests == []


def test_texts_and_links_may_stand_as_they_are(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    body = said("Compare", files.add("a", PNG), "with", DATA_URL)
    assert media_service.call("chat_with_vision", body).status == 200
    assert openai.last.body["messages"][0]["content"] == [
        {"type": "text", "text": "Compare"},
        image(DATA_URL),
        {"type": "text", "text": "with"},
        image(DATA_URL),
    ]
