"""What the case tests have in common: where they are registered, and what they look at."""

from __future__ import annotations

import pytest

from flows.model.session import Message
from flows.routers.cases import cases, first

KINDS = ("text", "quick_reply", "list", "image", "location", "whatsapp_form_response")


def holds(name: str, message: Message, *arguments: str) -> bool:
    """What a switch asks."""
    found = cases.find(name)
    assert found is not None
    assert found.name == name
    return found.holds(message, arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_of_text_is_never_true_of_anything_else(kind: str) -> None:
    heard = Message("haan", kind)
    assert holds("has_phrase", heard, "haan") is (kind in ("text", "quick_reply", "list"))
    assert holds("has_category", heard)


def test_a_test_without_arguments_has_an_empty_one() -> None:
    assert first([]) == ""
    assert first(["a", "b"]) == "a"
    assert not holds("has_only_phrase", Message("haan"))
    assert holds("has_only_phrase", Message("haan"), "haan")
