"""Kinds of media."""

from __future__ import annotations

import pytest

from flows.model import media
from flows.model.media import kind_of_url, read_attachment
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(media)


@pytest.mark.parametrize(
    ("attachment", "kind", "url"),
    [
        ("video:https://x.org/v.png", "video", "https://x.org/v.png"),
        ("expression: @results.a", "expression", "@results.a"),
        ("http://x.org/a.webp", "sticker", "http://x.org/a.webp"),
        ("thing:https://x.org/a", "document", "https://x.org/a"),
        ("nocolon", "document", ""),
        ("", "document", ""),
    ],
)
def test_an_attachment_is_read_attachment(attachment: str, kind: str, url: str) -> None:
    assert read_attachment(attachment) == (kind, url)


def test_an_address_that_is_none_has_no_kind() -> None:
    assert kind_of_url("https://[x.org/a.png") == ""
