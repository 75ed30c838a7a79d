"""Tests of what kind of message came, of collections and of intents."""

from __future__ import annotations

import pytest

from flowhook.errors import InvalidInput
from flows.model.groups import group_number
from flows.model.session import Message
from flows.routers.cases import messages
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(messages)


@pytest.mark.parametrize("kind", ["audio", "document", "image", "video"])
def test_media(kind: str) -> None:
    assert messages.has_media(Message(type=kind), [])
    assert messages.has_file(Message(type=kind), []) is (kind == "document")
    assert messages.has_audio(Message(type=kind), []) is (kind == "audio")


def test_a_collection_is_found_by_number_or_by_name() -> None:
    heard = Message(groups=("5", group_number("Six")))
    assert messages.has_group(heard, [" 5 ", "Another name"])
    assert messages.has_group(heard, ["an-uuid", "Six"])
    assert not messages.has_group(heard, ["an-uuid", "Five"])
    assert not messages.has_group(Message(), ["", ""])


@pytest.mark.parametrize("arguments", [[], ["5"], ["5", "Five", "6"]])
def test_a_collection_needs_an_id_and_a_name(arguments: list[str]) -> None:
    with pytest.raises(InvalidInput, match="has_group needs"):
        messages.has_group(Message(groups=("5",)), arguments)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["book", "0.9"], True),
        (["all", "0.9"], True),
        (["book", " .9 "], True),
        (["book", "0.91"], False),
        (["cancel", "0.1"], False),
    ],
)
def test_an_intent_is_found_when_it_is_sure_enough(arguments: list[str], found: bool) -> None:
    heard = Message("text", intent="book", confidence=0.9)
    assert messages.has_intent(heard, arguments) is found
    assert messages.has_top_intent(heard, arguments) is found


@pytest.mark.parametrize(
    ("arguments", "confidence"),
    [
        (["book"], 0.9),
        (["book", "0.9"], None),
        (["book", "1"], 0.9),
        (["book", "0.x"], 0.9),
        (["book", ""], 0.9),
    ],
)
def test_an_intent_is_tested_by_two_arguments(
    arguments: list[str], confidence: float | None
) -> None:
    with pytest.raises(InvalidInput, match="intent"):
        messages.has_intent(Message(intent="book", confidence=confidence), arguments)
