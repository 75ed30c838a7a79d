"""How long a chat's messages may be."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from webhooks.chat.messages import check_length


def said(*contents: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content} for content in contents]


@pytest.mark.parametrize(
    ("messages", "answer"),
    [
        (said("a" * 3 * 8_188), None),
        (said("a" * 3 * 4_092), 4_096),
        (said([{"type": "text", "text": "a" * 3 * 6_688}, {"type": "image_url"}]), None),
        (said("a" * 3 * 4_092, "a" * 3 * 4_092), None),
        ([{"role": "assistant"}, *said("hi")], None),
    ],
)
def test_what_just_fits_passes_and_one_more_does_not(
    messages: list[dict[str, Any]], answer: int | None
) -> None:
    check_length("gpt-4", messages, answer, "input")
    more = [*messages, *said("b" * 3 * 8_190)]
    with pytest.raises(InvalidInput) as raised:
        check_length("gpt-4", more, answer, "input")
    assert list(raised.value.fields or ()) == ["input"]
    assert "8192" in raised.value.message
