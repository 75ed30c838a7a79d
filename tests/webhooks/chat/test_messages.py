"""The messages of a chat: their checks and their order."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from marshmallow import ValidationError

from flowhook.organisations.organisation import Organisation
from tests.webhooks.contexts import context_factory
from webhooks.chat.messages import (
    MAX_MESSAGES,
    ROLES,
    Message,
    conversation,
    message_reader,
    read_text_part,
    text_of,
)
from webhooks.fields import EmptyText, UnresolvedText

read = message_reader(read_text_part, ROLES)
USER = {"role": "user", "content": "Why?"}


def part(text: Any) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None),
        ("", None),
        (USER, [USER]),
        ([USER, USER], [USER, USER]),
        ([USER] * MAX_MESSAGES, [USER] * MAX_MESSAGES),
        ([{"role": "system", "content": 5}], [{"role": "system", "content": "5"}]),
        (
            [{"role": "assistant", "content": ["a", part("b")]}],
            [{"role": "assistant", "content": [part("a"), part("b")]}],
        ),
        ([{"role": "user", "content": part("a")}], [{"role": "user", "content": [part("a")]}]),
    ],
    ids=range(8),
)
def test_messages_are_read(value: Any, found: Any) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Why?", "Must be a list of"),
        ({"content": "Why?"}, "Must be a list of"),
        (["Why?"], "Must be a list of"),
        ([USER] * (MAX_MESSAGES + 1), "at most 200 messages"),
        ([{"role": "tool", "content": "a"}], r"messages\[0\].role must be one of system, user"),
        ([USER, {**USER, "name": "a", "id": 1}], r"messages\[1\] has unknown keys: id, name"),
        ([{**USER, "content": []}], r"messages\[0\].content must be text"),
        ([{"role": "user", "content": True}], r"messages\[0\].content must be text"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], r"content\[0\] must be text"),
        ([{"role": "user", "content": [part(["a"])]}], r"content\[0\].text must be text"),
    ],
    ids=range(10),
)
def test_what_are_no_messages_is_refused(value: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(value)


@pytest.mark.parametrize("value", [[], [{"role": "user"}], [{"role": "user", "content": " "}]])
def test_an_empty_message_is_named_so(value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        read(value)
    assert isinstance(error.value.messages[0], EmptyText)


@pytest.mark.parametrize("content", [" @results.a ", [part("@results.a")]])
def test_a_variable_that_was_never_set_is_named_so(content: Any) -> None:
    with pytest.raises(ValidationError, match=r"@results\.a was never set") as error:
        read([{"role": "user", "content": content}])
    assert isinstance(error.value.messages[0], UnresolvedText)


def test_the_text_of_a_content_is_that_of_its_parts() -> None:
    assert text_of("a") == "a"
    assert text_of([part("a"), {"type": "image_url"}, "x", part("b"), part(5)]) == "a\nb"
    assert text_of(None) == ""


def test_system_prompts_come_first_as_one_message(fake_redis: redis.Redis) -> None:
    sections = {"openai": {"system_prompt": "House."}}
    organisation = Organisation("acme", sections, {})
    context = context_factory(fake_redis).open(organisation, "r1", "chat")
    system = {"role": "system", "content": [part("Own."), part("Words.")]}
    said: list[Message] = [system, USER, {"role": "system", "content": "Later."}]
    earlier: list[Message] = [{"role": "assistant", "content": "Before."}]
    assert conversation(context, "Prompt.", said, earlier) == [
        {"role": "system", "content": "House.\n\nPrompt.\n\nOwn.\nWords."},
        *earlier,
        USER,
        {"role": "system", "content": "Later."},
    ]
    bare = context_factory(fake_redis).open(Organisation("acme", {}, {}), "r1", "chat")
    assert conversation(bare, None, [USER]) == [USER]
    assert conversation(bare, None, [system]) == [{"role": "system", "content": "Own.\nWords."}]
